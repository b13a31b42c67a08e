/**
 * `npm run bench`: callers who really speak, hear and watch, at a server that does not know that they are none. The
 * composition root of the bench; docs/benchmark.md says what is measured how.
 */
import { openSync, readFileSync, writeFileSync } from 'node:fs';
import { availableParallelism, cpus, totalmem } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { asParleyError, ParleyError } from '../errors.js';
import type { Interruption } from './interruption-result.js';
import type { CallerJob } from './job.js';
import type { LoadCost } from './load.js';
import { type LoadHooks, runLoad } from './load-processes.js';
import { httpAddress, type Options, readOptions, USAGE } from './options.js';
import { type OwnServer, startOwnServer } from './own-server.js';
import { usageOfTree } from './process-usage.js';
import { type Measurements, type ServerUsage, summarise } from './summary.js';
import { summaryTable } from './table.js';
import type { TurnResult } from './turn-result.js';

const ABOUT_MS = 10_000;
/** How often the server's memory is looked at. */
const LOOK_MS = 500;
/** Some turn failed, as a test would say it; 2 is for a run that could not be. */
const FAILED = 1;
const IMPOSSIBLE = 2;

const root = join(dirname(fileURLToPath(import.meta.url)), '../..');
const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string };

/** What `/v1/about` tells, as far as it is read here; the file gets all of it. */
const aboutSchema = z.looseObject({
  version: z.string(),
  engines: z.array(z.looseObject({ job: z.string(), engine: z.string().nullable() })),
});
type About = z.infer<typeof aboutSchema>;

async function bench(options: Options, signal: AbortSignal): Promise<number> {
  // Before the run: minutes of measuring must not end at a folder that is not there.
  const file = options.json === null ? null : openFile(options.json);
  const own = options.url === null ? await startOwnServer(root, process.env, options.callers, signal) : null;
  try {
    const http = own?.http ?? httpAddress(options.url!);
    const about = await askAbout(http, options.token, signal);
    const what = `callers ${options.callers}, ${kindOfTurns(options)} turns of each ${options.turns}`;
    process.stdout.write(`\nParley ${about.version} at ${http}: ${what}\n  ${engineLine(about)}\n\n`);
    const { costs, usage, ...told } = await measure(jobsFor(options, http, about), own, signal);
    const summary = summarise(told, costs, usage, options.callers);
    process.stdout.write(`${summaryTable(summary)}\n`);
    if (file !== null) {
      const { token: _, ...shown } = options;
      const everything = {
        bench: version,
        at: new Date().toISOString(),
        options: shown,
        machine: machine(),
        about,
        summary,
        ...told,
      };
      writeFileSync(file, `${JSON.stringify(everything, null, 2)}\n`);
    }
    const isGood = summary.turns.failed === 0 && told.interruptions.every(({ failure }) => failure === null);
    return isGood ? 0 : FAILED;
  } finally {
    await own?.close();
  }
}

function kindOfTurns({ typed, interrupt }: Options): string {
  if (interrupt) return 'interrupted';
  return typed ? 'typed' : 'spoken';
}

function openFile(name: string): number {
  try {
    return openSync(name, 'w');
  } catch (cause) {
    throw new ParleyError('bad_settings', `The file ${name} cannot be written.`, { cause });
  }
}

async function askAbout(http: string, token: string | null, signal: AbortSignal): Promise<About> {
  const headers: Record<string, string> = token === null ? {} : { authorization: `Bearer ${token}` };
  const late = AbortSignal.any([signal, AbortSignal.timeout(ABOUT_MS)]);
  // The callers' sockets follow no redirect, so that this must not either.
  const answer = await fetch(`${http}/v1/about`, { headers, signal: late, redirect: 'manual' }).catch(
    (thrown: unknown) => {
      throw new ParleyError('bad_settings', whyUnreachable(http, thrown), { cause: thrown });
    },
  );
  if (answer.ok) return await readAbout(answer, http);
  const location = answer.headers.get('location');
  const elsewhere = location === null ? '' : ` It leads to ${location}.`;
  const hint = answer.status === 401 ? ' Name its access token with --token.' : elsewhere;
  throw new ParleyError('bad_settings', `${http}/v1/about answers ${answer.status}.${hint}`);
}

