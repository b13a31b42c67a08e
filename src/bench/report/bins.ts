/** How values are spread: counted in bins, and summed up from the smallest to the largest. Pure. */
import { percentile } from '../statistics.js';
import type { Span } from './scale.js';

export interface Bin {
  readonly from: number;
  readonly to: number;
  readonly count: number;
}

/** The last bin has its end, too; what lies outside of the span is in none. */
export function histogram(values: readonly number[], [from, to]: Span, bins: number): Bin[] {
  const width = (to - from) / bins;
  const counts = new Array<number>(bins).fill(0);
  for (const value of values) {
    if (value < from || value > to) continue;
    counts[Math.min(bins - 1, Math.floor((value - from) / width))]! += 1;
  }
  return counts.map((count, at) => ({ from: from + at * width, to: from + (at + 1) * width, count }));
}

export interface Risen {
  readonly value: number;
  /** How many of all, from 0 to 1, are not above it. */
  readonly share: number;
}

/** More steps than this nobody sees in a drawing a thousand pixels wide, and ten thousand turns would make it heavy. */
const MOST_STEPS = 400;

/** The cumulative distribution: at each value it rises to the share that is not above it. */
export function cumulative(values: readonly number[], most = MOST_STEPS): Risen[] {
  const sorted = [...values].sort((a, b) => a - b);
  if (sorted.length === 0) return [];
  const steps = Math.min(most, sorted.length);
  const all = Array.from({ length: steps }, (_, at) => {
    const share = (at + 1) / steps;
    return { value: percentile(sorted, share), share };
  });
  // Of equal values the last stands for all.
  return all.filter(({ value }, at) => value !== all[at + 1]?.value);
}
