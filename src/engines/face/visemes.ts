/** The sounds that a face can tell apart, and the mouth that each one wants when it is spoken clearly. */
import type { Mouth } from '../contract.js';

const mouth = (open: number, wide: number, rest: Partial<Mouth> = {}): Mouth => ({
  open,
  wide,
  teeth: 0,
  bite: 0,
  tongue: 0,
  press: 0,
  ...rest,
});

/** The order is that of the model's outputs. */
export const visemes = [
  /** A pause. */
  'sil',
  /** p b m */
  'pp',
  /** f v */
  'ff',
  /** th as in "thin" and "this" */
  'th',
  /** t d n */
  'dd',
  'll',
  /** k g ng */
  'kk',
  /** s z */
  'ss',
  /** sh ch j */
  'sh',
  'rr',
  /** father, cat, cup */
  'aa',
  /** bed */
  'eh',
  /** the a of "about" */
  'ax',
  /** see, yes */
  'iy',
  /** sit */
  'ih',
  /** law, go */
  'oh',
  /** who, we */
  'uw',
] as const;

export type Viseme = (typeof visemes)[number];

export const REST: Mouth = mouth(0, 0.5);

export const mouthOf: Readonly<Record<Viseme, Mouth>> = {
  sil: REST,
  pp: mouth(0, 0.5, { press: 1 }),
  ff: mouth(0.08, 0.5, { bite: 1 }),
  th: mouth(0.22, 0.5, { tongue: 1 }),
  dd: mouth(0.2, 0.55, { teeth: 0.3, tongue: 0.5 }),
  ll: mouth(0.35, 0.55, { tongue: 0.9 }),
  kk: mouth(0.28, 0.5),
  ss: mouth(0.1, 0.7, { teeth: 1 }),
  sh: mouth(0.15, 0.2, { teeth: 0.9 }),
  rr: mouth(0.28, 0.3),
  aa: mouth(0.85, 0.55),
  eh: mouth(0.5, 0.68),
  ax: mouth(0.38, 0.5),
  iy: mouth(0.24, 1),
  ih: mouth(0.32, 0.72),
  oh: mouth(0.58, 0.15),
  uw: mouth(0.2, 0),
};
