/**
 * The method `speak` of the espeak worker. Input chunks are pieces of phrases, `{index, from, text, last}`; output chunks
 * are PCM with `{phrase, words}`, and behind the last sound of a phrase an empty one with `{phrase, done}`.
 */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { z } from 'zod';
import { msToSamples, pcmBytes } from '../../audio/pcm.js';
import { ParleyError } from '../../errors.js';
import type { Chunk, WorkerMethod } from '../../workers/serve.js';
import type { SpokenWord } from '../contract.js';
import { type Clause, clausesOf } from './clauses.js';
import type { Speaker } from './espeak-speaker.js';
import { type EspeakVoice, espeakVoices } from './espeak-voices.js';
import { spokenText } from './spoken-text.js';
import { spokenWords } from './spoken-words.js';

const paramsSchema = z.strictObject({ voice: z.string(), speed: z.number().min(0.25).max(1.5) });
const pieceSchema = z.strictObject({
  index: z.int().min(0),
  /** Where in the phrase this piece begins. */
  from: z.int().min(0),
  text: z.string().max(1000),
  last: z.boolean(),
});

type Piece = z.infer<typeof pieceSchema>;

/** 80 ms a chunk: two pictures' worth, and a sixth of what a caller may be ahead of its reader. */
const CHUNK_SAMPLES = msToSamples(80);

/**
 * So much of a pause follows the phrase at once: a face hears up to 80 ms ahead, and must not hold back the last sound
 * while the next phrase is still being thought of. The rest comes only with that next phrase.
 */
const TAIL_MS = 120;

/** What one stream remembers between clauses. */
interface Course {
  phrase: number;
  /** Samples of this phrase so far. */
  samples: number;
  /** Characters of this phrase whose words have begun. */
  begun: number;
  /** Silence that is owed before the next sound. After the last one it stays owed: it would only delay the caller's turn. */
  pauseMs: number;
}

export const speakMethod = (speaker: Speaker): WorkerMethod =>
  async function* speak(params, input, { signal }) {
    const { voice: id, speed } = paramsSchema.parse(params);
    const voice = espeakVoices.find((known) => known.id === id);
    if (voice === undefined) throw new ParleyError('unknown_voice', `espeak has no voice "${id}".`);
    const course: Course = { phrase: -1, samples: 0, begun: 0, pauseMs: 0 };
    for await (const { data } of input) {
      const piece = pieceSchema.parse(data);
      for (const clause of clausesOf(spokenText(piece.text))) {
        // Saying a clause blocks this thread. Before the next one everybody else is heard: cancels, pings, other streams.
        await nextTurn();
        signal.throwIfAborted();
        yield* sayClause(speaker, { voice, speed }, course, piece, clause);
      }
      if (!piece.last) continue;
      if (course.phrase === piece.index) yield* pause(course, speed, TAIL_MS);
      yield { data: { phrase: piece.index, done: true }, body: new Uint8Array(0) };
    }
  };

function* sayClause(
  speaker: Speaker,
  { voice, speed }: { voice: EspeakVoice; speed: number },
  course: Course,
  piece: Piece,
  clause: Clause,
): Generator<Chunk> {
  const { samples, words } = speaker(clause.text, voice, speed);
  if (samples.length === 0) return;
  yield* pause(course, speed, course.pauseMs);
  if (course.phrase !== piece.index) Object.assign(course, { phrase: piece.index, samples: 0, begun: 0 });

  const onsets = words.map(({ at, start }) => ({
    origin: clause.origins[Math.min(at, clause.origins.length - 1)]!,
    start,
  }));
  const found = spokenWords(piece.text, onsets, samples.length, course.begun - piece.from);
  const placed = found.map((word) => ({
    from: piece.from + word.from,
    to: piece.from + word.to,
    start: course.samples + word.start,
    end: course.samples + word.end,
  }));
  course.begun = placed.at(-1)?.to ?? course.begun;
  course.pauseMs = clause.pauseMs;
  yield* chunksOf(course, samples, placed);
}

function* pause(course: Course, speed: number, mostMs: number): Generator<Chunk> {
  const ms = Math.min(course.pauseMs, mostMs);
  course.pauseMs -= ms;
  yield* chunksOf(course, new Int16Array(msToSamples(ms / speed)), []);
}

/** The words of a clause go out with its first chunk. */
function* chunksOf(course: Course, samples: Int16Array, words: readonly SpokenWord[]): Generator<Chunk> {
  for (let at = 0; at < samples.length; at += CHUNK_SAMPLES) {
    const part = samples.subarray(at, at + CHUNK_SAMPLES);
    course.samples += part.length;
    yield { data: { phrase: course.phrase, words: at === 0 ? words : [] }, body: pcmBytes(part) };
  }
}