/** Node's fetch hides the reason; what OpenSSL has against a certificate is said in its code. */
function whyUnreachable(http: string, thrown: unknown): string {
  const { code } = ((thrown as Error).cause ?? {}) as { code?: string };
  if (!/CERT|SIGNATURE/.test(code ?? '')) return `There is no server at ${http}.`;
  return `The certificate of ${http} is not trusted here (${code}). NODE_EXTRA_CA_CERTS=FILE names one that is.`;
}

async function readAbout(answer: Response, http: string): Promise<About> {
  const about: unknown = await answer.json().catch(() => null);
  const { success, data } = aboutSchema.safeParse(about);
  if (!success) throw new ParleyError('bad_settings', `What answers at ${http} is not Parley.`);
  return data;
}

function engineLine({ engines }: About): string {
  return engines.map(({ job, engine }) => `${job} ${engine ?? 'none'}`).join(', ');
}

function jobsFor(options: Options, http: string, about: About): CallerJob[] {
  const face = about.engines.find(({ job }) => job === 'face')?.engine ?? 'none';
  return Array.from({ length: options.callers }, (_, caller) => ({
    caller,
    url: options.url ?? `${http.replace(/^http/, 'ws')}/v1/realtime`,
    token: options.token,
    turns: options.turns,
    typed: options.typed,
    interrupt: options.interrupt,
    expectsPictures: face !== 'none',
    seed: options.seed,
  }));
}

interface Measured extends Measurements {
  readonly costs: readonly LoadCost[];
  readonly usage: ServerUsage | null;
}

async function measure(jobs: readonly CallerJob[], own: OwnServer | null, signal: AbortSignal): Promise<Measured> {
  const results: TurnResult[] = [];
  const interruptions: Interruption[] = [];
  const asked = jobs.reduce((sum, { turns }) => sum + turns, 0);
  const showProgress = () => {
    const failed = results.filter(({ failure }) => failure !== null).length;
    if (process.stdout.isTTY) process.stdout.write(`\r  ${results.length} of ${asked} turns, ${failed} failed `);
    else if (results.length === asked) process.stdout.write(`  ${asked} turns, ${failed} failed\n\n`);
  };
  const before = own === null ? null : usageOfTree(own.pid);
  let peakMegabytes = before?.megabytes ?? 0;
  const look = setInterval(() => {
    if (own !== null) peakMegabytes = Math.max(peakMegabytes, usageOfTree(own.pid)?.megabytes ?? 0);
  }, LOOK_MS);
  const started = performance.now();
  try {
    const hooks: LoadHooks = {
      onTurn(result) {
        results.push(result);
        showProgress();
      },
      onInterruption: (interruption) => interruptions.push(interruption),
    };
    const costs = await runLoad(root, jobs, hooks, signal);
    if (process.stdout.isTTY) process.stdout.write('\n\n');
    const after = own === null ? null : usageOfTree(own.pid);
    const seconds = (performance.now() - started) / 1000;
    const usage = before === null || after === null ? null : { before, after, peakMegabytes, seconds };
    return { results, interruptions, costs, usage };
  } finally {
    clearInterval(look);
  }
}

function machine() {
  return {
    platform: `${process.platform} ${process.arch}`,
    node: process.version,
    cores: availableParallelism(),
    processor: cpus()[0]?.model ?? 'unknown',
    gigabytes: Math.round(totalmem() / 2 ** 30),
  };
}

const stop = new AbortController();
for (const name of ['SIGINT', 'SIGTERM'] as const)
  process.once(name, () => stop.abort(new ParleyError('shutting_down')));
try {
  const args = process.argv.slice(2);
  if (args.includes('--help')) process.stdout.write(`${USAGE}\n`);
  else process.exitCode = await bench(readOptions(args), stop.signal);
} catch (thrown) {
  const error = asParleyError(thrown);
  process.stderr.write(`The bench cannot run: ${error.message}\n`);
  if (error.code === 'internal' && !stop.signal.aborted) process.stderr.write(`${error.stack}\n`);
  process.exitCode = IMPOSSIBLE;
}
