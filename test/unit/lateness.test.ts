import { expect, it } from 'vitest';
import { createLateness } from '../../src/observe/lateness.js';

function watched() {
  let now = 0;
  const lateness = createLateness(() => now);
  return {
    /** A timer that was due after 100 ms rings so much later. */
    rings(lagMs: number, times = 1) {
      for (let n = 0; n < times; n += 1) {
        now += 100 + lagMs;
        lateness.rang(lagMs);
      }
    },
    share: (mostMs = 50) => lateness.share(mostMs),
  };
}

it('is none while every timer rings in time, or not much later', () => {
  const { rings, share } = watched();
  expect(share()).toBe(0);
  rings(3, 40);
  rings(50, 40);
  expect(share()).toBe(0);
});

it('is the part of the last five seconds that was late', () => {
  const { rings, share } = watched();
  rings(0, 100);
  rings(100, 5);
  expect(share()).toBeCloseTo(0.2);
  expect(share(100)).toBe(0);
  rings(100, 100);
  expect(share()).toBeCloseTo(1);
  rings(0, 50);
  expect(share()).toBe(0);
});

it('does not take one standstill for a crowd, however long it was', () => {
  const { rings, share } = watched();
  rings(0, 100);
  rings(2400);
  expect(share()).toBeCloseTo(0.1);
  rings(20_000);
  expect(share()).toBeCloseTo(0.1);
  rings(300, 2);
  expect(share()).toBeCloseTo(0.1 + 0.16);
});
