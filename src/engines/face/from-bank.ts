/** Mouths into pictures, for avatars that were drawn: each mouth is the nearest one that the avatar's bank holds ready. */
import { ParleyError } from '../../errors.js';
import type { Avatar, FaceOptions, Mouth, Picture } from '../contract.js';
import { nearestMouth } from './nearest-mouth.js';

export const hasBank = ({ bank }: Avatar): boolean => bank !== null;

/** Counts its pictures, and remembers which mouth is shown. */
export function bankPainter({ avatar, base: first }: FaceOptions): (mouth: Mouth) => Picture {
  const { bank, frames, id } = avatar;
  if (bank === null) throw new ParleyError('face_failed', `${id} was filmed, and has no mouths ready to be shown`);
  let index = -1;
  let shown = 0;
  return (mouth) => {
    index += 1;
    const base = (first + index) % frames;
    shown = nearestMouth(bank.mouths, mouth, shown);
    if (shown === 0) return { index, base, patch: null };
    return { index, base, patch: { place: bank.place(base), jpeg: bank.patch(base, shown) } };
  };
}
