/**
 * One utterance, heard by a recogniser in a worker: its sound goes out as it comes, its transcripts come back, and if the
 * process dies in the middle, it is heard again from its beginning. What a worker of this kind answers to `listen`
 * stands in docs/hearing.md.
 */
import { z } from 'zod';
import { HEARING_RATE, pcmBytes } from '../../audio/pcm.js';
import { type Code, ParleyError } from '../../errors.js';
import { within } from '../../flow.js';
import type { Call, Chunk } from '../../workers/process.js';
import type { EngineContext, Transcript } from '../contract.js';
import { keepAudio } from '../resilience/kept-audio.js';

/** A worker, or a pool of them. */
export interface Listener {
  health(): 'up' | { down: string };
  ready(signal: AbortSignal): Promise<unknown>;
  open(call: Call): AsyncIterable<Chunk>;
}

export interface Listening {
  /** As it stands in errors. */
  readonly name: string;
  readonly listener: Listener;
  readonly params: Record<string, unknown>;
  /** Of a longer utterance nothing is kept for another process: samples. */
  readonly mostKept: number;
  /** How long a turn waits for a recogniser that is being started. */
  readonly backMs: number;
}

/** What a process that dies was hearing is heard by another; whatever killed both is in the sound. */
const MOST_TRIES = 2;
/** Longer pieces are cut, so that the worker can look up between two of them. */
const LONGEST_PIECE = HEARING_RATE / 2;

const answerSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('partial'), text: z.string() }),
  z.strictObject({ kind: z.literal('final'), text: z.string() }),
  z.strictObject({ kind: z.literal('unclear') }),
]);

export async function* hearSurely(
  listening: Listening,
  audio: AsyncIterable<Int16Array>,
  { signal, log }: EngineContext,
): AsyncGenerator<Transcript, void, undefined> {
  const kept = keepAudio(audio, listening.mostKept);
  try {
    for (let tries = 1; ; tries += 1) {
      try {
        return yield* hear(listening, kept.play(), signal);
      } catch (thrown) {
        if (tries === MOST_TRIES || !hasDied(thrown) || !kept.isWhole) throw thrown;
        log.warn({ err: thrown }, 'the recogniser was lost; it hears the utterance again from its beginning');
      }
    }
  } finally {
    kept.leave();
  }
}

async function* hear(
  { name, listener, params, backMs }: Listening,
  audio: AsyncIterable<Int16Array>,
  signal: AbortSignal,
): AsyncGenerator<Transcript, void, undefined> {
  // After a crash it is back in a few seconds: a pause is better than not to be heard.
  if (listener.health() !== 'up') {
    await within(listener.ready(signal), backMs, 'worker_unavailable', 'The recogniser is not back yet.');
  }
  for await (const { data } of listener.open({ method: 'listen', params, input: pieces(audio), signal })) {
    const heard = parsed(name, data);
    yield heard;
    // Said is said: what the process does afterwards is no reason to hear it again.
    if (heard.kind !== 'partial') return;
  }
}

async function* pieces(audio: AsyncIterable<Int16Array>): AsyncGenerator<Chunk> {
  for await (const samples of audio) {
    for (let at = 0; at < samples.length; at += LONGEST_PIECE) {
      yield { data: {}, body: pcmBytes(samples.subarray(at, at + LONGEST_PIECE)) };
    }
  }
}

function parsed(name: string, data: Record<string, unknown>): Transcript {
  const { success, data: answer, error } = answerSchema.safeParse(data);
  if (!success) throw new ParleyError('worker_broken', `${name}: ${z.prettifyError(error)}`);
  return answer;
}

/** The process, not the utterance, is what failed. */
const hasDied = (thrown: unknown) => thrown instanceof ParleyError && DEATHS.has(thrown.code);
const DEATHS: ReadonlySet<Code> = new Set(['worker_broken', 'worker_unavailable']);
