/**
 * Files of strangers, made into samples by a process of their own (python/parley_workers/engines/recordings): it is
 * started when somebody sends recordings, and ended with them.
 */
import type { Logger } from 'pino';
import { z } from 'zod';
import { joinedSamples, pcmSamples } from '../audio/pcm.js';
import { asParleyError, ParleyError } from '../errors.js';
import { within } from '../flow.js';
import { type Chunk, startWorker, type Worker } from '../workers/process.js';

export interface Recording {
  /** At SPEECH_RATE. */
  readonly samples: Int16Array;
  readonly seconds: number;
  /** The share of samples at full scale, as they are in the file. */
  readonly clipped: number;
}

export interface Decoder {
  /** `number` is how it is called when something is wrong with it. Throws bad_recording or recording_length. */
  decode(file: AsyncIterable<Uint8Array>, number: number, signal: AbortSignal): Promise<Recording>;
  close(): Promise<void>;
}

export interface DecoderOptions {
  /** The program, and what it is called with: `-m parley_workers`, but for tests. */
  readonly python: string;
  readonly pythonFolder: string;
  readonly log: Logger;
  readonly patienceMs?: number;
}

/** After the last byte. A minute of sound takes a second. */
const PATIENCE_MS = 60_000;

/** It has only packages to read in; one that cannot is started again and again. */
const READY_MS = 60_000;

const endSchema = z.object({ seconds: z.number(), peak: z.number(), clipped: z.number() });

export function startDecoder({ python, pythonFolder, log, patienceMs = PATIENCE_MS }: DecoderOptions): Decoder {
  const worker = startWorker({
    name: 'recordings',
    file: python,
    args: ['-m', 'parley_workers'],
    cwd: pythonFolder,
    engine: 'recordings',
    settings: {},
    // A stranger's file has no business with our keys.
    env: {},
    log,
  });
  return {
    async decode(file, number, signal) {
      try {
        return await decoded(worker, file, patienceMs, signal);
      } catch (thrown) {
        if (signal.aborted) throw named(signal.reason);
        throw ofRecording(thrown, number);
      }
    },
    close: () => worker.close(),
  };
}

async function decoded(
  worker: Worker,
  file: AsyncIterable<Uint8Array>,
  patienceMs: number,
  outer: AbortSignal,
): Promise<Recording> {
  await within(worker.ready(outer), READY_MS, 'worker_unavailable', 'The reader of recordings does not start.');
  const late = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  const input = (async function* (): AsyncGenerator<Chunk> {
    for await (const body of file) yield { data: {}, body };
    const why = new ParleyError('bad_recording', `nothing came of it in ${patienceMs / 1000} s`);
    timer = setTimeout(() => late.abort(why), patienceMs);
  })();
  const signal = AbortSignal.any([outer, late.signal]);
  const pieces: Int16Array[] = [];
  try {
    for await (const { data, body } of worker.open({ method: 'decode', params: {}, input, signal })) {
      pieces.push(pcmSamples(body));
      const { success, data: end } = endSchema.safeParse(data);
      if (success) return { samples: joinedSamples(pieces), seconds: end.seconds, clipped: end.clipped };
    }
  } finally {
    clearTimeout(timer);
  }
  throw new ParleyError('worker_broken', 'recordings: it ended without an answer');
}

/** A clock that aborts does not say by a name of ours what it does. */
const named = (reason: unknown): ParleyError =>
  reason instanceof ParleyError
    ? reason
    : new ParleyError('deadline', 'The recordings took too long to come.', { cause: reason });

/** A file that ends the process which reads it is damaged, or means to be. */
function ofRecording(thrown: unknown, number: number): ParleyError {
  const error = asParleyError(thrown, 'engine_failed');
  const code = error.code === 'worker_broken' ? 'bad_recording' : error.code;
  if (code !== 'bad_recording' && code !== 'recording_length') return error;
  return new ParleyError(code, `Recording ${number}: ${error.message}.`, { param: 'recording' });
}
