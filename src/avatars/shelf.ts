/** Who is in the catalogue, who was, and what is told of that. Nothing that waits here may run beside another of its kind. */
import { join } from 'node:path';
import type { Avatar } from '../engines/contract.js';
import { asParleyError, type ParleyError } from '../errors.js';
import { foldersIn, stateOf } from './folder.js';
import { type AvatarEntry, readAvatar } from './read-avatar.js';

/** What is kept of one who is not there any more. */
export interface FormerPack {
  readonly avatar: Pick<Avatar, 'id' | 'name' | 'hash'>;
  readonly pack: Uint8Array;
}

export interface News {
  /** New, or in the place of one that had the same id. */
  come(entry: AvatarEntry): void;
  gone(id: string): void;
  /** One that cannot be used, or the folder itself; told once, until it changes. */
  damaged(error: ParleyError): void;
}

/** Each has at most 8 MiB. */
const MOST_FORMER = 8;

export function createShelf(folder: string) {
  const entries = new Map<string, AvatarEntry>();
  /** As they were when they were last read, with or without success. */
  const states = new Map<string, string | null>();
  /** What was said of those that are damaged. */
  const said = new Map<string, string>();
  const held = new Set<string>();
  const news: News[] = [];
  let former: readonly FormerPack[] = [];
  let isReadable = true;

  function retire(id: string, hash: string | null): void {
    const old = entries.get(id);
    if (old === undefined || old.avatar.hash === hash) return;
    const { name, hash: was } = old.avatar;
    const others = former.filter(({ avatar }) => avatar.hash !== was);
    former = [...others, { avatar: { id, name, hash: was }, pack: old.pack }].slice(-MOST_FORMER);
  }

  async function take(id: string, state: string | null): Promise<AvatarEntry> {
    states.set(id, state);
    const entry = await readAvatar(join(folder, id), id);
    retire(id, entry.avatar.hash);
    entries.set(id, entry);
    said.delete(id);
    for (const { come } of news) come(entry);
    return entry;
  }

  function drop(id: string): void {
    states.delete(id);
    said.delete(id);
    if (held.has(id) || !entries.has(id)) return;
    retire(id, null);
    entries.delete(id);
    for (const { gone } of news) gone(id);
  }

  async function lookAt(id: string): Promise<void> {
    const state = await stateOf(join(folder, id));
    if (state === null) return drop(id);
    if (states.get(id) === state) return;
    try {
      await take(id, state);
    } catch (error) {
      // Still being written, or just replaced: the next look sees how it went on.
      if ((await stateOf(join(folder, id))) === state) complain(id, state, asParleyError(error));
    }
  }

  function complain(id: string, state: string, error: ParleyError): void {
    // What the system refused, as for too many open files, it may grant the next time.
    if (error.cause instanceof Error && 'errno' in error.cause) states.delete(id);
    const words = `${state} ${error.message}`;
    if (said.get(id) !== words) for (const { damaged } of news) damaged(error);
    said.set(id, words);
  }

  async function look(): Promise<void> {
    try {
      const ids = await foldersIn(folder);
      isReadable = true;
      for (const id of [...states.keys(), ...said.keys()]) if (!ids.includes(id)) drop(id);
      for (const id of ids) await lookAt(id);
    } catch (error) {
      if (isReadable) for (const { damaged } of news) damaged(asParleyError(error));
      isReadable = false;
    }
  }

  const quick = {
    list: () => [...entries.values()].sort((one, other) => (one.avatar.id < other.avatar.id ? -1 : 1)),
    get: (id: string) => entries.get(id),
    former: () => former,
    heed: (listener: News) => void news.push(listener),
    hold: (id: string) => void held.add(id),
    forget(id: string) {
      former = former.filter(({ avatar }) => avatar.id !== id);
    },
  };
  return { quick, take, look, isAt: (id: string, state: string | null) => states.get(id) === state };
}
