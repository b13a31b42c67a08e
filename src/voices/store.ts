/**
 * The voices that were made of recordings: a folder each, with about.json and, unless a vendor has it, voice.safetensors.
 * A folder comes whole or not at all, under an id that is made here: no name of a caller's becomes part of a path.
 */
import { randomBytes } from 'node:crypto';
import { mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Logger } from 'pino';
import type { LearningEngine, Learnt, LearntVoices } from '../engines/learnt.js';
import { ParleyError } from '../errors.js';
import { type About, VOICE_ID } from './about.js';
import { ABOUT, BODY, readBody, readVoice, type StoredVoice, sha256Of, storedVoice } from './read-voice.js';

const MOST_VOICES = 1000;
/** What was being written when a process ended, or removed; another server's may still be at it. */
const UNFINISHED = /^\.(making|removed)-/;
const LEFT_MS = 3_600_000;

export interface Draft {
  readonly name: string;
  readonly engine: LearningEngine;
  readonly seconds: number;
  readonly consent: string;
  readonly made: Learnt;
}

export interface VoiceStore extends LearntVoices {
  get(id: string): StoredVoice | undefined;
  /** Throws too_many_voices. */
  checkRoom(): void;
  /** Throws too_many_voices or disk_full; then nothing is kept. */
  add(draft: Draft): Promise<StoredVoice>;
  /** From now on nobody finds it; what a session has begun to say goes on. */
  remove(id: string): Promise<void>;
}

/** Puts a new file on the disk. */
export type WriteFile = (path: string, bytes: Uint8Array) => Promise<void>;

export interface StoreOptions {
  readonly most?: number;
  readonly writeFile?: WriteFile;
}

/** An absent folder is a store without voices. One that is damaged is left out, and where it is. */
export async function openVoiceStore(
  folder: string,
  log: Logger,
  now: () => Date,
  { most = MOST_VOICES, writeFile = writeThrough }: StoreOptions = {},
): Promise<VoiceStore> {
  const voices = await readAll(folder, log, now().getTime(), most);
  let beingWritten = 0;
  const find = (id: string): StoredVoice => {
    const voice = voices.get(id);
    if (voice === undefined) throw new ParleyError('unknown_voice', `There is no voice "${id.slice(0, 80)}".`);
    return voice;
  };
  const checkRoom = () => {
    // Two who come at once must not both get the last place.
    if (voices.size + beingWritten < most) return;
    throw new ParleyError('too_many_voices', `There are ${voices.size + beingWritten} voices.`);
  };
  return {
    of: (engine) => [...voices.values()].filter((voice) => voice.engine === engine),
    get: (id) => voices.get(id),
    checkRoom,
    async read(id) {
      const { kept } = find(id);
      if (kept.kind === 'vendor') throw new ParleyError('internal', `of the voice ${id} nothing is kept here`);
      return readBody(join(folder, id), kept.sha256);
    },
    async add(draft) {
      checkRoom();
      const about = aboutOf(draft, now());
      const voice = storedVoice(about);
      beingWritten += 1;
      try {
        await write(folder, about, draft.made, writeFile);
        voices.set(voice.id, voice);
      } finally {
        beingWritten -= 1;
      }
      return voice;
    },
    async remove(id) {
      // Somebody may have been faster.
      if (!voices.has(id)) return;
      const removed = join(folder, `.removed-${id}`);
      await rename(join(folder, id), removed).catch((error: NodeJS.ErrnoException) => {
        // Somebody may have been faster.
        if (error.code !== 'ENOENT') throw error;
      });
      voices.delete(id);
      await rm(removed, { recursive: true, force: true });
    },
  };
}

async function readAll(folder: string, log: Logger, nowMs: number, most: number): Promise<Map<string, StoredVoice>> {
  const voices: StoredVoice[] = [];
  for (const name of await namesIn(folder)) {
    if (UNFINISHED.test(name)) await clear(join(folder, name), nowMs);
    if (!VOICE_ID.test(name)) continue;
    try {
      voices.push(await readVoice(join(folder, name), name));
    } catch (error) {
      log.warn(`the voice ${join(folder, name)} is left out: ${(error as Error).message}`);
    }
  }
  voices.sort((one, other) => (one.created < other.created ? -1 : 1));
  if (voices.length > most) log.warn(`of the ${voices.length} voices in ${folder}, the oldest ${most} are taken`);
  return new Map(voices.slice(0, most).map((voice) => [voice.id, voice]));
}

async function namesIn(folder: string): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') return [];
    const detail = `The folder of voices cannot be read: ${message}. Mend that, or set DATA_DIR to another folder.`;
    throw new ParleyError('bad_settings', detail, { cause: error });
  }
}

async function clear(path: string, nowMs: number): Promise<void> {
  const found = await stat(path).catch(() => null);
  if (found !== null && nowMs - found.mtimeMs > LEFT_MS) await rm(path, { recursive: true, force: true });
}

function aboutOf({ name, engine, seconds, consent, made }: Draft, at: Date): About {
  const created = at.toISOString();
  return {
    id: `voice_${randomBytes(8).toString('hex')}`,
    name,
    engine,
    created,
    seconds: Math.round(seconds * 100) / 100,
    consent: { statement: consent, given: created },
    ...(made.kind === 'here' ? { sha256: sha256Of(made.body) } : { vendor_id: made.id }),
  };
}

async function write(folder: string, about: About, made: Learnt, writeFile: WriteFile): Promise<void> {
  const making = join(folder, `.making-${about.id}`);
  try {
    await mkdir(making, { recursive: true, mode: 0o700 });
    if (made.kind === 'here') await writeFile(join(making, BODY), made.body);
    await writeFile(join(making, ABOUT), Buffer.from(`${JSON.stringify(about, null, 2)}\n`));
    await rename(making, join(folder, about.id));
  } catch (error) {
    await rm(making, { recursive: true, force: true }).catch(() => {});
    const { code } = error as NodeJS.ErrnoException;
    throw code === 'ENOSPC' || code === 'EDQUOT' ? new ParleyError('disk_full', undefined, { cause: error }) : error;
  }
}

/** On the disk before the folder gets its name: a power cut leaves no voice with empty files. */
async function writeThrough(path: string, bytes: Uint8Array): Promise<void> {
  const file = await open(path, 'wx', 0o600);
  try {
    await file.writeFile(bytes);
    await file.sync();
  } finally {
    await file.close();
  }
}
