/** What a change of rates multiplies its input by: a sinc under a Kaiser window, in as many phases as the ratio has. */

/** Zero crossings of the sinc on either side of its middle: with KAISER this makes 70 dB over 18 % of the band. */
const CROSSINGS = 24;
const KAISER = 6.76;
/** The middle of the transition, of the lower rate's Nyquist frequency: flat to 0.82 of it, silent from 1.0 on. */
const CUTOFF = 0.91;

export interface Design {
  readonly reach: number;
  /** A row of `2 * reach` factors for each phase. */
  readonly rows: readonly Float64Array[];
}

export function design(up: number, down: number): Design {
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
  return { reach, rows };
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
