import { describe, expect, it } from 'vitest';
import { PICTURES_PER_SECOND } from '../../src/audio/pcm.js';
import type { Design } from '../../src/avatars/drawn/design.js';
import { LOOP_PICTURES, type Pose, poseAt } from '../../src/avatars/drawn/pose.js';
import { presenters } from '../../src/avatars/drawn/presenters.js';

const numbers = (pose: Pose): number[] => [
  pose.x,
  pose.y,
  pose.tilt * 200,
  pose.turn,
  pose.nod,
  pose.breath,
  pose.swing * 200,
];
const step = (one: Pose, other: Pose): number[] =>
  numbers(one).map((value, at) => Math.abs(value - numbers(other)[at]!));
const loopOf = ({ motion }: Design) =>
  Array.from({ length: LOOP_PICTURES }, (_, at) => poseAt(motion, at / LOOP_PICTURES));

describe.each(presenters)('the idle motion of $id', (design) => {
  const loop = loopOf(design);
  const steps = loop.map((pose, at) => step(pose, loop[(at + 1) % LOOP_PICTURES]!));
  const lids = loop.map((pose) => pose.look.lid);

  it('lasts at least 6 s', () => {
    expect(LOOP_PICTURES / PICTURES_PER_SECOND).toBeGreaterThanOrEqual(6);
  });

  it('closes without a seam: the last step is like any other', () => {
    steps.at(-1)!.forEach((value, at) => {
      const ordinary = Math.max(...steps.slice(0, -1).map((values) => values[at]!));
      expect(value).toBeLessThanOrEqual(ordinary);
    });
  });

  it('moves the whole time, and never jumps: at most half a unit from picture to picture', () => {
    expect(Math.max(...steps.flat())).toBeLessThan(0.5);
    for (const values of steps) expect(Math.max(...values)).toBeGreaterThan(0.01);
  });

  it('blinks three times, at uneven distances, shut fast and opened slower', () => {
    const shut = lids.flatMap((lid, at) => (lid > 0.95 && lids[at - 1]! <= 0.95 ? [at] : []));
    expect(shut).toHaveLength(3);
    const gaps = shut.map((at, index) => (shut[(index + 1) % 3]! - at + LOOP_PICTURES) % LOOP_PICTURES);
    expect(new Set(gaps).size).toBe(3);
    for (const at of shut) {
      const closing = lids.slice(at - 6, at).filter((lid) => lid > 0.02).length;
      const opening = lids.slice(at, at + 12).filter((lid) => lid > 0.02 && lid < 0.98).length;
      expect(closing).toBeLessThanOrEqual(3);
      expect(opening).toBeGreaterThan(closing);
    }
  });

  it('never holds a half-shut lid: two pictures at most on the way down or up', () => {
    const drowsy = lids.map((lid) => lid > 0.2 && lid < 0.85);
    const longest = Math.max(
      ...drowsy
        .map((is) => (is ? 'x' : ' '))
        .join('')
        .split(' ')
        .map((run) => run.length),
    );
    expect(longest).toBeGreaterThan(0);
    expect(longest).toBeLessThanOrEqual(2);
  });

  it('has open eyes at the seam', () => {
    expect(lids[0]).toBe(0);
    expect(lids.at(-1)).toBeLessThan(0.05);
  });
});

describe('two presenters on one screen', () => {
  const pairs = presenters.flatMap((one, at) => presenters.slice(at + 1).map((other) => [one, other] as const));

  it.each(pairs)('do not move in step', (one, other) => {
    const [x, y] = [loopOf(one).map((pose) => pose.x), loopOf(other).map((pose) => pose.x)];
    expect(Math.abs(likeness(x, y))).toBeLessThan(0.8);
    const blinking = (design: Design) => loopOf(design).map(({ look }) => look.lid > 0.2);
    const [first, second] = [blinking(one), blinking(other)];
    expect(first.some((is, at) => is && second[at])).toBe(false);
  });
});

/** The correlation of two motions: 1 if they go together, -1 if one mirrors the other. */
function likeness(one: readonly number[], other: readonly number[]): number {
  const centred = (values: readonly number[]) => {
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    return values.map((value) => value - mean);
  };
  const product = (a: readonly number[], b: readonly number[]) => a.reduce((sum, value, at) => sum + value * b[at]!, 0);
  const [a, b] = [centred(one), centred(other)];
  return product(a, b) / Math.sqrt(product(a, a) * product(b, b));
}
