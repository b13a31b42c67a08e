/** Which mouth lies over the base picture. Pure: what is known of the patches and the time are passed in. */

/** What is known of a picture's patch: decoded, known to be the base as it is, or not there. */
export type PatchState = 'ready' | 'bare' | 'missing';

export interface Mouth {
  /** The picture whose patch is shown; `undefined` is the mouth at rest. */
  readonly picture: number | undefined;
  /** How much of the patch is seen over the base: below 1 while the mouth eases shut. */
  readonly weight: number;
  readonly time: number;
}

export const RESTING: Mouth = { picture: undefined, weight: 0, time: 0 };

/** One picture late is a hiccup that nobody sees; after two the mouth would hang open. */
const KEPT_PICTURES = 2;
/** Three pictures: as long as lips take to close. */
const EASE_SECONDS = 0.12;

/** The mouth at `time`, in seconds. `due` is the picture that should be seen now, if something sounds. */
export function nextMouth(
  last: Mouth,
  due: number | undefined,
  stateOf: (picture: number) => PatchState,
  time: number,
): Mouth {
  if (due === undefined) return eased(last, time);
  const state = stateOf(due);
  if (state === 'ready') return { picture: due, weight: 1, time };
  if (state === 'bare' || last.picture === undefined) return { ...RESTING, time };
  const age = due - last.picture;
  return age >= 0 && age <= KEPT_PICTURES ? { ...last, time } : eased(last, time);
}

function eased(last: Mouth, time: number): Mouth {
  const weight = last.weight - (time - last.time) / EASE_SECONDS;
  return last.picture === undefined || weight <= 0 ? { ...RESTING, time } : { ...last, weight, time };
}
