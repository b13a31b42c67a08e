/**
 * What others took of a virtual machine while it was measured, and the turns that they cannot have slowed. Those are
 * told by what was taken and by nothing else: choosing by what a turn took would flatter it. Pure.
 */
import type { ProcessorTime } from './processor-time.js';
import type { StageRow } from './server-stages.js';
import type { Look } from './server-watch.js';
import { stageRow } from './stage-rows.js';
import type { TurnResult } from './turn-result.js';

export interface Disturbance {
  /** Of the time of all processors, over the run. */
  readonly share: number;
  /** Between two looks, at most. */
  readonly worst: number;
  readonly undisturbed: Undisturbed;
}

export interface Undisturbed {
  readonly turns: number;
  readonly stages: readonly StageRow[];
}

/** Around the end of a question: what is seen of speech, and what is answered. As long for slow turns as for fast ones. */
const AROUND_MS = 1000;
/** Of the processors' time; a kernel's own reckoning is about as fine as that. */
export const UNNOTICED = 0.02;

/** Null: nobody knows. */
export function disturbanceOf(looks: readonly Look[], results: readonly TurnResult[]): Disturbance | null {
  const known = looks.filter(({ processors }) => processors !== null);
  const share = shareBetween(known[0], known.at(-1));
  if (share === null) return null;
  const shares = known.slice(1).map((look, at) => shareBetween(known[at], look) ?? 0);
  const calm = results.filter(({ askedAt }) => askedAt !== null && isCalm(known, askedAt));
  const stages = (['transcript', 'first_pair', 'heard'] as const).flatMap((mark) => stageRow(mark, calm));
  return { share, worst: Math.max(...shares), undisturbed: { turns: calm.length, stages } };
}

function isCalm(looks: readonly Look[], askedAt: number): boolean {
  const before = looks.findLast(({ when }) => when <= askedAt - AROUND_MS);
  const after = looks.find(({ when }) => when >= askedAt + AROUND_MS);
  const share = shareBetween(before, after);
  return share !== null && share <= UNNOTICED;
}

export function shareBetween(before: Look | undefined, after: Look | undefined): number | null {
  return shareOf(before?.processors ?? null, after?.processors ?? null);
}

function shareOf(before: ProcessorTime | null, after: ProcessorTime | null): number | null {
  if (before === null || after === null || after.all <= before.all) return null;
  const share = (after.stolen - before.stolen) / (after.all - before.all);
  // Kernels have been seen to count backwards here.
  return Math.round(Math.max(0, share) * 1000) / 1000;
}
