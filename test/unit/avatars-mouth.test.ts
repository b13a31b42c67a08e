import { describe, expect, it } from 'vitest';
import type { Design } from '../../src/avatars/drawn/design.js';
import { moustacheLines } from '../../src/avatars/drawn/moustache.js';
import { jawOf, mouthShape } from '../../src/avatars/drawn/mouth-shape.js';
import { presenters } from '../../src/avatars/drawn/presenters.js';
import { bankMouths, namedMouths, REST } from '../../src/avatars/mouths.js';
import type { Mouth } from '../../src/engines/contract.js';

const flat = (design: Design, mouth: Mouth): number[] => {
  const shape = mouthShape(design.mouth, mouth);
  const lips = [shape.upperOuter, shape.upperInner, shape.lowerInner, shape.lowerOuter].flat(2);
  const { roots, tips } = moustacheLines(design, shape);
  return [
    ...lips,
    ...[roots, tips].flat(2),
    shape.upperTeeth,
    shape.lowerTeeth,
    shape.tongueTop,
    shape.tongueHalf,
    jawOf(mouth).drop,
  ];
};
const furthest = (one: readonly number[], other: readonly number[]): number =>
  Math.max(...one.map((value, at) => Math.abs(value - other[at]!)));

describe.each(presenters)('a mouth of $id, drawn from its six values', (design) => {
  it('changes a little when any value changes a little, from any mouth of the bank', () => {
    for (const mouth of bankMouths) {
      const still = flat(design, mouth);
      for (const name of Object.keys(REST) as (keyof Mouth)[]) {
        const moved = { ...mouth, [name]: mouth[name] < 0.99 ? mouth[name] + 0.01 : mouth[name] - 0.01 };
        expect(furthest(still, flat(design, moved)), `${name} of ${JSON.stringify(mouth)}`).toBeLessThan(2.5);
      }
    }
  });

  it('keeps the lips in order: outer edge, inner edge, inner edge, outer edge', () => {
    for (const mouth of bankMouths) {
      const { upperOuter, upperInner, lowerInner, lowerOuter } = mouthShape(design.mouth, mouth);
      const middle = upperOuter.length >> 1;
      const heights = [upperOuter, upperInner, lowerInner, lowerOuter].map((edge) => edge[middle]![1]);
      expect(heights, JSON.stringify(mouth)).toEqual(heights.toSorted((one, other) => one - other));
    }
  });

  it('is shut at rest and when pressed, opens with open, purses and spreads with wide', () => {
    expect(mouthShape(design.mouth, REST).gap).toBe(0);
    expect(mouthShape(design.mouth, { ...REST, open: 1, press: 1 }).gap).toBe(0);
    expect(mouthShape(design.mouth, { ...REST, open: 1 }).gap).toBeGreaterThan(
      mouthShape(design.mouth, { ...REST, open: 0.5 }).gap + 15,
    );
    const half = (wide: number) => mouthShape(design.mouth, { ...REST, wide }).half;
    expect(half(0)).toBeLessThan(half(0.5) * 0.7);
    expect(half(1)).toBeGreaterThan(half(0.5) * 1.15);
    expect(jawOf({ ...REST, open: 1 }).drop).toBeGreaterThan(10);
  });
});

describe.each(presenters.filter(({ beard }) => beard !== null))('the moustache of $id', (design) => {
  const middleOf = (mouth: Mouth) => {
    const shape = mouthShape(design.mouth, mouth);
    const { roots, tips } = moustacheLines(design, shape);
    const at = tips.length >> 1;
    return { lip: shape.upperOuter[shape.upperOuter.length >> 1]![1], root: roots[at]![1], tip: tips[at]![1] };
  };

  it('ends on the edge of the upper lip with every mouth, and is rooted in the same place above it', () => {
    const rest = middleOf(REST);
    for (const mouth of bankMouths) {
      const { lip, root, tip } = middleOf(mouth);
      expect(Math.abs(tip - lip), JSON.stringify(mouth)).toBeLessThan(2);
      expect(root).toBe(rest.root);
      expect(tip - root, JSON.stringify(mouth)).toBeGreaterThan(3);
    }
  });
});

describe('the mouths of the bank', () => {
  it('begin with the one at rest and are all different', () => {
    expect(bankMouths[0]).toEqual(REST);
    expect(bankMouths.length).toBeGreaterThanOrEqual(60);
    expect(new Set(bankMouths.map((mouth) => JSON.stringify(mouth))).size).toBe(bankMouths.length);
  });

  it('hold a mouth near to every named one', () => {
    for (const [name, wanted] of namedMouths) {
      const distances = bankMouths.map((mouth) => {
        const keys = Object.keys(REST) as (keyof Mouth)[];
        return Math.max(...keys.map((key) => Math.abs(mouth[key] - wanted[key])));
      });
      expect(Math.min(...distances), name).toBeLessThanOrEqual(0.1);
    }
  });
});
