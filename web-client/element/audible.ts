/**
 * From the audio thread's last position to what the ear hears now. An AudioContext's clock stands still between two
 * buffers of the sound card (10-40 ms) and leaps at each; pictures drawn by it would stutter. The page's clock is
 * smooth but drifts. Together they give a smooth time that follows the sound card.
 */
import type { Position } from './playout.js';

const RATE = 24_000;
/** How far extrapolation may run past the last position: longer silence from the audio thread means a stalled tab. */
const MAX_AHEAD = RATE / 4;
/** Seconds: beyond this the context was suspended, and the old relation of the clocks means nothing. */
const LEAP = 0.1;
/** Seconds a second that the relation may fall: more than any quartz drifts, less than one can see. */
const SLIDE = 0.002;

/** Context time, smoothed: follows the highest relation to the page's clock that was seen lately. */
export class SmoothClock {
  #offset: number | undefined;
  #seen = 0;

  /** Both in seconds. */
  now(contextTime: number, pageTime: number): number {
    const offset = contextTime - pageTime;
    const slid = (this.#offset ?? offset) - (pageTime - this.#seen) * SLIDE;
    this.#offset = Math.abs(offset - slid) > LEAP ? offset : Math.max(offset, slid);
    this.#seen = pageTime;
    return pageTime + this.#offset;
  }
}

export interface Heard {
  readonly response: number;
  readonly state: Position['state'];
  /** Samples of the response that have left the loudspeaker. */
  readonly samples: number;
  /** False before the first sample is out, in a pause, and after the end. */
  readonly isSounding: boolean;
}

/** What is heard at `audible`, the context time of the sound that leaves the loudspeaker now. */
export function heardAt(position: Position, audible: number): Heard {
  const { response, state, played, from } = position;
  const samples = played - (position.time - audible) * RATE;
  const bounded = Math.max(from, Math.min(samples, state === 'playing' ? played + MAX_AHEAD : played));
  const isOn = state === 'playing' || (state !== 'flushed' && state !== 'idle' && samples < played);
  return { response, state, samples: bounded, isSounding: isOn && samples >= from };
}
