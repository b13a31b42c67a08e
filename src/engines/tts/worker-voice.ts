/**
 * A voice whose synthesiser lives in a worker process with a method `speak`: phrases go there in pieces and come back as
 * sound. What is special about a provider stays with it: how its process is started, and which voices it has.
 */
import { z } from 'zod';
import { pcmSamples } from '../../audio/pcm.js';
import { ParleyError } from '../../errors.js';
import { within } from '../../flow.js';
import { Credit } from '../../workers/outflow.js';
import type { Chunk, Worker } from '../../workers/process.js';
import type { Phrase, Speech, SpeechOptions, Tts } from '../contract.js';

/** One phrase is heard while the next one is synthesised. */
export const READ_AHEAD = 2;
/** How long a turn waits for a voice that is being started. */
const BACK_MS = 2000;
/** The most that goes to the worker in one message; a longer phrase goes in pieces. */
const LONGEST_PIECE = 1000;

const SLOWEST = 0.25;
const FASTEST = 1.5;

const word = z.strictObject({ from: z.int(), to: z.int(), start: z.int(), end: z.int() });
const answerSchema = z.union([
  z.strictObject({ phrase: z.int(), words: z.array(word) }),
  z.strictObject({ phrase: z.int(), done: z.literal(true) }),
]);

/**
 * `voiceOf` checks the caller's wish, and gives what the worker is told: throws unknown_voice if there is none. `pace` is
 * how fast the voice is at what a session calls 1.
 */
export function speakingBy(worker: Worker, voiceOf: (voice: string) => string, pace = 1): Tts {
  return async function* run(phrases, options, context): AsyncGenerator<Speech, void, undefined> {
    const speed = Math.min(FASTEST, Math.max(SLOWEST, checkedSpeed(options) * pace));
    const params = { voice: voiceOf(options.voice), speed };
    await untilBack(worker, context.signal);
    const room = new Credit();
    room.grant(READ_AHEAD);
    const input = pieces(phrases, room, context.signal);
    for await (const { data, body } of worker.open({ method: 'speak', params, input, signal: context.signal })) {
      const answer = parsed(worker.name, data);
      if ('done' in answer) room.grant(1);
      else yield { phrase: answer.phrase, samples: pcmSamples(body), words: answer.words };
    }
  };
}

/** After a crash it is often back in half a second: a pause is better than an answer without its voice. */
export async function untilBack(worker: Worker, signal: AbortSignal): Promise<void> {
  if (worker.health() === 'up') return;
  await within(worker.ready(signal), BACK_MS, 'worker_unavailable', 'The voice is not back yet.');
}

export const noSuchVoice = (voice: string, known: readonly string[]): ParleyError =>
  new ParleyError('unknown_voice', `There is no voice "${voice}"; there are ${known.join(', ')}.`, { param: 'voice' });

function parsed(name: string, data: Record<string, unknown>): z.infer<typeof answerSchema> {
  const { success, data: answer, error } = answerSchema.safeParse(data);
  if (!success) throw new ParleyError('worker_broken', `${name}: ${z.prettifyError(error)}`);
  return answer;
}

function checkedSpeed({ speed }: SpeechOptions): number {
  if (speed >= SLOWEST && speed <= FASTEST) return speed;
  throw new ParleyError('invalid_value', `speed is ${speed}; it goes from 0.25 to 1.5.`, { param: 'speed' });
}

/** Takes a phrase only when there is room for it: `done` of an earlier one makes some. */
async function* pieces(phrases: AsyncIterable<Phrase>, room: Credit, signal: AbortSignal): AsyncGenerator<Chunk> {
  await room.take(signal);
  for await (const { index, text } of phrases) {
    let from = 0;
    do {
      const to = pieceEnd(text, from);
      const data = { index, from, text: text.slice(from, to), last: to === text.length };
      yield { data, body: new Uint8Array(0) };
      from = to;
    } while (from < text.length);
    await room.take(signal);
  }
}

/** At a blank if there is one, so that no word is cut. */
function pieceEnd(text: string, from: number): number {
  if (text.length - from <= LONGEST_PIECE) return text.length;
  const blank = text.lastIndexOf(' ', from + LONGEST_PIECE - 1);
  return blank > from ? blank + 1 : from + LONGEST_PIECE;
}
