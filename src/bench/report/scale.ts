/** From values to places: scales and round ticks. Pure. */

/** Where a value lies between two places; the middle, if there is only one value. */
export function place(value: number, [from, to]: Span, [start, end]: Span = [0, 100]): number {
  const share = to === from ? 0.5 : (value - from) / (to - from);
  return start + share * (end - start);
}

export type Span = readonly [from: number, to: number];

/** The smallest of 1, 2 and 5 times a power of ten with which `count` steps cover the span. */
export function roundStep(span: number, count: number): number {
  if (!(span > 0)) return 1;
  const least = span / count;
  const power = 10 ** Math.floor(Math.log10(least));
  // A least step of 200 must not become 500 because 200 / 100 is a hair above 2.
  const factor = [1, 2, 5].find((candidate) => candidate * power >= least * (1 - 1e-9)) ?? 10;
  return factor * power;
}

/** Round values within the span, at most `count` + 1. */
export function ticks([from, to]: Span, count: number): number[] {
  const step = roundStep(to - from, count);
  const first = Math.ceil(from / step - 1e-9);
  const last = Math.floor(to / step + 1e-9);
  return Array.from({ length: last - first + 1 }, (_, at) => tidy((first + at) * step, step));
}

/** From 0, or the round value below all, to the round one above all; never without extent. */
export function roundSpan(values: readonly number[], count: number): Span {
  const low = Math.min(0, ...values);
  const high = Math.max(0, ...values);
  if (high === low) return [0, 1];
  const step = roundStep(high - low, count);
  return [tidy(Math.floor(low / step + 1e-9) * step, step), tidy(Math.ceil(high / step - 1e-9) * step, step)];
}

/** Without the crumbs of binary fractions: 0.30000000000000004 is 0.3. */
function tidy(value: number, step: number): number {
  const digits = Math.max(0, -Math.floor(Math.log10(step)));
  return Number(value.toFixed(Math.min(digits, 20))) + 0;
}
