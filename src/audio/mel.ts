/**
 * What the ear keeps of a piece of sound: 512 samples at 16 kHz -> 26 mel bands in decibels. Pure. What moves mouths hears by
 * it (and tools/mouth, where that was trained), and so does what knows the avatar by its voice.
 */
import { HEARING_RATE } from './pcm.js';

/** 32 ms: two to six pitch periods of any voice, and short enough to see the closure of a "p" (50 ms). */
export const WINDOW = 512;
export const BANDS = 26;

const HALF = WINDOW / 2;
const LOWEST_HZ = 80;
const HIGHEST_HZ = 7600;
/** Under the noise of 16-bit samples, so that digital silence has a finite level. */
const FLOOR_POWER = 1e-10;

const hann = Float64Array.from({ length: WINDOW }, (_, i) => 0.5 - 0.5 * Math.cos((2 * Math.PI * i) / WINDOW));
const cosines = Float64Array.from({ length: HALF }, (_, i) => Math.cos((2 * Math.PI * i) / WINDOW));
const sines = Float64Array.from({ length: HALF }, (_, i) => -Math.sin((2 * Math.PI * i) / WINDOW));
const reversed = Uint16Array.from({ length: HALF }, (_, i) => {
  let bits = 0;
  for (let bit = 1, from = i; bit < HALF; bit <<= 1, from >>= 1) bits = (bits << 1) | (from & 1);
  return bits;
});

const toMel = (hz: number): number => 2595 * Math.log10(1 + hz / 700);
const toHz = (mel: number): number => 700 * (10 ** (mel / 2595) - 1);

interface Band {
  readonly first: number;
  readonly weights: Float64Array;
}

/** Triangles of equal width on the mel scale, each summing to 1, so that white noise gives a flat picture. */
const bands: readonly Band[] = Array.from({ length: BANDS }, (_, band) => {
  const step = (toMel(HIGHEST_HZ) - toMel(LOWEST_HZ)) / (BANDS + 1);
  const edge = (n: number): number => (toHz(toMel(LOWEST_HZ) + step * n) * WINDOW) / HEARING_RATE;
  const [left, top, right] = [edge(band), edge(band + 1), edge(band + 2)];
  const first = Math.max(1, Math.ceil(left));
  const heights = Array.from({ length: Math.floor(right) - first + 1 }, (_, i) => {
    const bin = first + i;
    return Math.max(1e-3, bin < top ? (bin - left) / (top - left) : (right - bin) / (right - top));
  });
  const sum = heights.reduce((total, height) => total + height, 0);
  return { first, weights: Float64Array.from(heights, (height) => height / sum) };
});

/** The place to work in; one per stream, so that streams never share a buffer across an await. */
export interface MelScratch {
  readonly real: Float64Array;
  readonly imaginary: Float64Array;
  readonly power: Float64Array;
}

export const melScratch = (): MelScratch => ({
  real: new Float64Array(HALF),
  imaginary: new Float64Array(HALF),
  power: new Float64Array(HALF + 1),
});

/**
 * Writes the bands of the window that starts at `from` to `out`, in dB relative to a full-scale sine, and returns how
 * loud they are together, in dB.
 */
export function melBands(samples: Float32Array, from: number, out: Float32Array, scratch: MelScratch): number {
  windowed(samples, from, scratch);
  transform(scratch.real, scratch.imaginary);
  unfold(scratch);
  let total = 0;
  for (let band = 0; band < BANDS; band += 1) {
    const { first, weights } = bands[band]!;
    let power = FLOOR_POWER;
    for (let i = 0; i < weights.length; i += 1) power += weights[i]! * scratch.power[first + i]!;
    total += power;
    out[band] = 10 * Math.log10(power);
  }
  return 10 * Math.log10(total);
}

/** Even samples as real, odd ones as imaginary parts: one transform of half the length does for real input. */
function windowed(samples: Float32Array, from: number, { real, imaginary }: MelScratch): void {
  for (let i = 0; i < HALF; i += 1) {
    const to = reversed[i]!;
    real[to] = samples[from + 2 * i]! * hann[2 * i]!;
    imaginary[to] = samples[from + 2 * i + 1]! * hann[2 * i + 1]!;
  }
}

/** Radix-2 transform in place; the input is in bit-reversed order. */
function transform(real: Float64Array, imaginary: Float64Array): void {
  for (let half = 1; half < HALF; half <<= 1) {
    const stride = HALF / half;
    for (let k = 0; k < half; k += 1) {
      const c = cosines[k * stride]!;
      const s = sines[k * stride]!;
      for (let i = k; i < HALF; i += 2 * half) {
        const j = i + half;
        const re = real[j]! * c - imaginary[j]! * s;
        const im = real[j]! * s + imaginary[j]! * c;
        real[j] = real[i]! - re;
        imaginary[j] = imaginary[i]! - im;
        real[i] = real[i]! + re;
        imaginary[i] = imaginary[i]! + im;
      }
    }
  }
}

/** The half-length transform of interleaved samples -> the power spectrum of the real signal. */
function unfold({ real, imaginary, power }: MelScratch): void {
  // A full-scale sine of any frequency has power 1 in its bin: the window passes WINDOW / 4 of its amplitude.
  const scale = 1 / (WINDOW / 4) ** 2;
  for (let k = 0; k <= HALF; k += 1) {
    const a = k % HALF;
    const b = (HALF - k) % HALF;
    const evenRe = (real[a]! + real[b]!) / 2;
    const evenIm = (imaginary[a]! - imaginary[b]!) / 2;
    const oddRe = (imaginary[a]! + imaginary[b]!) / 2;
    const oddIm = (real[b]! - real[a]!) / 2;
    const c = k === HALF ? -1 : cosines[k]!;
    const s = k === HALF ? 0 : sines[k]!;
    power[k] = scale * ((evenRe + oddRe * c - oddIm * s) ** 2 + (evenIm + oddRe * s + oddIm * c) ** 2);
  }
}
