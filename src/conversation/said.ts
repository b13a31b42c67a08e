/** When something was said aloud that is to be answered, on the house's clock. */
import type { Attempt, Heard } from './transcribing.js';

export interface Said {
  /** Its last sound. */
  readonly at: number;
  /** When the silence after it was taken for a pause; null: it never was. */
  readonly softEndAt: number | null;
  /** When its words were known, before the pause or in it; null: they are not. */
  readonly wordsAt: number | null;
  /** What the recogniser took for them, from the end of what it was given; null: that was not measured. */
  readonly transcriptionMs: number | null;
}

/** What nobody had to recognise. */
export const saidAt = (at: number): Said => ({ at, softEndAt: null, wordsAt: null, transcriptionMs: null });

/** A pause in which a recogniser was asked what was said before it. */
export interface Pause {
  readonly attempt: Attempt;
  /** Null: it has not answered. */
  heard(): Heard | null;
  /** What is known by now. `at`: when the last sound before the pause came. */
  said(at: number): Said;
}

/** `softEndAt`: null for a pause that the caller has declared. */
export function startPause(attempt: Attempt, softEndAt: number | null, now: () => number): Pause {
  let known: { readonly heard: Heard; readonly at: number } | null = null;
  attempt.heard.then(
    (heard) => {
      // A recogniser that was asked ahead may have known them before anybody asked.
      known = { heard, at: now() - (attempt.knownForMs() ?? 0) };
    },
    () => {}, // Whoever takes the utterance is told.
  );
  return {
    attempt,
    heard: () => known?.heard ?? null,
    said: (at) => ({ at, softEndAt, wordsAt: known?.at ?? null, transcriptionMs: attempt.tookMs() }),
  };
}
