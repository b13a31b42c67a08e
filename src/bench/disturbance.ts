/** What others took of a virtual machine while it was measured, and the turns that they can hardly have slowed. Pure. */
import { calmAt, type ProcessorLook, type Taken, takenOver } from './calm.js';
import type { StageRow } from './server-stages.js';
import { stageRow } from './stage-rows.js';
import type { TurnResult } from './turn-result.js';

export interface Disturbance extends Taken {
  readonly undisturbed: Undisturbed;
}

/** Turns around the end of whose questions it was calm: as long for slow turns as for fast ones. */
export interface Undisturbed {
  readonly turns: number;
  /** Of so many: those that were asked at all. */
  readonly of: number;
  readonly stages: readonly StageRow[];
}

export interface Span {
  /** Milliseconds since 1970. */
  readonly from: number;
  readonly to: number;
}

const ALWAYS: Span = { from: Number.NEGATIVE_INFINITY, to: Number.POSITIVE_INFINITY };

/** `span`: in which the turns were. Null: nobody knows. */
export function disturbanceOf(
  looks: readonly ProcessorLook[],
  results: readonly TurnResult[],
  { from, to }: Span = ALWAYS,
): Disturbance | null {
  const taken = takenOver(looks.filter(({ when }) => when >= from && when <= to));
  if (taken === null) return null;
  const isCalm = calmAt(looks);
  const asked = results.filter(({ askedAt }) => askedAt !== null);
  const calm = asked.filter(({ askedAt }) => isCalm(askedAt!));
  const stages = (['transcript', 'first_sound', 'first_pair', 'heard'] as const).flatMap((mark) =>
    stageRow(mark, calm),
  );
  return { ...taken, undisturbed: { turns: calm.length, of: asked.length, stages } };
}
