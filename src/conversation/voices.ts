/** Which voice speaks for the name that a client gives. */
import { ParleyError } from '../errors.js';

/** Clients that were written for the vendor name one of its voices as a matter of course. */
const VENDORS = new Set(['alloy', 'ash', 'ballad', 'cedar', 'coral', 'echo', 'marin', 'sage', 'shimmer', 'verse']);

/** Throws unknown_voice for a name that means nothing here. */
export function checkVoice(voice: string, voices: ReadonlySet<string>, param: string): void {
  if (voices.has(voice) || VENDORS.has(voice)) return;
  throw new ParleyError('unknown_voice', `There is no voice "${voice.slice(0, 80)}".`, { param });
}

/** The vendor's voices are all that of the house. */
export const speakingVoice = (voice: string, voices: ReadonlySet<string>, ofTheHouse: string): string =>
  voices.has(voice) ? voice : ofTheHouse;
