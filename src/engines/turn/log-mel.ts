/**
 * What Whisper's encoder is shown of the last 8 s before now: 80 mel bands, every 10 ms, as a logarithm. Each constant is
 * the published feature extractor's (WhisperFeatureExtractor with chunk_length 8 and do_normalize): a model that is
 * shown something else answers all the same, and wrongly. tools/turn-model/features.py computes the same in Python.
 */
import { HEARING_RATE } from '../../audio/pcm.js';
import { fourier } from './fourier.js';

export const HEARD_SAMPLES = 8 * HEARING_RATE;
export const MEL_BANDS = 80;
const HOP = 160;
export const MEL_FRAMES = HEARD_SAMPLES / HOP;

const WINDOW = 400;
const HALF = WINDOW / 2;
/** Added to the variance, of samples in [-1, 1]: digital silence stays silent. */
const LEAST_VARIANCE = 1e-7;
const LEAST_POWER = 1e-10;
/** In powers of ten below the loudest band of all: what is softer counts as that. */
const RANGE = 8;

const hann = Float64Array.from({ length: WINDOW }, (_, i) => 0.5 - 0.5 * Math.cos((2 * Math.PI * i) / WINDOW));
const transform = fourier(WINDOW);

/** Slaney's scale: even up to 1000 Hz, which is mel 15; from there each mel is a 27th of the way from 1 to 6.4. */
const LINEAR_HZ = 200 / 3;
const BEND_HZ = 1000;
const BEND_MEL = BEND_HZ / LINEAR_HZ;
const LOG_STEP = Math.log(6.4) / 27;

const toMel = (hz: number): number => (hz < BEND_HZ ? hz / LINEAR_HZ : BEND_MEL + Math.log(hz / BEND_HZ) / LOG_STEP);
const toHz = (mel: number): number =>
  mel < BEND_MEL ? mel * LINEAR_HZ : BEND_HZ * Math.exp((mel - BEND_MEL) * LOG_STEP);

interface Band {
  readonly first: number;
  readonly weights: Float64Array;
}

/** Triangles of equal width on that scale and of equal area on that of hertz. */
const bands: readonly Band[] = Array.from({ length: MEL_BANDS }, (_, band) => {
  const edge = (n: number): number => toHz((toMel(HEARING_RATE / 2) * n) / (MEL_BANDS + 1));
  const [left, top, right] = [edge(band), edge(band + 1), edge(band + 2)];
  const binHz = HEARING_RATE / WINDOW;
  const first = Math.ceil(left / binHz);
  const weights = Float64Array.from({ length: Math.floor(right / binHz) - first + 1 }, (_, i) => {
    const hz = (first + i) * binHz;
    const height = Math.min((hz - left) / (top - left), (right - hz) / (right - top));
    return (Math.max(0, height) * 2) / (right - left);
  });
  return { first, weights };
});

/** Band after band, of each all frames: the layout of the model's input. Of a longer utterance, its end. */
export function logMel(utterance: Int16Array): Float32Array {
  const heard = utterance.subarray(-HEARD_SAMPLES);
  const padding = HEARD_SAMPLES - heard.length;
  const samples = levelled(heard, padding);
  const powers = new Float64Array(MEL_BANDS * MEL_FRAMES);
  // As long as there is only padding, each frame is as the one before: of a short utterance most are.
  const same = Math.max(0, Math.floor((padding - HALF) / HOP));
  const begin = same - (same % 2);
  for (let frame = begin; frame < MEL_FRAMES; frame += 2) addTwoFrames(samples, frame, powers);
  if (begin > 0) copyFrame(powers, begin, begin);
  return compressed(powers);
}

/** Behind the padding, all of it brought to mean 0 and variance 1; and mirrored at both ends by half a window. */
function levelled(heard: Int16Array, padding: number): Float64Array {
  let sum = 0;
  let squares = 0;
  for (const sample of heard) {
    sum += sample / 32_768;
    squares += (sample / 32_768) ** 2;
  }
  const mean = sum / HEARD_SAMPLES;
  const scale = 1 / Math.sqrt(squares / HEARD_SAMPLES - mean ** 2 + LEAST_VARIANCE);
  const samples = new Float64Array(HEARD_SAMPLES + WINDOW).fill(-mean * scale);
  for (let i = 0; i < heard.length; i += 1) samples[HALF + padding + i] = (heard[i]! / 32_768 - mean) * scale;
  const last = HALF + HEARD_SAMPLES - 1;
  for (let i = 1; i <= HALF; i += 1) {
    samples[HALF - i] = samples[HALF + i]!;
    samples[last + i] = samples[last - i]!;
  }
  return samples;
}

const real = new Float64Array(WINDOW);
const imaginary = new Float64Array(WINDOW);
const spectra = [new Float64Array(HALF + 1), new Float64Array(HALF + 1)] as const;

/** One transform does for two frames of real numbers: one is its real part, the other its imaginary one. */
function addTwoFrames(samples: Float64Array, frame: number, powers: Float64Array): void {
  const at = frame * HOP;
  for (let i = 0; i < WINDOW; i += 1) {
    real[i] = samples[at + i]! * hann[i]!;
    imaginary[i] = samples[at + HOP + i]! * hann[i]!;
  }
  transform(real, imaginary);
  for (let bin = 0; bin <= HALF; bin += 1) {
    const mirrored = (WINDOW - bin) % WINDOW;
    const [a, b, c, d] = [real[bin]!, imaginary[bin]!, real[mirrored]!, imaginary[mirrored]!];
    spectra[0][bin] = ((a + c) ** 2 + (b - d) ** 2) / 4;
    spectra[1][bin] = ((a - c) ** 2 + (b + d) ** 2) / 4;
  }
  for (const [next, spectrum] of spectra.entries()) {
    for (const [band, { first, weights }] of bands.entries()) {
      let power = 0;
      for (let i = 0; i < weights.length; i += 1) power += weights[i]! * spectrum[first + i]!;
      powers[band * MEL_FRAMES + frame + next] = power;
    }
  }
}

function copyFrame(powers: Float64Array, from: number, until: number): void {
  for (let band = 0; band < MEL_BANDS; band += 1) {
    const row = band * MEL_FRAMES;
    powers.fill(powers[row + from]!, row, row + until);
  }
}

/** In plain loops: with map, reduce and from, these 64,000 numbers cost more than all transforms. */
function compressed(powers: Float64Array): Float32Array {
  let most = LEAST_POWER;
  for (let i = 0; i < powers.length; i += 1) most = Math.max(most, powers[i]!);
  // The logarithm rises with the power: what is clamped there may be clamped here.
  const least = Math.max(LEAST_POWER, most * 10 ** -RANGE);
  const features = new Float32Array(powers.length);
  for (let i = 0; i < powers.length; i += 1) features[i] = (Math.log10(Math.max(least, powers[i]!)) + 4) / 4;
  return features;
}
