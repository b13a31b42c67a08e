/** Sends the callers of a run, watches the server meanwhile, and gathers what both told. */
import type { About } from './about.js';
import type { Interruption } from './interruption-result.js';
import type { CallerJob, RunLength } from './job.js';
import type { Bytes } from './line.js';
import { runLoad } from './load-processes.js';
import type { Options } from './options.js';
import { watchProcessors } from './processor-time.js';
import { type Output, progressShown } from './progress.js';
import type { Scenario } from './scenario.js';
import { type Look, type Watched, watchServer } from './server-watch.js';
import { distribution } from './statistics.js';
import type { Measurements } from './summary.js';
import type { TurnResult } from './turn-result.js';

/** How often somebody who waits is told how far it is. */
const TOLD_MS = 1000;

/** How many callers there are in each step; a run without a ramp has one. */
export const callersOf = ({ ramp, callers = 1 }: Scenario): readonly number[] => ramp?.callers ?? [callers];

export function jobsFor(options: Options, http: string, about: About): CallerJob[] {
  const face = about.engines.find(({ job }) => job === 'face')?.engine ?? 'none';
  const { script, answered, turnsPerSession, tools, roomDb, recordings } = options.scenario;
  const steps = callersOf(options.scenario);
  return Array.from({ length: options.callers }, (_, caller) => ({
    caller,
    url: options.url ?? `${http.replace(/^http/, 'ws')}/v1/realtime`,
    token: options.token,
    scenario: {
      script,
      ...(answered === undefined ? {} : { answered }),
      ...(turnsPerSession === undefined ? {} : { turnsPerSession }),
      ...(tools === undefined ? {} : { tools }),
      ...(roomDb === undefined ? {} : { roomDb }),
      ...(recordings === undefined ? {} : { recordings }),
    },
    firstStep: steps.findIndex((callers) => callers > caller),
    steps: steps.length,
    length: lengthOf(options),
    typed: options.typed,
    expectsPictures: face !== 'none',
    seed: options.seed,
  }));
}

function lengthOf({ turns, minutes }: Options): RunLength {
  return turns === null ? { kind: 'minutes', minutes: minutes! } : { kind: 'turns', turns };
}

export interface Measured extends Measurements {
  /** The looks before the first step, and at the end of each. */
  readonly seen: readonly Look[];
  /** Somebody has stopped it before its end. */
  readonly isStopped: boolean;
}

interface Run {
  readonly root: string;
  readonly jobs: readonly CallerJob[];
  readonly watched: Omit<Watched, 'ended'>;
  readonly output: Output;
}

export async function measure({ root, jobs, watched, output }: Run, signal: AbortSignal): Promise<Measured> {
  const results: TurnResult[] = [];
  const interruptions: Interruption[] = [];
  const bytes: Bytes[] = [];
  const watch = watchServer({ ...watched, ended: () => bytes.length }, signal);
  const processors = watchProcessors();
  const progress = progressShown(output);
  const seen = [await watch.look()];
  const told = progressOf(jobs, results, () => seen.length - 1);
  const timer = setInterval(() => progress.show(told()), TOLD_MS);
  try {
    const hooks = {
      onTurn(result: TurnResult) {
        results.push(result);
        progress.show(told());
      },
      onInterruption: (interruption: Interruption) => void interruptions.push(interruption),
      onSession: (each: Bytes) => void bytes.push(each),
      onStepDone: async () => void seen.push(await watch.look()),
    };
    const costs = await runLoad(root, jobs, hooks, signal).catch((thrown: unknown) => {
      // Whoever stops a run of hours wants what it has found until then.
      if (signal.aborted && results.length > 0) return null;
      throw thrown;
    });
    const found = { results, interruptions, bytes, looks: watch.looks, processors: processors.looks, seen };
    if (costs === null) return { ...found, costs: [], isStopped: true };
    // Sessions have ended, and a server says so a moment later.
    await watch.look();
    return { ...found, costs, isStopped: false };
  } finally {
    clearInterval(timer);
    progress.end();
    processors.stop();
    watch.stop();
  }
}

/** How far it is, by what has come so far. */
function progressOf(jobs: readonly CallerJob[], results: readonly TurnResult[], step: () => number) {
  const began = performance.now();
  const { length, steps } = jobs[0]!;
  const asked =
    length.kind === 'turns' ? jobs.reduce((sum, { firstStep }) => sum + length.turns * (steps - firstStep), 0) : null;
  return () => {
    const seconds = (performance.now() - began) / 1000;
    const done = results.length;
    const sounds = results.flatMap(({ marks }) => marks.first_sound ?? []);
    return {
      done,
      asked,
      failed: results.filter(({ failure }) => failure !== null).length,
      p50: distribution(sounds)?.p50 ?? null,
      callers: jobs.filter(({ firstStep }) => firstStep <= step()).length,
      seconds,
      expectedSeconds: length.kind === 'minutes' ? length.minutes * 60 : done === 0 ? null : (seconds * asked!) / done,
    };
  };
}
