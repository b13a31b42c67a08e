/** What many measurements come to. */

export interface Distribution {
  readonly count: number;
  readonly p50: number;
  readonly p90: number;
  readonly p95: number;
  readonly p99: number;
  readonly max: number;
}

/** The smallest value that at least `share` of all are not above: one that was measured, never one in between. */
export function percentile(sorted: readonly number[], share: number): number {
  const value = sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)];
  if (value === undefined) throw new RangeError('there is no percentile of nothing');
  return value;
}

/** Null if there is nothing to tell about. */
export function distribution(values: readonly number[]): Distribution | null {
  if (values.length === 0) return null;
  const sorted = [...values].sort((a, b) => a - b);
  const at = (share: number) => Math.round(percentile(sorted, share) * 10) / 10;
  return { count: sorted.length, p50: at(0.5), p90: at(0.9), p95: at(0.95), p99: at(0.99), max: at(1) };
}

/** How often each value came: what hours of beats leave behind stays small. */
export type Counts = readonly (readonly [value: number, times: number])[];

export interface Tally {
  add(value: number): void;
  /** What has come since it was last asked. */
  take(): Counts;
}

/** Counts tenths. */
export function createTally(): Tally {
  let counts = new Map<number, number>();
  return {
    add(value) {
      const tenth = Math.round(value * 10) / 10;
      counts.set(tenth, (counts.get(tenth) ?? 0) + 1);
    },
    take() {
      const taken = [...counts];
      counts = new Map();
      return taken;
    },
  };
}

/** As of the values themselves; null if there are none. */
export function distributionOfCounts(counts: Counts): Distribution | null {
  const sorted = counts.filter(([, times]) => times > 0).sort(([a], [b]) => a - b);
  const count = sorted.reduce((sum, [, times]) => sum + times, 0);
  if (count === 0) return null;
  const at = (share: number) => {
    const rank = Math.max(1, Math.ceil(share * count));
    let passed = 0;
    const [value] = sorted.find(([, times]) => {
      passed += times;
      return passed >= rank;
    })!;
    return value;
  };
  return { count, p50: at(0.5), p90: at(0.9), p95: at(0.95), p99: at(0.99), max: at(1) };
}

export interface Slope {
  readonly slope: number;
  /** Its standard error, were the points scattered about the line by chance. */
  readonly error: number;
}

/** Of the straight line nearest to the points, by least squares; null: they have no one slope, or are too few to doubt it. */
export function slopeOf(points: readonly (readonly [x: number, y: number])[]): Slope | null {
  if (points.length < 3) return null;
  const mean = (of: (point: readonly [number, number]) => number) =>
    points.reduce((sum, point) => sum + of(point), 0) / points.length;
  const [x, y] = [mean(([each]) => each), mean(([, each]) => each)];
  const spread = mean(([each]) => (each - x) ** 2);
  if (spread === 0) return null;
  const slope = mean(([a, b]) => (a - x) * (b - y)) / spread;
  const residue = mean(([a, b]) => (b - y - slope * (a - x)) ** 2);
  return { slope, error: Math.sqrt(residue / spread / (points.length - 2)) };
}
