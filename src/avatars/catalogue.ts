/**
 * The avatars that a folder holds: one folder each, with pack.bin (what callers fetch) and what faces use: mouths.bin if
 * it was drawn, face.safetensors if it was filmed. Everything is read and checked at start, so that no caller meets a
 * damaged file, and who comes later as soon as somebody looks. Nothing watches the folder: the system's notices do not
 * come from disks on a network.
 */
import { join } from 'node:path';
import { foldersIn, stateOf } from './folder.js';
import type { AvatarEntry } from './read-avatar.js';
import { createShelf, type FormerPack, type News } from './shelf.js';

export interface Catalogue {
  /** In the order of their ids; like all but `look` and `add` from memory. */
  list(): AvatarEntry[];
  get(id: string): AvatarEntry | undefined;
  /** Of the last who have gone or been replaced: a caller may have been told of one just before. The latest is last. */
  former(): readonly FormerPack[];
  /** Takes up who has come, changed or gone. Never rejects: one that is damaged is left out, or stays as it was. */
  look(): Promise<void>;
  /** Takes up one that has just been made. Rejects if it is damaged. */
  add(id: string): Promise<AvatarEntry>;
  /** From now on; for who is there, ask. */
  heed(news: News): void;
  /** This one stays, also when its folder goes. */
  hold(id: string): void;
  /** Of one who has gone, nothing is kept for callers any more. */
  forget(id: string): void;
}

/** An absent folder is a catalogue without avatars; a damaged file is an error that names it. */
export async function loadCatalogue(folder: string): Promise<Catalogue> {
  const shelf = createShelf(folder);
  for (const id of await foldersIn(folder)) await shelf.take(id, await stateOf(join(folder, id)));
  const inLine = oneAtATime();
  let next: Promise<void> | null = null;
  return {
    ...shelf.quick,
    look() {
      // Shared until it begins: what changed after that, a look that is under way may have missed.
      next ??= inLine(() => {
        next = null;
        return shelf.look();
      });
      return next;
    },
    add: (id) =>
      inLine(async () => {
        const state = await stateOf(join(folder, id));
        // Somebody who looked may have been faster.
        return (shelf.isAt(id, state) && shelf.quick.get(id)) || shelf.take(id, state);
      }),
  };
}

/** Whoever comes waits until all before have ended, well or not. */
function oneAtATime() {
  let last: Promise<unknown> = Promise.resolve();
  return <T>(work: () => Promise<T>): Promise<T> => {
    const result = last.then(work);
    last = result.catch(() => {});
    return result;
  };
}
