/** One learnt voice from its folder, in which anybody may have put anything: only ordinary files of its size are read. */
import { createHash } from 'node:crypto';
import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import type { LearningEngine, LearntVoice } from '../engines/learnt.js';
import { type About, keptOf, readAbout } from './about.js';

export const ABOUT = 'about.json';
export const BODY = 'voice.safetensors';
/** As the worker has it; a voice has 133 KB. */
const MOST_BODY = 512 * 1024;
const MOST_ABOUT = 16 * 1024;

export interface StoredVoice extends LearntVoice {
  readonly engine: LearningEngine;
  readonly created: string;
  readonly seconds: number;
}

/** Throws with the reason for which it cannot be used. */
export async function readVoice(folder: string, id: string): Promise<StoredVoice> {
  const about = readAbout((await readBounded(join(folder, ABOUT), MOST_ABOUT)).toString('utf8'));
  if (about === null) throw new Error(`${ABOUT} cannot be read`);
  if (about.id !== id) throw new Error(`${ABOUT} is of another voice`);
  const voice = storedVoice(about);
  if (voice.kept.kind === 'here') await readBody(folder, voice.kept.sha256);
  return voice;
}

export function storedVoice(about: About): StoredVoice {
  const { id, name, engine, created, seconds, language } = about;
  const kept = keptOf(about);
  if (kept === null) throw new Error(`${ABOUT} does not say where the voice is`);
  return { id, name, engine, created, seconds, language: language ?? null, kept };
}

export async function readBody(folder: string, sha256: string): Promise<Uint8Array> {
  const body = await readBounded(join(folder, BODY), MOST_BODY);
  if (sha256Of(body) !== sha256) throw new Error(`${BODY} is not what it was`);
  return body;
}

export const sha256Of = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

async function readBounded(path: string, mostBytes: number): Promise<Buffer> {
  // A link may lead anywhere, and whoever opens a pipe waits for its writer. Windows has neither flag.
  const flags = constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0);
  const file = await open(path, flags);
  try {
    const found = await file.stat();
    if (!found.isFile()) throw new Error(`${path} is no ordinary file`);
    if (found.size > mostBytes) throw new Error(`${path} has ${found.size} bytes; at most ${mostBytes}`);
    return await file.readFile();
  } finally {
    await file.close();
  }
}
