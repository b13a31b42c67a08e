/**
 * A process of callers: gets its jobs in one message, sends every turn as it is over, at each step's end what that cost
 * it, and ends. Apart from the bench's own process so that load grows over the cores.
 */
import { runCaller } from './caller.js';
import { createGate } from './gate.js';
import type { Interruption } from './interruption-result.js';
import type { CallerJob } from './job.js';
import type { Bytes } from './line.js';
import { loadRecordings } from './questions.js';
import { type Counts, createTally } from './statistics.js';
import type { TurnResult } from './turn-result.js';

export type LoadOrder =
  | { readonly kind: 'job'; readonly root: string; readonly callers: readonly CallerJob[] }
  /** The step begins. */
  | { readonly kind: 'step'; readonly step: number };

export interface LoadCost {
  readonly cpuSeconds: number;
  readonly seconds: number;
  /** By how many milliseconds the beats of its callers came late, and how often by so many. */
  readonly late: Counts;
}

export type LoadMessage =
  | { readonly kind: 'turn'; readonly result: TurnResult }
  | { readonly kind: 'interruption'; readonly interruption: Interruption }
  | { readonly kind: 'session'; readonly bytes: Bytes }
  | { readonly kind: 'step_done'; readonly step: number }
  /** Of the step that was open until now. */
  | { readonly kind: 'cost'; readonly step: number; readonly cost: LoadCost }
  /** There is nothing more to tell. */
  | { readonly kind: 'finished' };

const tell = (message: LoadMessage) => process.send?.(message);
const gate = createGate();
const late = createTally();
let stretch = beginStretch(0);

function beginStretch(step: number) {
  return { step, cpu: process.cpuUsage(), since: performance.now() };
}

function tellCost(): void {
  const { user, system } = process.cpuUsage(stretch.cpu);
  const seconds = (performance.now() - stretch.since) / 1000;
  tell({ kind: 'cost', step: stretch.step, cost: { cpuSeconds: (user + system) / 1e6, seconds, late: late.take() } });
}

async function run(root: string, callers: readonly CallerJob[]): Promise<void> {
  // All of them have the same scenario.
  const recordings = loadRecordings(root, callers[0]?.scenario.recordings);
  stretch = beginStretch(0);
  const hooks = {
    onTurn: (result: TurnResult) => tell({ kind: 'turn', result }),
    onInterruption: (interruption: Interruption) => tell({ kind: 'interruption', interruption }),
    onSession: (bytes: Bytes) => tell({ kind: 'session', bytes }),
    onStepDone: (step: number) => tell({ kind: 'step_done', step }),
    onLate: (ms: number) => late.add(ms),
  };
  await Promise.all(callers.map((job) => runCaller(job, recordings, gate, hooks)));
  tellCost();
  tell({ kind: 'finished' });
  process.disconnect();
}

process.on('message', (order: LoadOrder) => {
  if (order.kind === 'job') return void run(order.root, order.callers);
  if (order.step > 0) {
    tellCost();
    stretch = beginStretch(order.step);
  }
  gate.open(order.step);
});
// Whoever started this is gone: so is the reason to go on.
process.once('disconnect', () => process.exit());
