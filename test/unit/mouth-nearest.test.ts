import { expect, it } from 'vitest';
import type { Mouth } from '../../src/engines/contract.js';
import { nearestMouth } from '../../src/engines/face/nearest-mouth.js';
import { REST } from '../../src/engines/face/visemes.js';
import { mouths } from '../fixtures/mouth/avatar.js';

const near = (wanted: Partial<Mouth>, shown = 0): Mouth => mouths[nearestMouth(mouths, { ...REST, ...wanted }, shown)]!;

it('finds every mouth of the bank itself', () => {
  mouths.forEach((mouth, index) => {
    expect(nearestMouth(mouths, mouth, index === 0 ? 5 : 0)).toBe(index);
  });
});

it('takes the nearest opening and width', () => {
  expect(near({ open: 0.81, wide: 0.55 })).toMatchObject({ open: 0.85, wide: 0.5 });
  expect(near({ open: 0.22, wide: 0.9 })).toMatchObject({ open: 0.2, wide: 1 });
});

it('would rather close lips that should touch than get the width right', () => {
  expect(near({ press: 0.8, wide: 0.35, open: 0.05 }).press).toBeGreaterThan(0);
});

it('stays with the mouth that is shown on the border of two', () => {
  const low = nearestMouth(mouths, { ...REST, open: 0.5 }, 0);
  const high = nearestMouth(mouths, { ...REST, open: 0.65 }, 0);
  expect(nearestMouth(mouths, { ...REST, open: 0.585 }, low)).toBe(low);
  expect(nearestMouth(mouths, { ...REST, open: 0.565 }, high)).toBe(high);
  expect(nearestMouth(mouths, { ...REST, open: 0.63 }, low)).toBe(high);
});

it('takes the first mouth for rest, and survives a place that is not in the bank', () => {
  expect(nearestMouth(mouths, REST, 3)).toBe(0);
  expect(nearestMouth(mouths, REST, 999)).toBe(0);
});
