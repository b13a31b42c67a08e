/**
 * When each stage of one turn first happened, in milliseconds from the turn's start: the last sound that the caller
 * made, or its request, if it typed.
 */

export const stages = [
  'answered',
  'model_asked',
  'model_answered',
  'first_token',
  'first_phrase',
  'first_speech',
  'first_audible',
  'first_audio',
  'first_picture',
  'first_sent',
  'first_played',
  'first_shown',
  'all_sent',
  'interrupted',
  'done',
] as const;

export type StageName = (typeof stages)[number];

export interface Timeline {
  /** Only the first time of a stage counts. */
  mark(stage: StageName): void;
  marks(): Readonly<Partial<Record<StageName, number>>>;
}

export function startTimeline(now: () => number, start: number): Timeline {
  const marks: Partial<Record<StageName, number>> = {};
  return {
    mark(stage) {
      marks[stage] ??= Math.round((now() - start) * 10) / 10;
    },
    marks: () => ({ ...marks }),
  };
}
