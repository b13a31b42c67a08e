/** The vendor's formats, and how each becomes samples at SPEECH_RATE as it streams by. */
import { mp3Decoder } from '../../audio/mp3.js';
import { pcmSamples, SPEECH_RATE } from '../../audio/pcm.js';
import { type Resampler, resampler } from '../../audio/resample.js';
import { unreadable } from './elevenlabs-failure.js';

/** PCM by its rate; MP3, which is of constant rate, by its bits a second. */
const formats = {
  pcm_16000: { codec: 'pcm', rate: 16_000 },
  pcm_22050: { codec: 'pcm', rate: 22_050 },
  pcm_24000: { codec: 'pcm', rate: 24_000 },
  pcm_44100: { codec: 'pcm', rate: 44_100 },
  mp3_22050_32: { codec: 'mp3', bits: 32_000 },
  mp3_44100_128: { codec: 'mp3', bits: 128_000 },
  mp3_44100_192: { codec: 'mp3', bits: 192_000 },
} as const;

export type ElevenLabsFormat = keyof typeof formats;

export const elevenLabsFormats = Object.keys(formats) as [ElevenLabsFormat, ...ElevenLabsFormat[]];

/** How much speech, in samples at SPEECH_RATE, so many bytes of a format hold. */
export function samplesIn(format: ElevenLabsFormat, bytes: number): number {
  const of = formats[format];
  return (bytes * SPEECH_RATE) / (of.codec === 'pcm' ? 2 * of.rate : of.bits / 8);
}

/** One stream, from its first byte to its last. */
export interface SpeechDecoder {
  push(bytes: Uint8Array): Int16Array;
  /** What was held back. Nothing may be pushed afterwards. */
  finish(): Int16Array;
  /** Gives back what it holds, also of a stream that was left in the middle. Once is enough, twice does no harm. */
  free(): void;
}

export async function speechDecoder(format: ElevenLabsFormat): Promise<SpeechDecoder> {
  const of = formats[format];
  return of.codec === 'pcm' ? pcmDecoder(of.rate) : mp3SpeechDecoder();
}

function pcmDecoder(rate: number): SpeechDecoder {
  const toSpeech = resampler(rate, SPEECH_RATE);
  /** The first half of a sample that was cut in two. */
  let half = new Uint8Array(0);
  return {
    push(bytes) {
      const whole = half.length === 0 ? bytes : Buffer.concat([half, bytes]);
      half = whole.slice(whole.length & ~1);
      return toSpeech.push(pcmSamples(whole));
    },
    finish: () => toSpeech.flush(),
    free: () => {},
  };
}

async function mp3SpeechDecoder(): Promise<SpeechDecoder> {
  const mp3 = await mp3Decoder();
  let toSpeech: Resampler | undefined;
  let isFree = false;
  return {
    push(bytes) {
      const samples = mp3.push(bytes);
      if (samples === null) throw unreadable('audio that is no MP3');
      const rate = mp3.rate();
      if (rate === null) return samples;
      toSpeech ??= resampler(rate, SPEECH_RATE);
      return toSpeech.push(samples);
    },
    finish: () => toSpeech?.flush() ?? new Int16Array(0),
    free() {
      if (!isFree) mp3.free();
      isFree = true;
    },
  };
}
