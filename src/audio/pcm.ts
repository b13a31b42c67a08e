/**
 * Samples and their arithmetic. Audio is mono 16-bit PCM in an Int16Array everywhere; the sample count is the clock.
 */

/** What callers hear and send, the Realtime protocol's one rate. */
export const SPEECH_RATE = 24_000;
/** What recognisers, voice detectors and faces listen to. */
export const HEARING_RATE = 16_000;
/** One picture's worth of audio: 40 ms, 25 pictures a second. */
export const FRAME_MS = 40;
export const FRAME_SAMPLES = (SPEECH_RATE * FRAME_MS) / 1000;
export const FACE_FRAME_SAMPLES = (HEARING_RATE * FRAME_MS) / 1000;
export const PICTURES_PER_SECOND = 1000 / FRAME_MS;

export const samplesToMs = (samples: number, rate: number = SPEECH_RATE): number => (samples * 1000) / rate;
export const msToSamples = (ms: number, rate: number = SPEECH_RATE): number => Math.round((ms * rate) / 1000);

/** A float in [-1, 1] as a 16-bit sample; what is louder is clipped. */
export function toSample(value: number): number {
  const scaled = Math.round(value * 32_768);
  return Math.max(-32_768, Math.min(32_767, scaled));
}

/** -46 dB of full scale: below that nobody hears anything. */
const AUDIBLE = 164;

/** How many samples there are before one that can be heard. */
export function silentSamples(samples: Int16Array): number {
  const first = samples.findIndex((sample) => Math.abs(sample) >= AUDIBLE);
  return first < 0 ? samples.length : first;
}

/** The bytes of the samples, little endian, without a copy on the little-endian machines that Node runs on. */
export function pcmBytes(samples: Int16Array): Uint8Array {
  return new Uint8Array(samples.buffer, samples.byteOffset, samples.byteLength);
}

/** Samples from little-endian bytes. Copies, because bytes off a socket may start at an odd address. */
export function pcmSamples(bytes: Uint8Array): Int16Array {
  const samples = new Int16Array(bytes.byteLength >> 1);
  new Uint8Array(samples.buffer).set(bytes.subarray(0, samples.byteLength));
  return samples;
}

/** The same without a copy where the bytes begin at an even address: for samples that are read at once and not kept. */
export function pcmView(bytes: Uint8Array): Int16Array {
  return bytes.byteOffset % 2 === 0
    ? new Int16Array(bytes.buffer, bytes.byteOffset, bytes.byteLength >> 1)
    : pcmSamples(bytes);
}

/** Collects samples of any length and hands them out in frames of one length. */
export class Framer {
  readonly #length: number;
  #pending: Int16Array;
  #filled = 0;

  constructor(length: number) {
    this.#length = length;
    this.#pending = new Int16Array(length);
  }

  *push(samples: Int16Array): Generator<Int16Array> {
    let taken = 0;
    while (taken < samples.length) {
      const count = Math.min(this.#length - this.#filled, samples.length - taken);
      this.#pending.set(samples.subarray(taken, taken + count), this.#filled);
      this.#filled += count;
      taken += count;
      if (this.#filled === this.#length) yield this.#take();
    }
  }

  /** What is left, filled up with silence to a whole frame. */
  *flush(): Generator<Int16Array> {
    if (this.#filled > 0) yield this.#take();
  }

  /** Samples that wait for their frame to be full. */
  get held(): number {
    return this.#filled;
  }

  /** What is left, as short as it is. */
  rest(): Int16Array {
    const length = this.#filled;
    return this.#take().subarray(0, length);
  }

  #take(): Int16Array {
    const frame = this.#pending;
    this.#pending = new Int16Array(this.#length);
    this.#filled = 0;
    return frame;
  }
}

/** All of them as one. */
export function joinedSamples(pieces: readonly Int16Array[]): Int16Array<ArrayBuffer> {
  const samples = new Int16Array(pieces.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const piece of pieces) {
    samples.set(piece, at);
    at += piece.length;
  }
  return samples;
}
