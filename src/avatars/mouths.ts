/**
 * The mouths that every drawn avatar holds ready. Plain numbers, so that the server can know them without loading the
 * drawing code. docs/avatars.md has the table.
 */
import type { Mouth } from '../engines/contract.js';

export const REST: Mouth = { open: 0, wide: 0.5, teeth: 0, bite: 0, tongue: 0, press: 0 };

const mouth = (open: number, wide: number, more: Partial<Mouth> = {}): Mouth => ({ ...REST, open, wide, ...more });

/** One mouth for each group of sounds that a viewer tells apart, for the preview sheet and for tests. */
export const namedMouths: readonly (readonly [name: string, mouth: Mouth])[] = [
  ['rest', REST],
  ['M B P', mouth(0, 0.5, { press: 1 })],
  ['A father', mouth(1, 0.5)],
  ['AE cat', mouth(0.78, 0.75)],
  ['E bed', mouth(0.45, 0.75)],
  ['EE see', mouth(0.2, 1)],
  ['O more', mouth(0.6, 0.25)],
  ['U who', mouth(0.2, 0)],
  ['F V', mouth(0.1, 0.5, { bite: 1 })],
  ['L', mouth(0.45, 0.5, { tongue: 0.7 })],
  ['TH', mouth(0.15, 0.5, { tongue: 1, teeth: 0.2 })],
  ['S Z', mouth(0.05, 0.8, { teeth: 1 })],
  ['SH CH', mouth(0.05, 0.2, { teeth: 1 })],
  ['R', mouth(0.32, 0.25)],
  ['K G', mouth(0.32, 0.5)],
];

/**
 * 0.1 of opening is about 4 pixels of lip at 512: closer steps cannot be seen at 25 pictures a second, and the wide
 * openings, which fast speech crosses in one picture, can stand further apart.
 */
const OPENINGS = [0, 0.1, 0.2, 0.32, 0.45, 0.6, 0.78, 1] as const;
const WIDTHS = [0.5, 0, 0.25, 0.75, 1] as const;

const vowels = OPENINGS.flatMap((open) => WIDTHS.map((wide) => mouth(open, wide)));

const consonants: readonly Mouth[] = [
  mouth(0, 0.5, { press: 0.35 }),
  mouth(0, 0.5, { press: 0.7 }),
  mouth(0, 0.5, { press: 1 }),
  mouth(0, 0.25, { press: 1 }),
  mouth(0, 0.75, { press: 1 }),
  mouth(0.1, 0.5, { bite: 0.5 }),
  mouth(0.1, 0.5, { bite: 1 }),
  mouth(0.1, 0.25, { bite: 1 }),
  mouth(0.1, 0.75, { bite: 1 }),
  mouth(0.05, 0.2, { teeth: 0.5 }),
  mouth(0.05, 0.5, { teeth: 0.5 }),
  mouth(0.05, 0.8, { teeth: 0.5 }),
  mouth(0.05, 0.2, { teeth: 1 }),
  mouth(0.05, 0.5, { teeth: 1 }),
  mouth(0.05, 0.8, { teeth: 1 }),
  mouth(0.3, 0.25, { teeth: 0.6 }),
  mouth(0.3, 0.5, { teeth: 0.6 }),
  mouth(0.3, 0.8, { teeth: 0.6 }),
  mouth(0.2, 0.5, { tongue: 0.7 }),
  mouth(0.45, 0.5, { tongue: 0.7 }),
  mouth(0.45, 0.25, { tongue: 0.7 }),
  mouth(0.45, 0.75, { tongue: 0.7 }),
  mouth(0.15, 0.5, { tongue: 0.6, teeth: 0.2 }),
  mouth(0.15, 0.5, { tongue: 1, teeth: 0.2 }),
];

/** The first one is the mouth at rest. */
export const bankMouths: readonly Mouth[] = [...vowels, ...consonants];
