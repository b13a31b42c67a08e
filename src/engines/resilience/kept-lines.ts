/**
 * Lines that are kept as sound: greeting, apology, fillers. They are spoken once by each voice and stay, in memory and in
 * a folder, so that they sound at once, and also when no voice can be reached.
 */
import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Logger } from 'pino';
import { z } from 'zod';
import { pcmBytes, pcmSamples } from '../../audio/pcm.js';
import type { SpokenWord } from '../contract.js';

export interface KeptLine {
  readonly voice: string;
  readonly samples: Int16Array;
  readonly words: readonly SpokenWord[];
}

/** Whose voice it is. */
interface Owner {
  readonly engine: string;
  readonly voice: string;
}

export interface KeptLines {
  /** In this voice; null: it has not been spoken by it yet. */
  find(text: string, owner: Owner): KeptLine | null;
  /** In whichever voice there is, the first of these if possible. */
  findAny(text: string, voices: readonly string[]): KeptLine | null;
  /** Looks in the folder, too. */
  load(text: string, owner: Owner): Promise<boolean>;
  keep(text: string, owner: Owner, line: Omit<KeptLine, 'voice'>): Promise<void>;
  /** Of a voice that was deleted nothing stays, whichever settings it spoke with; and nothing comes any more. */
  forget(voice: string): Promise<void>;
}

export interface KeptLinesOptions {
  readonly folder: string;
  /** Whatever else the sound hangs on, such as a vendor's model: what was kept under other settings is not found. */
  readonly manner: string;
  readonly log: Logger;
}

/** Settings and voices change; what nobody finds any more must not fill a disk. A line takes about 100 KB. */
const MOST_FILES = 400;

const word = z.strictObject({ from: z.int(), to: z.int(), start: z.int(), end: z.int() });
const fileSchema = z.strictObject({ voice: z.string(), text: z.string(), words: z.array(word), pcm: z.base64() });

export function keptLines({ folder, manner, log }: KeptLinesOptions): KeptLines {
  /** By text, then by owner. */
  const kept = new Map<string, Map<string, KeptLine>>();
  const forgotten = new Set<string>();
  const nameOf = ({ engine, voice }: Owner) => `${engine} ${voice}`;
  const fileOf = (text: string, { engine, voice }: Owner) => {
    const name = createHash('sha256')
      .update(JSON.stringify([engine, voice, manner, text]))
      .digest('hex')
      .slice(0, 32);
    return join(folder, `${name}.json`);
  };
  const remember = (text: string, owner: Owner, line: Omit<KeptLine, 'voice'>) => {
    const voices = kept.get(text) ?? new Map<string, KeptLine>();
    kept.set(text, voices.set(nameOf(owner), { ...line, voice: owner.voice }));
  };
  const find: KeptLines['find'] = (text, owner) => kept.get(text)?.get(nameOf(owner)) ?? null;

  return {
    find,
    findAny(text, voices) {
      const lines = [...(kept.get(text)?.values() ?? [])];
      const wanted = voices.map((voice) => lines.find((line) => line.voice === voice)).find(Boolean);
      return wanted ?? lines[0] ?? null;
    },
    async load(text, owner) {
      if (find(text, owner) !== null) return true;
      try {
        const found = fileSchema.parse(JSON.parse(await readFile(fileOf(text, owner), 'utf8')));
        if (found.text !== text) return false;
        const samples = pcmSamples(Buffer.from(found.pcm, 'base64'));
        // Deleted while this was being read.
        if (forgotten.has(owner.voice)) return false;
        remember(text, owner, { samples, words: found.words });
        return true;
      } catch {
        // Not there, or damaged: then it is spoken once more.
        return false;
      }
    },
    async keep(text, owner, line) {
      if (forgotten.has(owner.voice)) return;
      remember(text, owner, line);
      const file = fileOf(text, owner);
      const pcm = Buffer.from(pcmBytes(line.samples)).toString('base64');
      const body = { voice: owner.voice, text, words: line.words, pcm };
      try {
        await mkdir(folder, { recursive: true });
        // Another server may write the same line at the same time.
        const own = `${file}.${process.pid}`;
        await writeFile(own, JSON.stringify(body));
        await rename(own, file);
        // Deleted while this was being written.
        if (forgotten.has(owner.voice)) await rm(file, { force: true });
        await forgetOldest(folder);
      } catch (thrown) {
        log.warn({ err: thrown }, 'a line could not be written down; it is spoken again after the next start');
      }
    },
    async forget(voice) {
      forgotten.add(voice);
      for (const voices of kept.values()) {
        for (const [owner, line] of voices) if (line.voice === voice) voices.delete(owner);
      }
      // The names of files do not tell whose they are.
      for (const name of await readdir(folder).catch(() => [])) {
        const path = join(folder, name);
        if ((await voiceIn(path)) === voice) await rm(path, { force: true });
      }
    },
  };
}

async function voiceIn(path: string): Promise<string | null> {
  try {
    return fileSchema.parse(JSON.parse(await readFile(path, 'utf8'))).voice;
  } catch {
    return null;
  }
}

async function forgetOldest(folder: string): Promise<void> {
  const names = await readdir(folder);
  if (names.length <= MOST_FILES) return;
  const files = await Promise.all(
    names.map(async (name) => ({ path: join(folder, name), at: (await stat(join(folder, name))).mtimeMs })),
  );
  const oldest = files.toSorted((a, b) => a.at - b.at).slice(0, names.length - MOST_FILES);
  await Promise.all(oldest.map(({ path }) => rm(path, { force: true })));
}
