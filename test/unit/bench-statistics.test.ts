import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../src/bench/random.js';
import { createTally, distribution, distributionOfCounts, percentile, slopeOf } from '../../src/bench/statistics.js';

const upTo = (count: number) => Array.from({ length: count }, (_, index) => index + 1);

describe('percentiles', () => {
  it('are values that were measured, by the nearest rank', () => {
    expect(percentile(upTo(100), 0.5)).toBe(50);
    expect(percentile(upTo(100), 0.99)).toBe(99);
    expect(percentile(upTo(10), 0.95)).toBe(10);
    expect(percentile([7], 0.01)).toBe(7);
  });

  it('of nothing are an error', () => {
    expect(() => percentile([], 0.5)).toThrow(RangeError);
  });

  it('come from values in any order, and sort them as numbers', () => {
    const values = [100, 9, 20, 80, 3];
    expect(distribution(values)).toEqual({ count: 5, p50: 20, p90: 100, p95: 100, p99: 100, max: 100 });
    expect(values).toEqual([100, 9, 20, 80, 3]);
    expect(distribution([])).toBeNull();
  });
});

describe('counted values', () => {
  it('have the percentiles of the values themselves', () => {
    const values = [0.04, 3, 3, 0.26, 12, 3, 1, 0, 7.75];
    const tally = createTally();
    for (const value of values) tally.add(value);
    const tenths = values.map((value) => Math.round(value * 10) / 10);
    const counts = tally.take();
    expect(distributionOfCounts(counts)).toEqual(distribution(tenths));
    expect(counts.length).toBe(new Set(tenths).size);
    expect(tally.take()).toEqual([]);
  });

  it('may come in several parts, and none at all', () => {
    const parts = [
      [5, 2],
      [1, 97],
      [5, 1],
    ] as const;
    expect(distributionOfCounts(parts)).toEqual({ count: 100, p50: 1, p90: 1, p95: 1, p99: 5, max: 5 });
    expect(distributionOfCounts([])).toBeNull();
  });
});

describe('a slope', () => {
  it('is that of the line nearest to the points', () => {
    expect(
      slopeOf([
        [0, 1],
        [1, 3],
        [2, 5],
      ]),
    ).toEqual({ slope: 2, error: 0 });
    const line = slopeOf([
      [0, 0],
      [1, 4],
      [2, 2],
      [3, 6],
    ])!;
    expect(line.slope).toBeCloseTo(1.6);
    expect(line.error).toBeCloseTo(0.849, 3);
  });

  it('is none of points that lie above one another, or that are two', () => {
    const above = [1, 9, 4].map((y) => [3, y] as const);
    expect(slopeOf(above)).toBeNull();
    expect(
      slopeOf([
        [0, 1],
        [1, 3],
      ]),
    ).toBeNull();
    expect(slopeOf([])).toBeNull();
  });
});

describe('seeded numbers', () => {
  const take = (seed: number) => Array.from({ length: 1000 }, seededRandom(seed));

  it('are the same for a seed, and others for another', () => {
    expect(take(7)).toEqual(take(7));
    expect(take(7).filter((value, at) => value === take(8)[at])).toEqual([]);
  });

  it.each([0, 1, 2, 4_000_003])('are spread over [0, 1) from seed %s on', (seed) => {
    const values = take(seed);
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    expect(Math.min(...values)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...values)).toBeLessThan(1);
    expect(mean).toBeGreaterThan(0.45);
    expect(mean).toBeLessThan(0.55);
  });
});
