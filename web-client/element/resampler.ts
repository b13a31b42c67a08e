/**
 * From the rate of the sound card to that of the wire, sample by sample: a windowed-sinc low pass that is evaluated only
 * at the times of the output. Any two rates go, because the filter is a finely drawn curve and not a row of factors for
 * each phase. It allocates nothing while it runs: the audio thread has no time to collect garbage.
 */

/** Zero crossings on either side of the middle: with KAISER, 70 dB over 18 % of the band. */
const CROSSINGS = 24;
const KAISER = 6.76;
/** The middle of the transition, of the lower rate's half: flat to 0.82 of it, silent from 1.0 on. */
const CUTOFF = 0.91;
/** Points of the curve between two zero crossings: a straight line between them is off by less than -110 dB. */
const POINTS = 512;

/** Takes one sample; calls `emit` for every output that can be told with it. */
export type Resampler = (sample: number) => void;

export function resampler(from: number, to: number, emit: (sample: number) => void): Resampler {
  if (from === to) return emit;
  // Going down, the pass band narrows to the output's, and the filter widens by as much.
  const narrow = Math.min(1, to / from);
  const reach = Math.ceil(CROSSINGS / narrow);
  /** Points of the curve from one input sample to the next. */
  const step = narrow * POINTS;
  const ring = new Float32Array(2 ** Math.ceil(Math.log2(2 * reach + 2)));
  const mask = ring.length - 1;
  let newest = mask;
  /** When the next output lies, in input samples after the newest. It never grows, so that no rounding adds up. */
  let due = 1;

  /** The sum over the samples from `from` on, one after the other in `direction`, until the curve ends. */
  function half(from: number, direction: 1 | -1): number {
    let sum = 0;
    let at = newest + from;
    for (let point = Math.abs(from - due) * step; point < last; point += step) {
      const left = point | 0;
      const a = curve[left] as number;
      sum += (ring[at & mask] as number) * (a + ((curve[left + 1] as number) - a) * (point - left));
      at += direction;
    }
    return sum;
  }

  return (sample) => {
    newest = (newest + 1) & mask;
    ring[newest] = sample;
    due -= 1;
    for (; due + reach <= 0; due += from / to) {
      const before = Math.floor(due);
      emit((half(before, -1) + half(before + 1, 1)) * narrow);
    }
  };
}

const sinc = (x: number): number => (x === 0 ? 1 : Math.sin(Math.PI * x) / (Math.PI * x));

/** The Kaiser window at `x` in [0, 1]. */
const kaiser = (x: number): number => bessel(KAISER * Math.sqrt(1 - x * x)) / bessel(KAISER);

/** The modified Bessel function of order 0 by its power series; 25 terms are exact to the last bit below 7. */
function bessel(x: number): number {
  let term = 1;
  let sum = 1;
  for (let k = 1; k <= 25; k += 1) {
    term *= (x / (2 * k)) ** 2;
    sum += term;
  }
  return sum;
}

/** The low pass's answer to one sample, from its middle to its end; the other half is the same. */
const curve = Float64Array.from({ length: CROSSINGS * POINTS + 1 }, (_, point) => {
  const x = point / POINTS;
  return CUTOFF * sinc(CUTOFF * x) * kaiser(x / CROSSINGS);
});
const last = CROSSINGS * POINTS;
