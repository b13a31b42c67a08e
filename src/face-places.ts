/**
 * Who may come in, where everybody who looks at a filmed face is to see it speak. Whether a device is full is known only
 * while answers are being drawn, and a caller who is let in and then sees an idle face may be worse off than one who is
 * asked to come back: `MUSETALK_WHEN_FULL=refuse` counts callers, speaking or not.
 */
import type { House } from './conversation/house.js';
import { ParleyError } from './errors.js';
import type { Caller } from './protocol/caller.js';

export type Admitting = (caller: Pick<Caller, 'avatar' | 'pictures'>, session: () => Promise<void>) => Promise<void>;

/** `voice`: everybody comes in, and an answer too many is a voice over the idle loop. */
export function facePlaces(whenFull: 'voice' | 'refuse', house: House, onRefused: () => void): Admitting {
  let taken = 0;
  return async (caller, session) => {
    const presenter = house.presenters.get(caller.avatar ?? '') ?? house.presenter;
    const { film } = presenter.face?.avatar ?? { film: null };
    if (whenFull === 'voice' || film === null || caller.pictures === 'none') return session();
    // While no worker is up nobody's face moves, and nobody knows how many will.
    const places = house.engines.face?.places?.() ?? null;
    if (places !== null && taken >= places) {
      onRefused();
      throw new ParleyError('at_capacity');
    }
    taken += 1;
    try {
      await session();
    } finally {
      taken -= 1;
    }
  };
}
