/**
 * MP3 that arrives in pieces, cut anywhere, into samples. One decoder reads one stream from its first byte to its last:
 * a frame needs what the frames before it left over, so that a decoder made anew for each piece would click.
 */
import type { MPEGDecoder } from 'mpg123-decoder';
import { toSample } from './pcm.js';

export interface Mp3Decoder {
  /** Mono samples of all frames that are whole by now; of stereo the left side. Null: what came is no MP3. */
  push(bytes: Uint8Array): Int16Array | null;
  /** The stream's own rate; null until a frame of it has been read. */
  rate(): number | null;
  /** Gives the memory back. Nothing may be pushed afterwards. */
  free(): void;
}

/** What coder and decoder put before the first sample (576 and 529), if the stream does not say so in a tag itself. */
const DELAY_SAMPLES = 1105;
/** The delay is silence but for the coder's pre-echo; what is louder is speech already, and stays. */
const SILENT = 0.002;

/** No frame is longer than 1441 bytes. What comes without one for longer, beyond any tag, is something else. */
const LONGEST_WITHOUT = 16 * 1024;

/** Not read before a stream needs it: most are PCM. */
export async function mp3Decoder(): Promise<Mp3Decoder> {
  const { MPEGDecoder } = await import('mpg123-decoder');
  const decoder = new MPEGDecoder();
  await decoder.ready;
  return fromDecoder(decoder);
}

function fromDecoder(decoder: MPEGDecoder): Mp3Decoder {
  let rate: number | null = null;
  let delayLeft = DELAY_SAMPLES;
  let without = 0;

  const withoutDelay = (samples: Float32Array): Float32Array => {
    let silent = 0;
    while (silent < Math.min(delayLeft, samples.length) && Math.abs(samples[silent]!) < SILENT) silent += 1;
    delayLeft = silent === samples.length ? delayLeft - silent : 0;
    return samples.subarray(silent);
  };

  return {
    push(bytes) {
      const { channelData, samplesDecoded, sampleRate, errors } = decoder.decode(bytes);
      without = samplesDecoded === 0 ? without + bytes.length : 0;
      // It finds its way over lost frames, tags and joints without an error.
      if (errors.length > 0 || without > LONGEST_WITHOUT) return null;
      const left = channelData[0];
      if (left === undefined || samplesDecoded === 0) return new Int16Array(0);
      rate = sampleRate;
      return Int16Array.from(withoutDelay(left.subarray(0, samplesDecoded)), toSample);
    },
    rate: () => rate,
    free: () => decoder.free(),
  };
}
