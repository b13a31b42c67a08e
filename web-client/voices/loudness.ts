/**
 * Whether a recording is loud enough and not too loud, while it is made and when it is over. The server measures anew and
 * decides; this is said in time to do something about it. Pure.
 */
import { MICROPHONE_FRAME_SAMPLES, MICROPHONE_RATE } from '../element/microphone-frames.js';

export type Hint = 'waiting' | 'quiet' | 'clipping' | 'good';

/** What the server takes for full scale. */
const FULL_SCALE = Math.ceil(0.999 * 32_768);
/** Of the samples: what the server refuses, and what is worth a word before. */
const MOST_CLIPPED = 0.01;
const CLIPPED_HINT = 0.002;
/** The loudest 20 ms of somebody who is just loud enough on the whole: the server wants -45 dB. */
const QUIETEST = 10 ** (-36 / 20);

const LEAST_SECONDS = 3;

/** What counts for the hint, and how long somebody may draw breath before being called quiet. */
const WINDOW_FRAMES = Math.round((3 * MICROPHONE_RATE) / MICROPHONE_FRAME_SAMPLES);
const PATIENCE_FRAMES = Math.round((1.5 * MICROPHONE_RATE) / MICROPHONE_FRAME_SAMPLES);

interface Measured {
  readonly rms: number;
  /** A share of its samples. */
  readonly clipped: number;
}

/** Takes frame after frame of 20 ms, and says how the last three seconds are. */
export function loudnessHints(): (frame: Int16Array) => Hint {
  const recent: Measured[] = [];
  return (frame) => {
    recent.push(measure(frame));
    if (recent.length > WINDOW_FRAMES) recent.shift();
    const clipped = recent.reduce((sum, one) => sum + one.clipped, 0) / recent.length;
    if (clipped > CLIPPED_HINT) return 'clipping';
    if (recent.some(({ rms }) => rms >= QUIETEST)) return 'good';
    return recent.length < PATIENCE_FRAMES ? 'waiting' : 'quiet';
  };
}

/** What the server would say of it; null: nothing, as far as can be told here. `samples` are at MICROPHONE_RATE. */
export function troubleWith(samples: Int16Array): string | null {
  if (samples.length < LEAST_SECONDS * MICROPHONE_RATE) {
    return `Too short: a recording has to last at least ${LEAST_SECONDS} seconds.`;
  }
  const frames = Array.from({ length: Math.ceil(samples.length / MICROPHONE_FRAME_SAMPLES) }, (_, at) =>
    measure(samples.subarray(at * MICROPHONE_FRAME_SAMPLES, (at + 1) * MICROPHONE_FRAME_SAMPLES)),
  );
  if (frames.reduce((sum, { clipped }) => sum + clipped, 0) / frames.length > MOST_CLIPPED) {
    return 'Too loud: the sound is cut off at its peaks. Step back, or turn the microphone down.';
  }
  if (frames.every(({ rms }) => rms < QUIETEST)) return 'Too quiet: speak nearer to the microphone, or turn it up.';
  return null;
}

function measure(samples: Int16Array): Measured {
  let energy = 0;
  let clipped = 0;
  for (const sample of samples) {
    energy += (sample / 32_768) ** 2;
    if (Math.abs(sample) >= FULL_SCALE) clipped += 1;
  }
  return { rms: Math.sqrt(energy / samples.length), clipped: clipped / samples.length };
}
