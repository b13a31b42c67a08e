/**
 * The embedded voice: espeak-ng in its own process (espeak-worker.ts), which needs no key, no GPU and no network. Pure
 * JavaScript on this side; without the optional package the engine says so and names the line that installs it.
 */
import type { Logger } from 'pino';
import { startWorker } from '../../workers/process.js';
import type { TtsEngine } from '../contract.js';
import { espeakVoices } from './espeak-voices.js';
import { noSuchVoice, READ_AHEAD, speakingBy } from './worker-voice.js';

export interface EspeakOptions {
  /** dist/engines/tts/espeak-worker.js */
  readonly workerFile: string;
  readonly log: Logger;
  readonly signal?: AbortSignal;
}

/** The engine, and the process behind it for tests that end it. */
export interface EspeakEngine extends TtsEngine {
  readonly pid: number | undefined;
  ready(signal: AbortSignal): Promise<unknown>;
}

export function espeakTts({ workerFile, log, signal }: EspeakOptions): EspeakEngine {
  const worker = startWorker({
    name: 'espeak',
    file: process.execPath,
    args: [workerFile],
    engine: 'espeak',
    settings: {},
    log,
    ...(signal === undefined ? {} : { signal }),
  });
  const ids = espeakVoices.map(({ id }) => id);
  const known = (voice: string): string => {
    if (!ids.includes(voice)) throw noSuchVoice(voice, ids);
    return voice;
  };

  return {
    name: 'espeak',
    run: speakingBy(worker, known),
    readAhead: READ_AHEAD,
    voices: espeakVoices.map(({ id, name, language }) => ({ id, name, language })),
    health: () => worker.health(),
    close: () => worker.close(),
    ready: (ofCaller) => worker.ready(ofCaller),
    get pid() {
      return worker.pid;
    },
  };
}
