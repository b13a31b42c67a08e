/**
 * Whisper on this machine, in a Python worker that all callers share: it hears whatever is said, in a hundred languages.
 * What it writes where nobody had the time to say it is dropped (hallucination.ts). The worker is
 * python/parley_workers/engines/whisper; docs/hearing.md tells how it works.
 */
import type { Logger } from 'pino';
import { HEARING_RATE, joinedSamples } from '../../audio/pcm.js';
import { startWorker } from '../../workers/process.js';
import { GROWN_MODEL } from '../../workers/recycling.js';
import type { EngineContext, HearingOptions, SttEngine, Transcript } from '../contract.js';
import { isMadeUp, loudMs } from './hallucination.js';
import { hearSurely } from './hear-surely.js';

export interface WhisperOptions {
  readonly python: string;
  /** The folder that holds parley_workers; `python -m` looks for it where it is started. */
  readonly pythonFolder: string;
  /** The folder of the model. */
  readonly model: string;
  readonly device: string;
  readonly compute: string;
  readonly beam: number;
  /** Of callers who name none; null: it finds out. */
  readonly language: string | null;
  readonly log: Logger;
  readonly signal?: AbortSignal;
}

/** The engine, and the process behind it for tests that end it. */
export interface WhisperEngine extends SttEngine {
  readonly pid: number | undefined;
  ready(signal: AbortSignal): Promise<unknown>;
}

/** A large model comes from a slow disk, and is warmed up. */
const READY_MS = 180_000;
/** It loads for seconds; the caller speaks meanwhile, and the deadline of the turn ends the wait. */
const BACK_MS = 10_000;
/** As long as the worker listens. */
const MOST_KEPT = 120 * HEARING_RATE;
/** No word, whatever the model makes of it. */
const LEAST_VOICED_MS = 60;

export function whisperStt(options: WhisperOptions): WhisperEngine {
  const { model, device, compute, beam, log, signal } = options;
  const name = 'whisper';
  const worker = startWorker({
    name,
    file: options.python,
    args: ['-m', 'parley_workers'],
    cwd: options.pythonFolder,
    engine: name,
    settings: { model, device, compute, beam },
    readyMs: READY_MS,
    recycle: GROWN_MODEL,
    log,
    ...(signal === undefined ? {} : { signal }),
  });

  async function* run(
    audio: AsyncIterable<Int16Array>,
    { language, prompt, voicedMs }: HearingOptions,
    context: EngineContext,
  ): AsyncGenerator<Transcript, void, undefined> {
    const params = { language: language ?? options.language, prompt };
    const listening = { name, listener: worker, params, mostKept: MOST_KEPT, backMs: BACK_MS };
    const measured = voicedMs === undefined ? measuredAudio(audio) : { audio, voicedMs };
    for await (const heard of hearSurely(listening, measured.audio, context)) {
      const said = heard.kind === 'unclear' ? heard : believed(heard, measured.voicedMs(), context);
      if (said !== null) yield said;
    }
  }

  return {
    name,
    run,
    givesPartials: true,
    language: options.language,
    // What is understood must not depend on how fast partial transcripts are read; the utterance itself is the bound.
    readAhead: Number.POSITIVE_INFINITY,
    health: () => worker.health(),
    stats: () => [{ worker: name, values: worker.stats }],
    close: () => worker.close(),
    ready: (ofCaller) => worker.ready(ofCaller),
    get pid() {
      return worker.pid;
    },
  };
}

/** Null: words that nobody had the time to say, so far. At the end they are none. */
function believed(
  heard: Exclude<Transcript, { kind: 'unclear' }>,
  voicedMs: number,
  { log }: EngineContext,
): Transcript | null {
  const text = heard.text.trim();
  if (text === '' || (voicedMs >= LEAST_VOICED_MS && !isMadeUp(text, voicedMs))) return { kind: heard.kind, text };
  if (heard.kind === 'partial') return null;
  log.info({ letters: text.length, voicedMs }, 'words that nobody had the time to say were dropped');
  return { kind: 'final', text: '' };
}

/** For audio that no detector has heard: kept, to be measured when there are words. */
function measuredAudio(audio: AsyncIterable<Int16Array>) {
  const pieces: Int16Array[] = [];
  let samples = 0;
  async function* passed() {
    for await (const piece of audio) {
      if (samples < MOST_KEPT) pieces.push(piece);
      samples += piece.length;
      yield piece;
    }
  }
  return { audio: passed(), voicedMs: () => loudMs(joinedSamples(pieces)) };
}
