/** What the address of the socket asks for, beside the pictures (video.ts). */
import { ParleyError } from '../errors.js';
import { orLate } from '../flow.js';

const MOST_CHARACTERS = 100;

/** Stock clients name a model; whatever it is, the engines of this server answer. */
export function modelIn(address: string): string {
  return named(address, 'model') ?? 'parley';
}

/** Those whom a caller may ask for; a set, or a map by their ids. */
export interface KnownAvatars {
  has(id: string): boolean;
  keys(): Iterable<string>;
  /** Sees who has come since. Without it, nobody ever does. */
  look?(): Promise<void>;
}

/** Null for whichever the server has. */
export const avatarAskedFor = (address: string): string | null => named(address, 'avatar');

/** A disk that does not answer must keep nobody from one who is known. */
const LOOK_MS = 500;

/** Throws unknown_avatar. Sees first who has come, gone or changed; for one who is known, not for long. */
export async function seekAvatar(address: string, avatars: KnownAvatars): Promise<void> {
  const look = avatars.look?.();
  const wanted = avatarAskedFor(address);
  const isKnown = wanted === null || avatars.has(wanted);
  if (look !== undefined) await (isKnown ? orLate(look, LOOK_MS) : look);
  avatarIn(address, avatars);
}

/** Null for whichever the server has. Throws unknown_avatar for one that it has not. */
export function avatarIn(address: string, avatars: KnownAvatars): string | null {
  const wanted = avatarAskedFor(address);
  if (wanted === null || avatars.has(wanted)) return wanted;
  const known = [...avatars.keys()].join(', ') || 'none, this server has no face';
  throw new ParleyError('unknown_avatar', `avatar=${wanted} is not one of: ${known}.`, { param: 'avatar' });
}

function named(address: string, name: string): string | null {
  const value = new URL(address, 'http://server').searchParams.get(name);
  return value === null || value === '' ? null : value.slice(0, MOST_CHARACTERS);
}
