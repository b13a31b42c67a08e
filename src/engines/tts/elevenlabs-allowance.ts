/** How much a vendor may deliver for a text. What is far beyond anything that it can mean must not fill the memory. */
import { msToSamples } from '../../audio/pcm.js';
import { type ElevenLabsFormat, samplesIn } from './elevenlabs-audio.js';

/** For the silence and the pauses of a text however short. */
const ANYWAY = msToSamples(30_000);
/** Letters take 70 ms, the slowest of all characters, digits and syllable signs, less than this at the slowest pace. */
const PER_CHARACTER = msToSamples(500);
/** What comes without sound takes room as well: a message, and each time that it tells, are counted as so much of it. */
const PER_ITEM = msToSamples(10);

/** So long, in samples, the sound of so many characters can be: one more for what is drawn out or written short. */
export const longestSound = (characters: number): number => PER_CHARACTER * (1 + characters);

export interface Allowance {
  /** This text has been sent. */
  grant(text: string): void;
  /** False: so many bytes, with the times of so many characters, are too much. */
  takes(bytes: number, times: number): boolean;
}

export function allowance(format: ElevenLabsFormat): Allowance {
  let left = ANYWAY;
  return {
    grant(text) {
      left += PER_CHARACTER * text.length;
    },
    takes(bytes, times) {
      left -= samplesIn(format, bytes) + PER_ITEM * (1 + times);
      return left >= 0;
    },
  };
}

/** Base64, names and blanks make three of two bytes; the times of the characters come twice. */
const WRITTEN = 2;
const TIMES_OF_ONE = 200;
const ENVELOPE = 1024 * 1024;

/** The longest answer in JSON that an allowance for this text can let through. */
export function mostBytes(format: ElevenLabsFormat, text: string): number {
  const samples = ANYWAY + PER_CHARACTER * text.length;
  return ENVELOPE + WRITTEN * (samples / samplesIn(format, 1)) + TIMES_OF_ONE * text.length;
}
