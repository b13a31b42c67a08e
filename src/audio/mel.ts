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

/** A pass of the transform makes parts of four times `length` of parts of that length. */
interface Pass {
  readonly length: number;
  /** For each place in a part: the cosine and the sine of its angle, and those of half of it. */
  readonly turns: Float64Array;
}

/** HALF is a power of four. */
const passes: readonly Pass[] = Array.from({ length: Math.log2(HALF) / 2 }, (_, pass) => {
  const length = 4 ** pass;
  const turns = new Float64Array(4 * length);
  for (let k = 0; k < length; k += 1) {
    const angle = (k * HALF) / length;
    turns.set([cosines[angle]!, sines[angle]!, cosines[angle / 2]!, sines[angle / 2]!], 4 * k);
  }
  return { length, turns };
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

/** Transform in place; the input is in bit-reversed order. Two steps of radix 2 at a time take half of the time of one by one. */
function transform(real: Float64Array, imaginary: Float64Array): void {
  for (const { length, turns } of passes) {
    for (let k = 0; k < length; k += 1) {
      const c = turns[4 * k]!;
      const s = turns[4 * k + 1]!;
      const c2 = turns[4 * k + 2]!;
      const s2 = turns[4 * k + 3]!;
      for (let first = k; first < HALF; first += 4 * length) {
        const second = first + length;
        const third = second + length;
        const fourth = third + length;
        // The first and the second part become one of twice the length, and so do the third and the fourth.
        const secondRe = real[second]! * c - imaginary[second]! * s;
        const secondIm = real[second]! * s + imaginary[second]! * c;
        const fourthRe = real[fourth]! * c - imaginary[fourth]! * s;
        const fourthIm = real[fourth]! * s + imaginary[fourth]! * c;
        const sumRe = real[first]! + secondRe;
        const sumIm = imaginary[first]! + secondIm;
        const differenceRe = real[first]! - secondRe;
        const differenceIm = imaginary[first]! - secondIm;
        const laterSumRe = real[third]! + fourthRe;
        const laterSumIm = imaginary[third]! + fourthIm;
        const laterDifferenceRe = real[third]! - fourthRe;
        const laterDifferenceIm = imaginary[third]! - fourthIm;
        // And these two one: the later is turned by half of the angle, and its differences by a right angle more.
        const turnedSumRe = laterSumRe * c2 - laterSumIm * s2;
        const turnedSumIm = laterSumRe * s2 + laterSumIm * c2;
        const turnedDifferenceRe = laterDifferenceRe * s2 + laterDifferenceIm * c2;
        const turnedDifferenceIm = laterDifferenceIm * s2 - laterDifferenceRe * c2;
        real[first] = sumRe + turnedSumRe;
        imaginary[first] = sumIm + turnedSumIm;
        real[second] = differenceRe + turnedDifferenceRe;
        imaginary[second] = differenceIm + turnedDifferenceIm;
        real[third] = sumRe - turnedSumRe;
        imaginary[third] = sumIm - turnedSumIm;
        real[fourth] = differenceRe - turnedDifferenceRe;
        imaginary[fourth] = differenceIm - turnedDifferenceIm;
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
