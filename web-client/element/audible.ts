/** From the audio thread's last position to what the ear hears. */
import type { Position } from './playout.js';

const RATE = 24_000;
/** How far extrapolation may run past the last position: longer silence from the audio thread means a stalled tab. */
const MAX_AHEAD = RATE / 4;

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
