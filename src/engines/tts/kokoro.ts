/**
 * Kokoro: a natural voice on this machine's CPU or GPU, by a Python worker that stays warm
 * (python/parley_workers/engines/kokoro; docs/voices.md).
 */
import type { Logger } from 'pino';
import { z } from 'zod';
import { startWorker } from '../../workers/process.js';
import { GROWN_MODEL } from '../../workers/recycling.js';
import type { TtsEngine, Voice } from '../contract.js';
import { noSuchVoice, READ_AHEAD, speakingBy } from './worker-voice.js';

export interface KokoroOptions {
  readonly python: string;
  /** The folder that holds parley_workers. */
  readonly pythonFolder: string;
  /** The model's folder, or its file. */
  readonly model: string;
  readonly repository: string;
  readonly device: string;
  /** The voice of a session that names none; it may be a mix. */
  readonly voice: string;
  /** For every voice; null: each speaks the language of its first letter. */
  readonly language: string | null;
  readonly splitPattern: string | null;
  /** How fast, beside what a session asks for. */
  readonly speed: number;
  readonly log: Logger;
  readonly signal?: AbortSignal;
}

/** The engine, and the process behind it for tests that end it. */
export interface KokoroEngine extends TtsEngine {
  readonly pid: number | undefined;
  ready(signal: AbortSignal): Promise<unknown>;
}

/** torch alone takes 10 s to import from a slow disk. */
const READY_MS = 120_000;

const infoSchema = z.looseObject({ voices: z.array(z.string()) });

/** By the first letter of a voice's name: what the model was taught. */
const LANGUAGES: Readonly<Record<string, string>> = {
  a: 'en-US',
  b: 'en-GB',
  e: 'es',
  f: 'fr',
  h: 'hi',
  i: 'it',
  j: 'ja',
  p: 'pt-BR',
  z: 'zh',
};

export function kokoroTts(options: KokoroOptions): KokoroEngine {
  const { python, pythonFolder, model, repository, device, language, splitPattern, log, signal } = options;
  const worker = startWorker({
    name: 'kokoro',
    file: python,
    args: ['-m', 'parley_workers'],
    cwd: pythonFolder,
    engine: 'kokoro',
    settings: { model, repo_id: repository, device, voice: options.voice, language, split_pattern: splitPattern },
    log,
    readyMs: READY_MS,
    recycle: GROWN_MODEL,
    ...(signal === undefined ? {} : { signal }),
  });
  /** Null: it has not told yet. */
  const names = (): readonly string[] | null => infoSchema.safeParse(worker.info).data?.voices ?? null;
  const has = (voice: string) => {
    const parts = partsOf(voice);
    return parts.length > 0 && parts.every((name) => names()?.includes(name) ?? isName(name));
  };

  return {
    name: 'kokoro',
    run: speakingBy(
      worker,
      (voice) => {
        if (!has(voice)) throw noSuchVoice(voice, names() ?? [options.voice]);
        return voice;
      },
      options.speed,
    ),
    readAhead: READ_AHEAD,
    get voices() {
      return [...new Set([options.voice, ...(names() ?? [])])].map(voiceOf);
    },
    mayHave: has,
    health: () => worker.health(),
    stats: () => [{ worker: worker.name, values: worker.stats }],
    close: () => worker.close(),
    ready: (ofCaller) => worker.ready(ofCaller),
    get pid() {
      return worker.pid;
    },
  };
}

function voiceOf(id: string): Voice {
  const first = partsOf(id)[0] ?? id;
  const given = first.replace(/^[a-z]{2}_/, '');
  const name = id === first ? `${given.charAt(0).toUpperCase()}${given.slice(1)}` : id;
  return { id, name, language: LANGUAGES[first.charAt(0)] ?? null };
}

/** `af_heart:3,am_adam:1` is a mix of two, each with its share; as the worker reads them. */
const PART = /^\s*([A-Za-z0-9_-]+)\s*(?::\s*(\d{1,3}(?:\.\d{1,3})?))?\s*$/;
const MOST_MIXED = 8;

/** None: it is no voice, and no mix. */
function partsOf(voice: string): string[] {
  const parts = voice.split(',').map((part) => PART.exec(part));
  const share = parts.reduce((sum, part) => sum + Number(part?.[2] ?? 1), 0);
  if (parts.length > MOST_MIXED || parts.includes(null) || share === 0) return [];
  return parts.map((part) => part![1]!);
}

const isName = (name: string): boolean => /^[a-z]{2}_[a-z0-9]+$/.test(name);
