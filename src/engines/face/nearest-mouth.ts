/** The mouth of a bank that comes nearest to a wanted one. */
import type { Mouth } from '../contract.js';

/** How much a difference shows: a wrong opening or lips that should touch, most; the tongue in the dark, least. */
const WEIGHTS: Mouth = { open: 1, wide: 0.45, teeth: 0.35, bite: 0.7, tongue: 0.25, press: 0.8 };

/**
 * A new mouth must be this much nearer than the one shown, about 0.02 of opening beyond the border of two: noise must
 * not make lips tremble.
 */
const WORTH_CHANGING = 0.004;

function distance(a: Mouth, b: Mouth): number {
  return (
    WEIGHTS.open * (a.open - b.open) ** 2 +
    WEIGHTS.wide * (a.wide - b.wide) ** 2 +
    WEIGHTS.teeth * (a.teeth - b.teeth) ** 2 +
    WEIGHTS.bite * (a.bite - b.bite) ** 2 +
    WEIGHTS.tongue * (a.tongue - b.tongue) ** 2 +
    WEIGHTS.press * (a.press - b.press) ** 2
  );
}

/** The place in `mouths` of the nearest one; `shown`, the place of the present one, is kept if it is nearly as near. */
export function nearestMouth(mouths: readonly Mouth[], wanted: Mouth, shown: number): number {
  let best = 0;
  let least = Number.POSITIVE_INFINITY;
  for (let i = 0; i < mouths.length; i += 1) {
    const far = distance(mouths[i]!, wanted);
    if (far < least) [best, least] = [i, far];
  }
  const stay = mouths[shown];
  return stay !== undefined && distance(stay, wanted) <= least + WORTH_CHANGING ? shown : best;
}
