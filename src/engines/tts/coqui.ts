/**
 * Coqui's XTTS v2: a voice for a GPU, by a Python worker that stays warm (python/parley_workers/engines/xtts;
 * docs/voices.md). Its weights are non-commercial, so nobody gets it who has not agreed to that.
 */
import type { Logger } from 'pino';
import { z } from 'zod';
import { startWorker } from '../../workers/process.js';
import { GROWN_MODEL } from '../../workers/recycling.js';
import type { TtsEngine } from '../contract.js';
import { type LearntVoices, NONE_LEARNT } from '../learnt.js';
import { coquiLearner, speakingLearnt } from './coqui-learnt.js';
import { noSuchVoice, READ_AHEAD, speakingBy } from './worker-voice.js';

export interface CoquiOptions {
  readonly python: string;
  /** The folder that holds parley_workers. */
  readonly pythonFolder: string;
  /** The folder of the model. */
  readonly model: string;
  readonly device: string;
  readonly language: string;
  /** The voice of a session that names none; null: the published model's first, or another model's. */
  readonly voice: string | null;
  /** How fast, beside what a session asks for. */
  readonly speed: number;
  /** To the licence of the weights. */
  readonly agreed: boolean;
  /** Voices that it has learnt, wherever they are kept; without it, none. */
  readonly learnt?: LearntVoices;
  readonly log: Logger;
  readonly signal?: AbortSignal;
}

/** The engine, and the process behind it for tests that end it. */
export interface CoquiEngine extends TtsEngine {
  readonly pid: number | undefined;
  ready(signal: AbortSignal): Promise<unknown>;
}

/** Two gigabytes are read, and a sentence is said before it counts as ready. */
const READY_MS = 300_000;

/** Of the published model. */
const FIRST_VOICE = 'Claribel Dervla';

const infoSchema = z.looseObject({ voices: z.array(z.string()) });

export function coquiTts(options: CoquiOptions): CoquiEngine {
  const { python, pythonFolder, model, device, language, agreed, log, signal, learnt = NONE_LEARNT } = options;
  const worker = startWorker({
    name: 'coqui',
    file: python,
    args: ['-m', 'parley_workers'],
    cwd: pythonFolder,
    engine: 'xtts',
    settings: { model, device, language, agreed, voice: options.voice },
    log,
    readyMs: READY_MS,
    recycle: GROWN_MODEL,
    ...(signal === undefined ? {} : { signal }),
  });
  const preferred = options.voice ?? FIRST_VOICE;
  const names = (): readonly string[] => infoSchema.safeParse(worker.info).data?.voices ?? [preferred];
  const known = (voice: string): string => {
    if (!names().includes(voice)) throw noSuchVoice(voice, names());
    return voice;
  };

  return {
    name: 'coqui',
    run: speakingLearnt(worker, learnt, options.speed, speakingBy(worker, known, options.speed)),
    learner: coquiLearner(worker),
    readAhead: READ_AHEAD,
    get voices() {
      const first = names().includes(preferred) ? [preferred] : [];
      const builtIn = [...new Set([...first, ...names()])].map((id) => ({ id, name: id, language }));
      return [...builtIn, ...learnt.of('coqui').map(({ id, name }) => ({ id, name, language }))];
    },
    health: () => worker.health(),
    stats: () => [{ worker: worker.name, values: worker.stats }],
    close: () => worker.close(),
    ready: (ofCaller) => worker.ready(ofCaller),
    get pid() {
      return worker.pid;
    },
  };
}
