/**
 * The voices of the embedded synthesiser. Each is one of espeak-ng's English accents with a speaker of our own on top:
 * formants (a shorter throat sounds higher in all of them, not only in pitch), the melody's range, and a tone curve that
 * takes away the buzz. docs/voices.md tells how they were chosen.
 */
import type { Voice } from '../contract.js';
import type { Tone } from './tone.js';

export interface EspeakVoice extends Voice {
  /** Pronunciation and rhythm: one of the package's own voices. */
  readonly accent: string;
  /** Lines of a voice variant, espeak-ng's own file format. */
  readonly speaker: readonly string[];
  /** Words a minute at speed 1. */
  readonly rate: number;
  readonly tone: Tone;
}

/** Formants 1-3 at `scale` percent; the upper ones quieter and broader, where the synthesiser rings like metal. */
const throat = (scale: number, upper: number): string[] => [
  `formant 1 ${scale - 2} 96 105`,
  `formant 2 ${scale} 92 105`,
  `formant 3 ${scale} ${upper + 10} 110`,
  `formant 4 ${scale} ${upper} 115`,
  `formant 5 ${scale} ${upper} 115`,
  `formant 6 ${Math.min(scale, 110)} ${upper - 5} 105`,
];

const female = (pitch: string, scale: number, upper: number): string[] => [
  'gender female',
  `pitch ${pitch}`,
  'formant 0 100 100 100',
  ...throat(scale, upper),
  // A little breath in the pause between two pulses, and pitch that is never quite still.
  'breath 0 2 2 2 2 2 2 2',
  'flutter 3',
  'consonants 90 95',
];

const male = (pitch: string, scale: number, upper: number): string[] => [
  'gender male',
  `pitch ${pitch}`,
  'formant 0 100 110 100',
  ...throat(scale, upper),
  'flutter 3',
  'consonants 95 100',
];

/**
 * From the long-term spectra against that of natural speech (docs/voices.md); males lack body below 300 Hz. `level` brings
 * each voice to -20 dB of full scale while it speaks; a test measures that.
 */
const femaleTone = (level: number): Tone => ({ level, body: 0, presence: -6 });
const maleTone = (level: number): Tone => ({ level, body: 4, presence: -5 });

export const espeakVoices: readonly EspeakVoice[] = [
  {
    id: 'ada',
    name: 'Ada',
    language: 'en-US',
    accent: 'en-us',
    speaker: female('150 240', 117, 75),
    rate: 165,
    tone: femaleTone(-0.5),
  },
  {
    id: 'ben',
    name: 'Ben',
    language: 'en-US',
    accent: 'en-us',
    speaker: male('80 122', 98, 80),
    rate: 165,
    tone: maleTone(0.1),
  },
  {
    id: 'clara',
    name: 'Clara',
    language: 'en-GB',
    accent: 'en-gb-x-rp',
    speaker: female('145 225', 114, 75),
    rate: 165,
    tone: femaleTone(-0.8),
  },
  {
    id: 'daniel',
    name: 'Daniel',
    language: 'en-GB',
    accent: 'en-gb-x-rp',
    speaker: male('76 118', 96, 80),
    rate: 165,
    tone: maleTone(-0.5),
  },
  {
    id: 'iris',
    name: 'Iris',
    language: 'en-US',
    accent: 'en-us',
    speaker: female('125 195', 110, 75),
    rate: 160,
    tone: femaleTone(0.3),
  },
  {
    id: 'fergus',
    name: 'Fergus',
    language: 'en-GB-scotland',
    accent: 'en-gb-scotland',
    speaker: male('78 120', 97, 80),
    rate: 165,
    tone: maleTone(-0.9),
  },
];
