/** One caller from its first hello to its last answer, step by step. */
import { type CallHooks, createCalls } from './calls.js';
import type { Gate } from './gate.js';
import type { CallerJob, RunLength } from './job.js';
import type { Recordings } from './questions.js';

interface CallerHooks extends CallHooks {
  onStepDone(step: number): void;
}

export async function runCaller(
  job: CallerJob,
  recordings: Recordings,
  gate: Pick<Gate, 'isOpen' | 'opened'>,
  hooks: CallerHooks,
): Promise<void> {
  const calls = createCalls(job, recordings, hooks);
  for (let step = job.firstStep; step < job.steps; step += 1) {
    // Who has done its turns stays, and is quiet, until the others have done theirs.
    await calls.keepQuiet(() => gate.isOpen(step), gate.opened(step));
    for (const isMore = turnsLeft(job.length); isMore(); ) await calls.takeTurn(step);
    hooks.onStepDone(step);
  }
  await calls.hangUp();
}

function turnsLeft(length: RunLength): () => boolean {
  if (length.kind === 'turns') {
    let left = length.turns;
    return () => left-- > 0;
  }
  const until = performance.now() + length.minutes * 60_000;
  return () => performance.now() < until;
}
