/**
 * Changes the rate of mono samples as they stream by: a windowed-sinc low pass, evaluated only at the output's times
 * (polyphase). Output sample k belongs to the time of input sample k * from / to, so that nothing shifts against the
 * sample clock, and the ratio is a fraction of whole numbers, so that nothing drifts however long the stream is.
 */
import { ParleyError } from '../errors.js';
import { toSample } from './pcm.js';

export interface Resampler {
  /** What can be told so far; the last 1-3 ms of the input wait for what comes after them. */
  push(samples: Int16Array): Int16Array;
  /** The rest, as if silence followed. Afterwards the resampler is as new. */
  flush(): Int16Array;
}

/** Zero crossings of the sinc on either side of its middle: with KAISER this makes 70 dB over 18 % of the band. */
const CROSSINGS = 24;
const KAISER = 6.76;
/** The middle of the transition, of the lower rate's Nyquist frequency: flat to 0.82 of it, silent from 1.0 on. */
const CUTOFF = 0.91;
/** 44.1 kHz to 24 kHz has 80 phases; a ratio of thousands would be a typing mistake that asks for a huge table. */
const MOST_PHASES = 640;

/** The filter of one ratio `up / down`, one row of `2 * reach` factors for each phase. */
interface Filter {
  readonly up: number;
  readonly down: number;
  /** Input samples needed on either side of an output's time. */
  readonly reach: number;
  readonly rows: readonly Float64Array[];
}

const filters = new Map<string, Filter>();

export function resampler(from: number, to: number): Resampler {
  if (from === to) return { push: (samples) => samples, flush: () => new Int16Array(0) };
  return fromFilter(filterFor(from, to));
}

function fromFilter(filter: Filter): Resampler {
  const { up, down, reach, rows } = filter;
  /** The input that is still needed; before the first sample lies silence. */
  let input = new Float64Array(reach);
  /** The next output lies at input[base] + phase / up. */
  let base = reach;
  let phase = 0;

  /** All outputs whose base lies before `end`. */
  const outputsBefore = (end: number): Int16Array => {
    const count = base < end ? Math.ceil(((end - base) * up - phase) / down) : 0;
    const output = new Int16Array(count);
    for (let k = 0; k < count; k += 1) {
      output[k] = toSample(dot(rows[phase]!, input, base - reach + 1) / 32_768);
      phase += down;
      base += Math.floor(phase / up);
      phase %= up;
    }
    return output;
  };
  const append = (samples: ArrayLike<number>) => {
    const unneeded = Math.min(base - reach, input.length);
    const longer = new Float64Array(input.length - unneeded + samples.length);
    longer.set(input.subarray(unneeded));
    longer.set(samples, input.length - unneeded);
    input = longer;
    base -= unneeded;
  };

  return {
    push(samples) {
      append(samples);
      return outputsBefore(input.length - reach);
    },
    flush() {
      append(new Float64Array(reach));
      const output = outputsBefore(input.length - reach);
      input = new Float64Array(reach);
      base = reach;
      phase = 0;
      return output;
    },
  };
}

/** Four sums side by side: one alone would wait for each addition to end before the next. Rows come in fours. */
function dot(row: Float64Array, input: Float64Array, at: number): number {
  let a = 0;
  let b = 0;
  let c = 0;
  let d = 0;
  for (let j = 0; j < row.length; j += 4) {
    a += row[j]! * input[at + j]!;
    b += row[j + 1]! * input[at + j + 1]!;
    c += row[j + 2]! * input[at + j + 2]!;
    d += row[j + 3]! * input[at + j + 3]!;
  }
  return a + b + c + d;
}

/** Computed once for a ratio and shared by all who need it. */
function filterFor(from: number, to: number): Filter {
  const common = greatestCommonDivisor(from, to);
  const up = to / common;
  const down = from / common;
  if (!(from > 0 && to > 0 && Number.isInteger(from) && Number.isInteger(to) && up <= MOST_PHASES)) {
    throw new ParleyError('unsupported_rate', `There is no way from ${from} to ${to} samples a second.`);
  }
  const key = `${up}/${down}`;
  const known = filters.get(key);
  if (known !== undefined) return known;
  const filter = design(up, down);
  filters.set(key, filter);
  return filter;
}

function design(up: number, down: number): Filter {
  // Going down, the pass band narrows to the output's, and the filter widens by as much.
  const narrow = Math.min(1, up / down);
  const reach = 2 * Math.ceil(CROSSINGS / narrow / 2);
  const cutoff = CUTOFF * narrow;
  const rows = Array.from({ length: up }, (_, phase) => {
    const row = Float64Array.from({ length: 2 * reach }, (_, j) => {
      const t = j - (reach - 1) - phase / up;
      return sinc(cutoff * t) * kaiser(t / reach);
    });
    // Each phase alone must leave a constant as it is, or the constant would hum at the phases' rate.
    const sum = row.reduce((total, factor) => total + factor, 0);
    return row.map((factor) => factor / sum);
  });
  return { up, down, reach, rows };
}

const sinc = (x: number): number => (x === 0 ? 1 : Math.sin(Math.PI * x) / (Math.PI * x));

/** The Kaiser window over [-1, 1]. */
const kaiser = (x: number): number => (Math.abs(x) >= 1 ? 0 : bessel(KAISER * Math.sqrt(1 - x * x)) / bessel(KAISER));

/** The modified Bessel function of order 0, by its power series; 30 terms are exact to the last bit for x < 10. */
function bessel(x: number): number {
  let term = 1;
  let sum = 1;
  for (let k = 1; k <= 30; k += 1) {
    term *= (x / (2 * k)) ** 2;
    sum += term;
  }
  return sum;
}

function greatestCommonDivisor(a: number, b: number): number {
  return b > 0 ? greatestCommonDivisor(b, a % b) : a;
}
