/** Divides the callers over processes, leads them from step to step, and gathers what they tell. */
import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { ParleyError } from '../errors.js';
import type { Interruption } from './interruption-result.js';
import type { CallerJob } from './job.js';
import type { Bytes } from './line.js';
import type { LoadCost, LoadMessage, LoadOrder } from './load.js';
import type { TurnResult } from './turn-result.js';

/**
 * One process carries more, but a burst of answers at once would then make its callers late. With 16 the callers took half
 * as much again of the machine, which the server shares: every process wakes up for itself.
 */
const CALLERS_PER_PROCESS = 32;
const PROGRAM = fileURLToPath(new URL('./load.js', import.meta.url));

export interface LoadHooks {
  onTurn(result: TurnResult): void;
  onInterruption(interruption: Interruption): void;
  onSession(bytes: Bytes): void;
  /** All callers of the step have had its turns; the next one begins when this has resolved. */
  onStepDone(step: number): Promise<void>;
}

/** What a process of callers cost in one step. */
export interface StepCost {
  readonly process: number;
  readonly step: number;
  readonly cost: LoadCost;
}

/** Resolves when the last caller has had its last turn. Ends the processes if the signal is aborted. */
export async function runLoad(
  root: string,
  jobs: readonly CallerJob[],
  hooks: LoadHooks,
  signal: AbortSignal,
): Promise<StepCost[]> {
  const groups = Array.from({ length: Math.ceil(jobs.length / CALLERS_PER_PROCESS) }, (_, index) =>
    jobs.slice(index * CALLERS_PER_PROCESS, (index + 1) * CALLERS_PER_PROCESS),
  );
  const costs: StepCost[] = [];
  const children = groups.map(() => fork(PROGRAM, { signal, stdio: ['ignore', 'ignore', 'inherit', 'ipc'] }));
  const order = (child: ChildProcess, told: LoadOrder) => void (child.connected && child.send(told));
  const steps = Math.max(...jobs.map((job) => job.steps));
  const next = stepCounter(jobs, async (step) => {
    await hooks.onStepDone(step);
    if (step + 1 < steps) for (const child of children) order(child, { kind: 'step', step: step + 1 });
  });
  const told = (index: number) => (message: LoadMessage) => {
    if (message.kind === 'turn') hooks.onTurn(message.result);
    else if (message.kind === 'interruption') hooks.onInterruption(message.interruption);
    else if (message.kind === 'session') hooks.onSession(message.bytes);
    else if (message.kind === 'step_done') next.done(message.step);
    else if (message.kind === 'cost' && groups[index]!.some(({ firstStep }) => firstStep <= message.step))
      costs.push({ process: index, step: message.step, cost: message.cost });
  };
  const ended = children.map((child, index) => endOf(child, told(index)));
  children.forEach((child, index) => {
    order(child, { kind: 'job', root, callers: groups[index]! });
    order(child, { kind: 'step', step: 0 });
  });
  try {
    await Promise.all(ended);
  } catch (thrown) {
    // What the others would still find out is about another load than was asked for.
    for (const child of children) child.kill();
    throw thrown;
  }
  // The last look at the server may take longer than callers take to go.
  await next.settled();
  return costs;
}

/** Calls back when as many callers have finished a step as take part in it. */
function stepCounter(jobs: readonly CallerJob[], onDone: (step: number) => Promise<void>) {
  const left = new Map<number, number>();
  const told: Promise<void>[] = [];
  return {
    done(step: number) {
      const waiting = (left.get(step) ?? jobs.filter(({ firstStep }) => firstStep <= step).length) - 1;
      left.set(step, waiting);
      if (waiting === 0) told.push(onDone(step));
    },
    settled: () => Promise.all(told),
  };
}

function endOf(child: ChildProcess, onMessage: (message: LoadMessage) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    let hasFinished = false;
    child.on('message', (message: LoadMessage) => {
      onMessage(message);
      hasFinished ||= message.kind === 'finished';
    });
    child.on('error', reject);
    child.on('exit', (code, signal) => {
      const why = `A process of callers ended with ${code ?? signal} before its callers had finished.`;
      if (hasFinished) resolve();
      else reject(new ParleyError('worker_unavailable', why));
    });
  });
}
