/** The formats in which speech is sent. MP3 needs a development package, which is loaded when it is first asked for. */
import { pcmBytes, SPEECH_RATE } from '../../../audio/pcm.js';
import { resampler } from '../../../audio/resample.js';

/** One stream of audio on its way out, from samples at SPEECH_RATE. */
export interface Encoding {
  encode(samples: Int16Array): Uint8Array;
  /** What it still holds. */
  end(): Uint8Array;
}

export interface OutputFormat {
  readonly contentType: string;
  start(): Promise<Encoding>;
}

export const DEFAULT_FORMAT = 'mp3_44100_128';

const pcm = (rate: number): OutputFormat => ({
  contentType: 'audio/pcm',
  start: async () => {
    const toRate = resampler(SPEECH_RATE, rate);
    return { encode: (samples) => pcmBytes(toRate.push(samples)), end: () => pcmBytes(toRate.flush()) };
  },
});

type Mp3Encoder = Awaited<ReturnType<typeof newEncoder>>;
const newEncoder = async () => (await import('wasm-media-encoders')).createMp3Encoder();
/** To make one takes 50 ms, more than the speech itself. One whose stream is broken off is not used again. */
const idleEncoders: Mp3Encoder[] = [];

const mp3 = (rate: 22_050 | 44_100, kilobits: 32 | 128 | 192): OutputFormat => ({
  contentType: 'audio/mpeg',
  start: async () => {
    const encoder = idleEncoders.pop() ?? (await newEncoder());
    encoder.configure({ sampleRate: rate, outputSampleRate: rate, channels: 1, bitrate: kilobits });
    const toRate = resampler(SPEECH_RATE, rate);
    // The encoder gives a view into its own memory, which the next call writes over.
    const encoded = (samples: Int16Array) => encoder.encode([Float32Array.from(samples, (s) => s / 32_768)]).slice();
    return {
      encode: (samples) => encoded(toRate.push(samples)),
      end() {
        const rest = Buffer.concat([encoded(toRate.flush()), encoder.finalize()]);
        idleEncoders.push(encoder);
        return rest;
      },
    };
  },
});

const formats: ReadonlyMap<string, OutputFormat> = new Map([
  [DEFAULT_FORMAT, mp3(44_100, 128)],
  ['mp3_44100_192', mp3(44_100, 192)],
  ['mp3_22050_32', mp3(22_050, 32)],
  ['pcm_16000', pcm(16_000)],
  ['pcm_22050', pcm(22_050)],
  ['pcm_24000', pcm(24_000)],
  ['pcm_44100', pcm(44_100)],
]);

export const outputFormat = (name: string): OutputFormat | undefined => formats.get(name);
