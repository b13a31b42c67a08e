/**
 * The sound of a synthesised clause, made pleasant: no offset, less buzz, an even level, no clicks at its edges, no dead
 * air around it. Works on whole clauses at SPEECH_RATE; nothing here knows which synthesiser they came from.
 */
import { msToSamples, SPEECH_RATE, toSample } from '../../audio/pcm.js';

/** Decibels by which the whole is lifted (`level`), below 300 Hz (`body`) and around 2.4 kHz (`presence`). */
export interface Tone {
  readonly level: number;
  readonly body: number;
  readonly presence: number;
}

/** A decibel below the limit of the format, because a resampler behind us may swing higher than our samples do. */
const PEAK_DB = -1;
/** 55 dB below full scale: softer than any consonant of speech at -20 dB, louder than the rest between words. */
const SILENCE = 0.0018;
/** Kept around the sound: a plosive's first rustle and the last ring of a vowel. */
const LEAD = msToSamples(8);
const TAIL = msToSamples(30);
const FADE = msToSamples(5);

const fromDecibels = (decibels: number): number => 10 ** (decibels / 20);

export interface Polished {
  readonly samples: Int16Array;
  /** Samples cut off at the front: by so much earlier sounds everything that was timed on the input. */
  readonly trimmed: number;
}

export function polished(samples: Int16Array, tone: Tone): Polished {
  const loud = shaped(samples, tone);
  const [start, end] = soundIn(loud);
  const kept = loud.subarray(start, end);
  limit(kept, fromDecibels(PEAK_DB));
  fade(kept);
  const output = new Int16Array(kept.length);
  for (let n = 0; n < kept.length; n += 1) output[n] = toSample(kept[n]!);
  return { samples: output, trimmed: start };
}

/** The samples as floats with the tone's curve laid over them. Plain loops: 3 s of speech pass through here in 3 ms. */
function shaped(samples: Int16Array, { level, body, presence }: Tone): Float64Array {
  const gain = fromDecibels(level);
  const floats = new Float64Array(samples);
  for (let n = 0; n < floats.length; n += 1) floats[n]! *= gain / 32_768;
  // 55 Hz lies below every voice here: only the offset and the thump of plosives go.
  filter(floats, highPass(55));
  if (body !== 0) filter(floats, lowShelf(260, body));
  if (presence !== 0) filter(floats, bell(2400, 0.6, presence));
  return floats;
}

function soundIn(samples: Float64Array): [start: number, end: number] {
  const first = samples.findIndex((value) => Math.abs(value) > SILENCE);
  if (first < 0) return [0, 0];
  const last = samples.findLastIndex((value) => Math.abs(value) > SILENCE);
  return [Math.max(0, first - LEAD), Math.min(samples.length, last + TAIL)];
}

function fade(samples: Float64Array): void {
  const length = Math.min(FADE, samples.length >> 1);
  for (let n = 0; n < length; n += 1) {
    const gain = Math.sin((Math.PI / 2) * (n / length)) ** 2;
    samples[n]! *= gain;
    samples[samples.length - 1 - n]! *= gain;
  }
}

/** One millisecond: the limiter's grain. It ducks over two of them before a peak and comes back over two after it. */
const GRAIN = msToSamples(1);
const REACH = 2;

/** Peaks over `ceiling` are ducked, not clipped: the gain bends around them, so that they keep their shape. */
function limit(samples: Float64Array, ceiling: number): void {
  const grains = Math.ceil(samples.length / GRAIN);
  const peaks = new Float64Array(grains).fill(ceiling);
  for (let n = 0; n < samples.length; n += 1) {
    const grain = Math.floor(n / GRAIN);
    peaks[grain] = Math.max(peaks[grain]!, Math.abs(samples[n]!));
  }
  const needed = peaks.map((peak) => ceiling / peak);
  if (needed.every((gain) => gain === 1)) return;
  // A knot stands at the start of each grain; with the least gain around it, both ends of a grain are low enough.
  const knots = Array.from({ length: grains + 1 }, (_, k) =>
    Math.min(...needed.slice(Math.max(0, k - REACH), k + REACH)),
  );
  for (let n = 0; n < samples.length; n += 1) {
    const k = Math.floor(n / GRAIN);
    const share = (n % GRAIN) / GRAIN;
    samples[n]! *= knots[k]! * (1 - share) + knots[k + 1]! * share;
  }
}

interface Biquad {
  readonly b: readonly [number, number, number];
  readonly a: readonly [number, number];
}

function filter(samples: Float64Array, { b, a }: Biquad): void {
  let s1 = 0;
  let s2 = 0;
  for (let n = 0; n < samples.length; n += 1) {
    const input = samples[n]!;
    const output = b[0] * input + s1;
    s1 = b[1] * input - a[0] * output + s2;
    s2 = b[2] * input - a[1] * output;
    samples[n] = output;
  }
}

/** The usual second-order sections (bilinear transform of the analogue ones), normalised to a0 = 1. */
function section(a0: number, b: [number, number, number], a: [number, number]): Biquad {
  return { b: [b[0] / a0, b[1] / a0, b[2] / a0], a: [a[0] / a0, a[1] / a0] };
}

function angle(hertz: number, q: number): { cos: number; alpha: number } {
  const w = (2 * Math.PI * hertz) / SPEECH_RATE;
  return { cos: Math.cos(w), alpha: Math.sin(w) / (2 * q) };
}

function highPass(hertz: number): Biquad {
  const { cos, alpha } = angle(hertz, Math.SQRT1_2);
  return section(1 + alpha, [(1 + cos) / 2, -(1 + cos), (1 + cos) / 2], [-2 * cos, 1 - alpha]);
}

function bell(hertz: number, q: number, decibels: number): Biquad {
  const { cos, alpha } = angle(hertz, q);
  const g = 10 ** (decibels / 40);
  return section(1 + alpha / g, [1 + alpha * g, -2 * cos, 1 - alpha * g], [-2 * cos, 1 - alpha / g]);
}

function lowShelf(hertz: number, decibels: number): Biquad {
  const { cos, alpha } = angle(hertz, Math.SQRT1_2);
  const g = 10 ** (decibels / 40);
  const slope = 2 * Math.sqrt(g) * alpha;
  const [plus, minus] = [g + 1, g - 1];
  return section(
    plus + minus * cos + slope,
    [g * (plus - minus * cos + slope), 2 * g * (minus - plus * cos), g * (plus - minus * cos - slope)],
    [-2 * (minus + plus * cos), plus + minus * cos - slope],
  );
}
