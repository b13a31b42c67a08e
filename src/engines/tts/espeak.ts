/**
 * The embedded voice: espeak-ng in its own process (espeak-worker.ts), which needs no key, no GPU and no network. Pure
 * JavaScript on this side; without the optional package the engine says so and names the line that installs it.
 */
import type { Logger } from 'pino';
import { z } from 'zod';
import { pcmSamples } from '../../audio/pcm.js';
import { ParleyError } from '../../errors.js';
import { within } from '../../flow.js';
import { Credit } from '../../workers/outflow.js';
import { type Chunk, startWorker } from '../../workers/process.js';
import type { EngineContext, Phrase, Speech, SpeechOptions, TtsEngine } from '../contract.js';
import { espeakVoices } from './espeak-voices.js';

export interface EspeakOptions {
  /** dist/engines/tts/espeak-worker.js */
  readonly workerFile: string;
  readonly log: Logger;
  readonly signal?: AbortSignal;
}

/** One phrase is heard while the next one is synthesised. */
const READ_AHEAD = 2;
/** How long a turn waits for a voice that is being started. */
const BACK_MS = 2000;
/** The most that goes to the worker in one message; a longer phrase goes in pieces. */
const LONGEST_PIECE = 1000;

const word = z.strictObject({ from: z.int(), to: z.int(), start: z.int(), end: z.int() });
const answerSchema = z.union([
  z.strictObject({ phrase: z.int(), words: z.array(word) }),
  z.strictObject({ phrase: z.int(), done: z.literal(true) }),
]);

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

  async function* run(
    phrases: AsyncIterable<Phrase>,
    options: SpeechOptions,
    context: EngineContext,
  ): AsyncGenerator<Speech, void, undefined> {
    const params = checked(options);
    // After a crash it is back in about half a second: a pause is better than an answer without its voice.
    if (worker.health() !== 'up') {
      await within(worker.ready(context.signal), BACK_MS, 'worker_unavailable', 'The voice is not back yet.');
    }
    const room = new Credit();
    room.grant(READ_AHEAD);
    const input = pieces(phrases, room, context.signal);
    for await (const { data, body } of worker.open({ method: 'speak', params, input, signal: context.signal })) {
      const answer = parsed(data);
      if ('done' in answer) room.grant(1);
      else yield { phrase: answer.phrase, samples: pcmSamples(body), words: answer.words };
    }
  }

  return {
    name: 'espeak',
    run,
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

function parsed(data: Record<string, unknown>): z.infer<typeof answerSchema> {
  const { success, data: answer, error } = answerSchema.safeParse(data);
  if (!success) throw new ParleyError('worker_broken', `espeak: ${z.prettifyError(error)}`);
  return answer;
}

function checked({ voice, speed }: SpeechOptions): Record<string, unknown> {
  if (!espeakVoices.some(({ id }) => id === voice)) {
    const known = espeakVoices.map(({ id }) => id).join(', ');
    throw new ParleyError('unknown_voice', `There is no voice "${voice}"; there are ${known}.`, { param: 'voice' });
  }
  if (!(speed >= 0.25 && speed <= 1.5)) {
    throw new ParleyError('invalid_value', `speed is ${speed}; it goes from 0.25 to 1.5.`, { param: 'speed' });
  }
  return { voice, speed };
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
