/**
 * Voices that XTTS has learnt. Its process keeps the last ones that spoke, by their hash, as long as it lives: whoever wants
 * to speak with one brings it there first, and again if it has been forgotten.
 */
import { z } from 'zod';
import { pcmBytes } from '../../audio/pcm.js';
import { ParleyError } from '../../errors.js';
import { within } from '../../flow.js';
import type { Chunk, Worker } from '../../workers/process.js';
import type { EngineContext, Phrase, Speech, SpeechOptions, Tts } from '../contract.js';
import type { LearntVoice, LearntVoices, VoiceLearner } from '../learnt.js';
import { rereadable } from './rereadable.js';
import { speakingBy, untilBack } from './worker-voice.js';

/** The wire takes 1 MB in one message. */
const PIECE_BYTES = 500_000;
/** A voice has 133 KB. */
const MOST_BYTES = 512 * 1024;

/** Two gigabytes may still be read in; whoever sends recordings can wait. */
const READY_MS = 120_000;

/** What the process calls a learnt voice. */
const nameOf = (sha256: string): string => `sha256:${sha256}`;

/** `otherwise` speaks with all other voices. */
export function speakingLearnt(worker: Worker, learnt: LearntVoices, pace: number, otherwise: Tts): Tts {
  const speak = speakingBy(worker, (voice) => voice, pace);
  /** By the life of the process: what `ready` told is another object in each. */
  const brought = new WeakMap<object, Set<string>>();

  async function bring({ id }: LearntVoice, sha256: string, signal: AbortSignal): Promise<void> {
    await untilBack(worker, signal);
    const body = await learnt.read(id);
    const input = chunked(body);
    const life = worker.info;
    const stream = worker.open({ method: 'keep', params: { sha256 }, input, signal });
    for await (const _ of stream) if (life !== undefined) of(life).add(sha256);
  }
  const of = (life: object): Set<string> => {
    const known = brought.get(life) ?? new Set<string>();
    brought.set(life, known);
    return known;
  };

  async function* speakWith(
    voice: LearntVoice,
    sha256: string,
    phrases: AsyncIterable<Phrase>,
    options: SpeechOptions,
    context: EngineContext,
  ): AsyncGenerator<Speech, void, undefined> {
    const source = rereadable(phrases);
    const asked = { ...options, voice: nameOf(sha256) };
    try {
      if (worker.info === undefined || !of(worker.info).has(sha256)) await bring(voice, sha256, context.signal);
      try {
        // Said before the first sound, if at all.
        yield* speak(source.read(), asked, context);
        return;
      } catch (thrown) {
        if (!isUnknown(thrown)) throw thrown;
      }
      await bring(voice, sha256, context.signal);
      yield* speak(source.read(), asked, context);
    } finally {
      source.leave();
    }
  }

  return (phrases, options, context) => {
    const voice = learnt.of('coqui').find(({ id }) => id === options.voice);
    if (voice?.kept.kind !== 'here') return otherwise(phrases, options, context);
    return speakWith(voice, voice.kept.sha256, phrases, options, context);
  };
}

const isUnknown = (thrown: unknown) => thrown instanceof ParleyError && thrown.code === 'unknown_voice';

const learntSchema = z.looseObject({ voice: z.string().startsWith('sha256:'), seconds: z.number() });

export function coquiLearner(worker: Worker): VoiceLearner {
  return {
    engine: 'coqui',
    async learn({ name, recordings }, signal) {
      await within(worker.ready(signal), READY_MS, 'worker_unavailable', 'The voice is not there yet.');
      const input = lessons(recordings);
      for await (const { data, body } of worker.open({ method: 'learn', params: { name }, input, signal })) {
        if (!learntSchema.safeParse(data).success || body.length === 0 || body.length > MOST_BYTES) {
          throw new ParleyError('worker_broken', `${worker.name} gave no voice`);
        }
        return { kind: 'here', body: Uint8Array.from(body) };
      }
      throw new ParleyError('worker_broken', `${worker.name} gave no voice`);
    },
  };
}

async function* lessons(recordings: readonly Int16Array[]): AsyncGenerator<Chunk> {
  for (const [at, samples] of recordings.entries()) {
    if (at > 0) yield { data: { next: true }, body: new Uint8Array(0) };
    yield* chunked(pcmBytes(samples));
  }
}

async function* chunked(bytes: Uint8Array): AsyncGenerator<Chunk> {
  for (let at = 0; at < bytes.length; at += PIECE_BYTES) yield { data: {}, body: bytes.subarray(at, at + PIECE_BYTES) };
}
