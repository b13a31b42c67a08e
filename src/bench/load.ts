/**
 * A process of callers: gets its jobs in one message, sends every turn as it is over, at last what it cost itself, and
 * ends. Apart from the bench's own process so that load grows over the cores.
 */
import { runCaller } from './caller.js';
import type { Interruption } from './interruption-result.js';
import type { CallerJob } from './job.js';
import { loadRecordings } from './questions.js';
import type { TurnResult } from './turn-result.js';

export interface LoadJob {
  readonly root: string;
  readonly callers: readonly CallerJob[];
}

export interface LoadCost {
  readonly cpuSeconds: number;
  readonly seconds: number;
  /** By how many milliseconds each beat of each caller came late. */
  readonly lateness: readonly number[];
}

export type LoadMessage =
  | { readonly kind: 'turn'; readonly result: TurnResult }
  | { readonly kind: 'interruption'; readonly interruption: Interruption }
  | { readonly kind: 'cost'; readonly cost: LoadCost };

const tell = (message: LoadMessage) => process.send?.(message);

async function run({ root, callers }: LoadJob): Promise<void> {
  const recordings = loadRecordings(root);
  const lateness: number[] = [];
  const before = process.cpuUsage();
  const started = performance.now();
  const hooks = {
    onTurn: (result: TurnResult) => tell({ kind: 'turn', result }),
    onInterruption: (interruption: Interruption) => tell({ kind: 'interruption', interruption }),
    onLate: (ms: number) => lateness.push(Math.round(ms * 10) / 10),
  };
  await Promise.all(callers.map((job) => runCaller(job, recordings, hooks)));
  const { user, system } = process.cpuUsage(before);
  tell({
    kind: 'cost',
    cost: { cpuSeconds: (user + system) / 1e6, seconds: (performance.now() - started) / 1000, lateness },
  });
  process.disconnect();
}

process.once('message', (job: LoadJob) => void run(job));
// Whoever started this is gone: so is the reason to go on.
process.once('disconnect', () => process.exit());
