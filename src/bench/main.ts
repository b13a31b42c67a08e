/**
 * `npm run bench`: callers who really speak, hear and watch, at a server that does not know that they are none; and
 * `npm run test:live`. The composition root of both; docs/benchmark.md says what is measured how.
 */
import { openSync, readFileSync, writeFileSync } from 'node:fs';
import { availableParallelism, cpus, totalmem } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { asParleyError, ParleyError } from '../errors.js';
import { openLog } from '../observe/log.js';
import { type About, askAbout, engineLine } from './about.js';
import { baselineLines, runSequential, summariseBaseline } from './baseline.js';
import type { Interruption } from './interruption-result.js';
import type { CallerJob } from './job.js';
import { live } from './live.js';
import { LIVE_USAGE, readPrices } from './live-options.js';
import type { LoadCost } from './load.js';
import { type LoadHooks, runLoad } from './load-processes.js';
import { httpAddress, type Options, readOptions, USAGE } from './options.js';
import { type OwnServer, startOwnServer } from './own-server.js';
import { usageOfTree } from './process-usage.js';
import { loadRecordings } from './questions.js';
import { type Measurements, type ServerUsage, type Summary, summarise } from './summary.js';
import { summaryTable } from './table.js';
import { MARKS, type TurnResult } from './turn-result.js';
import { startVendorProcess } from './vendor-process.js';

/** How often the server's memory is looked at. */
const LOOK_MS = 500;
/** Some turn failed, as a test would say it; 2 is for a run that could not be. */
const FAILED = 1;
const IMPOSSIBLE = 2;

const root = join(dirname(fileURLToPath(import.meta.url)), '../..');
const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string };

async function bench(options: Options, signal: AbortSignal): Promise<number> {
  // Before the run: minutes of measuring must not end at a folder that is not there.
  const file = options.json === null ? null : openFile(options.json);
  const vendors = options.vendors === null ? null : await startVendorProcess(options.vendors, signal);
  try {
    const environment = { ...process.env, ...vendors?.environment };
    const run = await benchServer(options, environment, signal);
    process.stdout.write(`${summaryTable(run.summary)}\n`);
    const baseline = options.baseline === null ? null : await benchBaseline(options, environment, run.summary, signal);
    const { token: _, ...shown } = options;
    const everything = { bench: version, at: new Date().toISOString(), options: shown, machine: machine(), ...run };
    if (file !== null) writeFileSync(file, `${JSON.stringify({ ...everything, baseline }, null, 2)}\n`);
    const isGood = run.summary.turns.failed === 0 && run.interruptions.every(({ failure }) => failure === null);
    return isGood ? 0 : FAILED;
  } finally {
    await vendors?.close();
  }
}

type Environment = Readonly<Record<string, string | undefined>>;

async function benchServer(options: Options, environment: Environment, signal: AbortSignal) {
  const own = options.url === null ? await startOwnServer(root, environment, options.callers, signal) : null;
  try {
    const http = own?.http ?? httpAddress(options.url!);
    const about = await askAbout(http, options.token, signal);
    const what = `callers ${options.callers}, ${kindOfTurns(options)} turns of each ${options.turns}`;
    process.stdout.write(`\nParley ${about.version} at ${http}: ${what}\n  ${engineLine(about)}\n\n`);
    const { costs, usage, ...told } = await measure(jobsFor(options, http, about), own, signal);
    return { about, summary: summarise(told, costs, usage, options.callers), ...told };
  } finally {
    await own?.close();
  }
}

/** After the server has ended: what this costs must not make it slower. */
async function benchBaseline(options: Options, environment: Environment, { stages }: Summary, signal: AbortSignal) {
  const log = openLog('warn', []);
  const turns = options.callers * options.turns;
  const done = await runSequential({ root, environment, recordings: loadRecordings(root), turns, log }, signal);
  const server = stages.find(({ name }) => name === MARKS.first_pair)?.of ?? null;
  const baseline = summariseBaseline(done, server);
  process.stdout.write(`${baselineLines(baseline, server)}\n`);
  return baseline;
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
  if (args.includes('--live')) {
    const rest = args.filter((arg) => arg !== '--live');
    if (rest.includes('--help')) process.stdout.write(`${LIVE_USAGE}\n`);
    else process.exitCode = await live(root, process.env, readPrices(rest), stop.signal);
  } else if (args.includes('--help')) process.stdout.write(`${USAGE}\n`);
  else process.exitCode = await bench(readOptions(args), stop.signal);
} catch (thrown) {
  const error = asParleyError(thrown);
  process.stderr.write(`The bench cannot run: ${error.message}\n`);
  if (error.code === 'internal' && !stop.signal.aborted) process.stderr.write(`${error.stack}\n`);
  process.exitCode = IMPOSSIBLE;
}
