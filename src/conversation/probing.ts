/**
 * Words of speech that still goes on, from a recogniser that gives none before its end: it is asked about what there is
 * so far, again and again. Only over a speaking avatar, where a word decides whether it stops.
 */
import { HEARING_RATE, msToSamples } from '../audio/pcm.js';
import type { Attempt, Heard } from './transcribing.js';

/** Each is a request, and a whole one: what was asked before is asked again. */
const EVERY = msToSamples(400, HEARING_RATE);

export interface Probe {
  /** The speech has gone on for so many samples. */
  reach(length: number): void;
  drop(): void;
}

/** `ask` begins to recognise all that there is of the speech. One question at a time. */
export function startProbe(ask: () => Attempt, onHeard: (heard: Heard) => void): Probe {
  let asked = 0;
  let open: Attempt | null = null;
  const settle = (attempt: Attempt, heard: Heard | null) => {
    if (open !== attempt) return;
    open = null;
    if (heard !== null) onHeard(heard);
  };
  return {
    reach(length) {
      if (open !== null || length < asked + EVERY) return;
      asked = length;
      const attempt = ask();
      open = attempt;
      attempt.end();
      attempt.heard.then(
        (heard) => settle(attempt, heard),
        // The recogniser's failures are told of the utterance itself.
        () => settle(attempt, null),
      );
    },
    drop() {
      open?.drop();
      open = null;
    },
  };
}
