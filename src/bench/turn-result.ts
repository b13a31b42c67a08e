/** What is known of one turn when it is over, as it stands in the file of `--json`. */

/** The stages of a turn in their usual order, each with its name in the table. */
export const MARKS = {
  speech_stopped: 'speech stopped',
  transcript: 'transcript',
  called: 'function called',
  response_created: 'response created',
  first_picture: 'first picture',
  first_sound: 'first sound',
  first_pair: 'first sound and its picture',
  seen: 'picture seen',
  heard: 'heard',
} as const;

export type MarkName = keyof typeof MARKS;

export interface TurnResult {
  readonly caller: number;
  /** Counts from 0 in each session. */
  readonly turn: number;
  /** Of the ramp; 0 where there is none. */
  readonly step: number;
  readonly question: string;
  /** The end of its last voiced sample, or when it was typed: milliseconds since 1970. Null: it never was. */
  readonly askedAt: number | null;
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
  /** How often the server took the turn for ended before its last voiced sample. */
  readonly cutOffs: number;
  /** By this name the server's log knows the answer; null: there was none. */
  readonly responseId: string | null;
  /** The server's own marks, from what it took for the last sound, or from the request; null: it told none. */
  readonly server: Readonly<Record<string, number>> | null;
}

/** A turn that never began, because its session could not. */
export function lostTurn(caller: number, turn: number, question: string, failure: string, step = 0): TurnResult {
  return {
    caller,
    turn,
    step,
    question,
    askedAt: null,
    failure,
    marks: {},
    transcript: null,
    transcriptIsRight: null,
    audioMs: 0,
    gaps: { count: 0, ms: 0 },
    pictures: { expected: 0, late: 0, missing: 0 },
    cutOffs: 0,
    responseId: null,
    server: null,
  };
}
