/** A recording as a caller lets it be heard: at the rate of its microphone, and with the place of its voice. */
import { readFileSync } from 'node:fs';
import { SPEECH_RATE } from '../audio/pcm.js';
import { resampler } from '../audio/resample.js';
import { voicedRange } from './voiced.js';
import { type Recording, readWav } from './wav.js';

export interface Sound {
  /** At 24 kHz. */
  readonly samples: Int16Array;
  /** Samples before the first voiced one, and up to and with the last. */
  readonly voiced: { readonly from: number; readonly to: number };
}

export const loadSound = (file: string): Sound => soundOf(readWav(readFileSync(file)));

export function soundOf({ rate, samples }: Recording): Sound {
  const resampling = resampler(rate, SPEECH_RATE);
  const parts = [resampling.push(samples), resampling.flush()];
  const heard = new Int16Array(parts[0]!.length + parts[1]!.length);
  heard.set(parts[0]!);
  heard.set(parts[1]!, parts[0]!.length);
  return { samples: heard, voiced: voicedRange(heard, SPEECH_RATE) };
}
