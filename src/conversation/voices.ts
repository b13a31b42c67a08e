/** Which voice speaks for the name that a client gives. */
import type { SpeechOptions } from '../engines/contract.js';
import { ParleyError } from '../errors.js';
import type { House, Presenter } from './house.js';

/** Clients that were written for the vendor name one of its voices as a matter of course. */
const VENDORS = new Set(['alloy', 'ash', 'ballad', 'cedar', 'coral', 'echo', 'marin', 'sage', 'shimmer', 'verse']);

/** Those that are there, and those that may be. */
export type Voices = Pick<ReadonlySet<string>, 'has'>;

/** As they are whenever somebody asks: voices come and go while sessions are open. */
export function voicesOf(house: Pick<House, 'voices' | 'mayHaveVoice'>): Voices {
  return { has: (id) => house.voices.includes(id) || (house.mayHaveVoice?.(id) ?? false) };
}

/** Throws unknown_voice for a name that means nothing here. */
export function checkVoice(voice: string, voices: Voices, param: string): void {
  if (voices.has(voice) || VENDORS.has(voice)) return;
  throw new ParleyError('unknown_voice', `There is no voice "${voice.slice(0, 80)}".`, { param });
}

/** The vendor's voices are all that of the presenter. */
export function speechFor(
  presenter: Presenter,
  wanted: { readonly voice: string; readonly speed: number },
  voices: Voices,
): SpeechOptions {
  const voice = voices.has(wanted.voice) ? wanted.voice : presenter.voice;
  return { voice, otherwise: presenter.otherVoices, speed: wanted.speed };
}
