/**
 * How lips move towards what is heard: pure steps of 20 ms, state in, state out. Sounds pull the mouth with their
 * likelihood, closures win over everything, it opens faster than it falls, and in a pause it eases shut.
 */
import type { Mouth } from '../contract.js';
import { mouthOf, REST, visemes } from './visemes.js';

export interface Motion {
  readonly mouth: Mouth;
  /** How long nothing has been said, in steps. */
  readonly quiet: number;
}

/** What was heard at one moment. */
export interface Heard {
  /** Of each viseme, in the order of `visemes`. */
  readonly likelihoods: ArrayLike<number>;
  /** dB relative to the voice's loud parts. */
  readonly loudness: number;
}

export const atRest: Motion = { mouth: REST, quiet: 0 };

/** Shares of the way that is gone in one step of 20 ms. */
const OPENING = 0.6;
const FALLING = 0.45;
const WIDENING = 0.4;
/** Lips and teeth meet within a picture (0.96 of the way in two steps) and part a little slower. */
const MEETING = 0.8;
const PARTING = 0.55;
/** 0.58 of the way in one picture: shut in two to three. */
const RESTING = 0.35;

/** 80 ms: longer than the closure of a stop, shorter than any pause one would call a pause. */
const PAUSE_STEPS = 4;
const SILENT = visemes.indexOf('sil');
/** Between words the mouth stays as it is, a little less open, until it is clear that a pause has come. */
const HELD_OPEN = 0.6;

/** From here down a sound opens the mouth less: a murmur 30 dB under the stressed vowels opens it by two thirds. */
const FULL_DB = -6;
const MURMUR_DB = -30;
const MURMUR_OPEN = 0.65;

export function move(motion: Motion, heard: Heard): Motion {
  const quiet = (heard.likelihoods[SILENT] ?? 0) > 0.5 ? motion.quiet + 1 : 0;
  if (quiet >= PAUSE_STEPS) return { mouth: towards(motion.mouth, REST, () => RESTING), quiet };
  const target = quiet > 0 ? { ...REST, open: motion.mouth.open * HELD_OPEN } : wanted(heard);
  return { mouth: towards(motion.mouth, target, pace), quiet };
}

/** Eases towards rest whatever is heard: the voice is over. */
export function settle(motion: Motion, share: number): Motion {
  return { ...motion, mouth: towards(motion.mouth, REST, () => share) };
}

function pace(part: keyof Mouth, from: number, to: number): number {
  if (part === 'wide') return WIDENING;
  if (part === 'open') return to > from ? OPENING : FALLING;
  return to > from ? MEETING : PARTING;
}

function towards(from: Mouth, to: Mouth, share: (part: keyof Mouth, from: number, to: number) => number): Mouth {
  const part = (name: keyof Mouth): number => from[name] + share(name, from[name], to[name]) * (to[name] - from[name]);
  const contact = { teeth: part('teeth'), bite: part('bite'), tongue: part('tongue'), press: part('press') };
  // Lips that press or bite cannot be apart, however far the jaw still has to go.
  const open = part('open') * (1 - contact.press) * (1 - 0.8 * contact.bite);
  return { open, wide: part('wide'), ...contact };
}

/** The mouth that the sounds of this moment want, each by its likelihood. */
function wanted({ likelihoods, loudness }: Heard): Mouth {
  const sum = { open: 0, wide: 0, teeth: 0, bite: 0, tongue: 0, press: 0 };
  visemes.forEach((viseme, index) => {
    const likelihood = likelihoods[index] ?? 0;
    if (likelihood < 0.01) return;
    const mouth = mouthOf[viseme];
    for (const part of PARTS) sum[part] += likelihood * mouth[part];
  });
  const murmur = Math.min(1, Math.max(0, (FULL_DB - loudness) / (FULL_DB - MURMUR_DB)));
  return {
    ...sum,
    open: sum.open * (1 - (1 - MURMUR_OPEN) * murmur),
    press: decided(sum.press),
    bite: decided(sum.bite),
    teeth: decided(sum.teeth),
    tongue: decided(sum.tongue),
  };
}

const PARTS = ['open', 'wide', 'teeth', 'bite', 'tongue', 'press'] as const satisfies readonly (keyof Mouth)[];

/** Lips touch or they do not: under 0.2 is doubt and counts as nothing, from 0.7 on they touch for certain. */
function decided(likelihood: number): number {
  const x = Math.min(1, Math.max(0, (likelihood - 0.2) / 0.5));
  return x * x * (3 - 2 * x);
}
