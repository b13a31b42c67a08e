/**
 * When each stage of one turn first happened, in milliseconds from the turn's start: the last sound that the caller
 * made, or its request, if it typed.
 */

export const stages = [
  'soft_end',
  'words',
  'speculated',
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
  /** It was at this time; null: it was not. */
  markAt(stage: StageName, at: number | null): void;
  marks(): Readonly<Partial<Record<StageName, number>>>;
}

export function startTimeline(now: () => number, start: number): Timeline {
  const marks: Partial<Record<StageName, number>> = {};
  const markAt = (stage: StageName, at: number) => {
    marks[stage] ??= Math.round((at - start) * 10) / 10;
  };
  return {
    mark: (stage) => markAt(stage, now()),
    markAt(stage, at) {
      if (at !== null) markAt(stage, at);
    },
    marks: () => ({ ...marks }),
  };
}
