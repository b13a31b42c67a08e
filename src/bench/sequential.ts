/**
 * The classic pipeline, to compare with: all of what was said, then all of the answer, then all of its sound, then all
 * of its pictures; only then is the first of them shown. The same engines do the work as in the server, each called
 * when the one before has given its last.
 */
import { pino } from 'pino';
import { FACE_FRAME_SAMPLES, Framer, HEARING_RATE, SPEECH_RATE } from '../audio/pcm.js';
import { resampler } from '../audio/resample.js';
import type { Avatar, Engine, EngineContext, FaceEngine, Llm, SttEngine, TtsEngine } from '../engines/contract.js';
import { isSameWording, type Question } from './questions.js';

export interface SequentialEngines {
  readonly stt: SttEngine;
  readonly llm: Engine<Llm>;
  readonly tts: TtsEngine;
  readonly face: FaceEngine;
  readonly avatar: Avatar;
}

/** In the order in which they work. Each is measured by itself; together they are what the caller waits. */
export const STAGES = ['transcript', 'answer', 'speech', 'pictures'] as const;

export interface SequentialTurn {
  readonly question: string;
  readonly transcript: string;
  readonly transcriptIsRight: boolean;
  /** Milliseconds that each stage took. */
  readonly stages: Readonly<Record<(typeof STAGES)[number], number>>;
  /** From the last voiced sample until the first sound and its picture could be shown. */
  readonly totalMs: number;
  readonly audioMs: number;
  readonly pictures: number;
}

/** What a recogniser is given of the quiet room around the voice. */
const BEFORE_MS = 400;
const AFTER_MS = 100;

/**
 * The end of the turn is known at the last voiced sample, for nothing: no real pipeline is told so, and the server's own
 * figure has the wait in it.
 */
export async function sequentialTurn(
  engines: SequentialEngines,
  question: Question,
  signal: AbortSignal,
): Promise<SequentialTurn> {
  const context = { signal, log: pino({ level: 'silent' }), turn: 'sequential' };
  const audio = heardOf(question);
  const clock = stopwatch();
  const transcript = await hear(engines.stt, audio, context);
  clock.lap('transcript');
  const answer = await think(engines.llm, transcript, context);
  clock.lap('answer');
  const speech = await speak(engines.tts, answer, context);
  clock.lap('speech');
  const pictures = await animate(engines, speech, context);
  clock.lap('pictures');
  return {
    question: question.text,
    transcript,
    transcriptIsRight: isSameWording(transcript, question.text),
    ...clock.result(),
    audioMs: Math.round(speech.reduce((sum, { length }) => sum + length, 0) / (SPEECH_RATE / 1000)),
    pictures,
  };
}

function stopwatch() {
  const began = performance.now();
  const laps: Partial<Record<(typeof STAGES)[number], number>> = {};
  let last = began;
  return {
    lap(stage: (typeof STAGES)[number]) {
      laps[stage] = Math.round((performance.now() - last) * 10) / 10;
      last = performance.now();
    },
    result: () => ({
      stages: laps as SequentialTurn['stages'],
      totalMs: Math.round((last - began) * 10) / 10,
    }),
  };
}

export function heardOf({ samples, voiced }: Question): Int16Array {
  const [before, after] = [BEFORE_MS, AFTER_MS].map((ms) => (ms * SPEECH_RATE) / 1000) as [number, number];
  const part = samples.subarray(Math.max(0, voiced.from - before), voiced.to + after);
  return resampler(SPEECH_RATE, HEARING_RATE).push(part);
}

async function hear(stt: SttEngine, audio: Int16Array, context: EngineContext): Promise<string> {
  let words = '';
  for await (const heard of stt.run(only(audio), { language: null, prompt: null }, context)) {
    if (heard.kind === 'final') words = heard.text;
  }
  return words;
}

async function think(llm: Engine<Llm>, words: string, context: EngineContext): Promise<string> {
  const messages = [{ role: 'user' as const, text: words }];
  const request = { messages, tools: [], toolChoice: 'auto' as const, maxTokens: 'inf' as const, presenter: null };
  let text = '';
  for await (const event of llm.run(request, context)) if (event.kind === 'text') text += event.text;
  return text;
}

async function speak(tts: TtsEngine, text: string, context: EngineContext): Promise<Int16Array[]> {
  const pieces: Int16Array[] = [];
  const voice = tts.voices[0]?.id ?? '';
  for await (const { samples } of tts.run(only({ index: 0, text }), { voice, speed: 1 }, context)) pieces.push(samples);
  return pieces;
}

async function animate(
  { face, avatar }: SequentialEngines,
  speech: readonly Int16Array[],
  context: EngineContext,
): Promise<number> {
  let count = 0;
  for await (const _ of face.run(heardByFace(speech), { avatar, base: 0 }, context)) count += 1;
  return count;
}

/** Speech as faces listen to it. */
export async function* heardByFace(speech: readonly Int16Array[]): AsyncGenerator<Int16Array> {
  const frames = new Framer(FACE_FRAME_SAMPLES);
  const toHearing = resampler(SPEECH_RATE, HEARING_RATE);
  for (const piece of speech) yield* frames.push(toHearing.push(piece));
  yield* frames.push(toHearing.flush());
  yield* frames.flush();
}

async function* only<T>(item: T): AsyncGenerator<T> {
  yield item;
}
