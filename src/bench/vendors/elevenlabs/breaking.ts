/** Says at which piece of an answer a fault sets in. */
import type { Fault } from '../faults.js';

/** Bytes that are neither JSON nor any audio: a run of them holds no MP3 frame, and as samples they are one click. */
export const GARBAGE = Buffer.from('\u0000<!-- upstream connect error -->\u0000\n'.repeat(8));

/** What happens instead of the next piece, after so many. */
export function breaks(fault: Fault | null, pieces: number): 'stall' | 'cut' | 'garbage' | null {
  if (fault === null || fault.kind === 'status' || fault.kind === 'drip') return null;
  // On a socket that was open already there is nothing left to be half open but the answer.
  if (fault.kind === 'half_open') return 'stall';
  return pieces >= fault.after ? fault.kind : null;
}
