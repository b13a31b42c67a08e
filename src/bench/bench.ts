/** One run: a server, its callers, what came of them, and where that is written. */
import { closeSync, openSync, writeFileSync } from 'node:fs';
import { readSettings } from '../env-file.js';
import { ParleyError } from '../errors.js';
import { openLog } from '../observe/log.js';
import { type Baseline, baselineLines, runSequential, summariseBaseline } from './baseline.js';
import { type Benched, benchServer } from './bench-server.js';
import { commitOf } from './commit.js';
import { runEndings } from './endings/endings.js';
import type { Endings } from './endings/scoring.js';
import { endingsTable } from './endings/table.js';
import { leftoverLines } from './leftovers.js';
import { machine } from './machine.js';
import { callersOf } from './measuring.js';
import type { Options } from './options.js';
import { type Environment, serverEnvironment } from './own-server.js';
import { loadRecordings } from './questions.js';
import { renderReport } from './report/html.js';
import type { RunFile } from './run-file.js';
import { samplesOf } from './samples.js';
import { settingsOf } from './settings.js';
import { rampLines, summariseSteps } from './steps.js';
import { type Summary, summarise } from './summary.js';
import { summaryTable } from './table.js';
import { MARKS } from './turn-result.js';
import { startVendorProcess } from './vendor-process.js';
import { writtenOptions } from './written-options.js';

/** Some turn failed, as a test would say it. */
const FAILED = 1;

/** Where it runs: the package's folder and version, and the settings of the environment. */
export interface Workplace {
  readonly root: string;
  readonly version: string;
  readonly environment: Environment;
}

/** The status to end with: 0 if everything was as it should be. */
export async function bench(
  options: Options,
  { root, version, environment }: Workplace,
  signal: AbortSignal,
): Promise<number> {
  // Before the run: minutes of measuring must not end at a folder that is not there.
  for (const file of [options.json, options.html]) if (file !== null) checkWritable(file);
  const own = options.scenario.recordings ?? [];
  const vendors = options.vendors === null ? null : await startVendorProcess(options.vendors, own, signal);
  try {
    const given = { ...environment, ...vendors?.environment };
    const chosen = Object.keys(vendors?.environment ?? {});
    const origin = options.url === null ? originOf(root, given, chosen, options) : { commit: null, settings: null };
    const { about, measured, leftovers } = await benchServer(options, root, given, signal);
    const summary = summarise(measured, options.callers);
    const steps = summariseSteps(measured, callersOf(options.scenario), measured.seen);
    process.stdout.write(`${summaryTable(summary)}\n${steps.length > 1 ? `${rampLines(steps)}\n` : ''}`);
    if (leftovers !== null) process.stdout.write(`${leftoverLines(leftovers)}\n`);
    const run = runFileOf(options, { version, ...origin, about, measured, leftovers, summary, steps });
    // Before what comes behind it: that may fail, or be stopped.
    write(options, run);
    if (measured.isStopped) {
      process.stderr.write('The bench was stopped before its end: this is what it had found.\n');
      return FAILED;
    }
    const baseline = options.baseline === null ? null : await benchBaseline(options, root, given, summary, signal);
    const endings = options.endings ? await benchEndings(root, signal) : null;
    if (baseline !== null || endings !== null) write(options, { ...run, baseline, endings });
    const isGood = summary.turns.failed === 0 && measured.interruptions.every(({ failure }) => failure === null);
    return isGood ? 0 : FAILED;
  } finally {
    await vendors?.close();
  }
}

/** Before the run: neither a file nor a branch may change what has been measured. */
function originOf(root: string, environment: Environment, chosen: readonly string[], { callers }: Options): Origin {
  const settings = settingsOf(readSettings(root, serverEnvironment(environment, callers)), chosen);
  return { commit: commitOf(root), settings };
}

type Origin = Pick<RunFile, 'commit' | 'settings'>;

interface Found extends Benched, Origin {
  readonly version: string;
  readonly summary: Summary;
  readonly steps: RunFile['steps'];
}

function runFileOf(options: Options, found: Found): RunFile {
  const { version, commit, settings, about, measured, leftovers, summary, steps } = found;
  const { name, about: purpose } = options.scenario;
  return {
    bench: version,
    at: new Date().toISOString(),
    commit,
    settings,
    options: writtenOptions(options),
    machine: machine(),
    about,
    scenario: { name, about: purpose },
    summary,
    steps,
    results: measured.results,
    interruptions: measured.interruptions,
    samples: samplesOf(measured.looks, measured.processors),
    leftovers,
    baseline: null,
    endings: null,
    isStopped: measured.isStopped,
  };
}

/** After the server has ended: what this costs must not make it slower. */
async function benchBaseline(
  options: Options,
  root: string,
  environment: Environment,
  { stages }: Summary,
  signal: AbortSignal,
): Promise<Baseline> {
  const log = openLog('warn', []);
  const turns = options.callers * (options.turns ?? 0);
  const done = await runSequential({ root, environment, recordings: loadRecordings(root), turns, log }, signal);
  const server = stages.find(({ name }) => name === MARKS.first_pair)?.of ?? null;
  const baseline = summariseBaseline(done, server);
  process.stdout.write(`${baselineLines(baseline, server)}\n`);
  return baseline;
}

async function benchEndings(root: string, signal: AbortSignal): Promise<Endings> {
  const endings = await runEndings(root, signal);
  process.stdout.write(`${endingsTable(endings)}\n`);
  return endings;
}

function write({ json, html }: Options, run: RunFile): void {
  if (json !== null) writeTo(json, `${JSON.stringify(run, null, 2)}\n`);
  if (html !== null) writeTo(html, renderReport(run));
}

function writeTo(file: string, text: string): void {
  try {
    writeFileSync(file, text);
  } catch (cause) {
    const detail = `The file ${file} could not be written: ${(cause as Error).message}.`;
    throw new ParleyError('bad_settings', detail, { cause });
  }
}

export function checkWritable(name: string): void {
  try {
    closeSync(openSync(name, 'a'));
  } catch (cause) {
    throw new ParleyError('bad_settings', `The file ${name} cannot be written.`, { cause });
  }
}
