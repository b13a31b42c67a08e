/** What is known of one turn when it is over, as it stands in the file of `--json`. */

/** The stages of a turn in their usual order, each with its name in the table. */
export const MARKS = {
  speech_stopped: 'speech stopped',
  transcript: 'transcript',
  response_created: 'response created',
  first_picture: 'first picture',
  first_sound: 'first sound',
  first_pair: 'first sound and its picture',
  heard: 'heard',
} as const;

export type MarkName = keyof typeof MARKS;

export interface TurnResult {
  readonly caller: number;
  /** Counts from 0 in each session. */
  readonly turn: number;
  readonly question: string;
  /** Null for a turn that was answered to its end. */
  readonly failure: string | null;
  /** Milliseconds from the last voiced sample, or from the typed question. */
  readonly marks: Readonly<Partial<Record<MarkName, number>>>;
  /** Null if none came. */
  readonly transcript: string | null;
  /** Null for a typed question. */
  readonly transcriptIsRight: boolean | null;
  readonly audioMs: number;
  readonly gaps: { readonly count: number; readonly ms: number };
  readonly pictures: { readonly expected: number; readonly late: number; readonly missing: number };
}

/** A turn that never began, because its session could not. */
export function lostTurn(caller: number, turn: number, question: string, failure: string): TurnResult {
  return {
    caller,
    turn,
    question,
    failure,
    marks: {},
    transcript: null,
    transcriptIsRight: null,
    audioMs: 0,
    gaps: { count: 0, ms: 0 },
    pictures: { expected: 0, late: 0, missing: 0 },
  };
}
