/** One spoken turn through every engine that needs a key or weights, stage by stage, with what each took and used. */
import { HEARING_RATE, samplesToMs } from '../audio/pcm.js';
import type { Avatar, Engine, EngineContext, FaceEngine, Llm, SttEngine, TtsEngine } from '../engines/contract.js';
import type { Candidate } from '../engines/resilience/line-up.js';
import { asParleyError, ParleyError } from '../errors.js';
import { redacted } from '../secrets.js';
import type { Prices } from './live-options.js';
import { isSameWording, type Question } from './questions.js';
import { heardByFace, heardOf } from './sequential.js';
import { ANSWER } from './vendor-profile.js';

export type StageName = 'transcript' | 'answer' | 'speech' | 'pictures';

export type Outcome =
  /** `firstMs`: until the first word, sound or picture; `wholeMs`: until all of it. */
  | {
      readonly kind: 'ran';
      readonly firstMs: number;
      readonly wholeMs: number;
      readonly gave: string;
      readonly used: Used;
    }
  | { readonly kind: 'skipped'; readonly why: string; readonly enable: string | null }
  | { readonly kind: 'failed'; readonly code: string; readonly why: string };

/** In the units in which vendors have their prices, and as they are counted. */
export type Used = Readonly<Partial<Record<keyof Prices, number>>>;

export interface LiveStage {
  readonly stage: StageName;
  readonly engine: string;
  readonly outcome: Outcome;
}

export interface LiveCandidates {
  readonly stt: readonly Candidate<SttEngine>[];
  readonly llm: readonly Candidate<Engine<Llm>>[];
  readonly tts: readonly Candidate<TtsEngine>[];
  readonly face: readonly Candidate<FaceEngine>[];
  /** Null: none has been drawn. */
  readonly avatar: Avatar | null;
}

/** The longest that one engine is waited for. */
const STAGE_MS = 60_000;

export async function runStages(
  { stt, llm, tts, face, avatar }: LiveCandidates,
  question: Question,
  keys: readonly string[],
  context: EngineContext,
): Promise<LiveStage[]> {
  const eachEngine = inTurn(keys, context);
  let words = question.text;
  let answer = ANSWER;
  const heard = await eachEngine('transcript', stt, async (engine, inTime) => {
    const run = await transcribe(engine, question, inTime);
    words = run.text === '' ? words : run.text;
    return run.outcome;
  });
  const thought = await eachEngine('answer', llm, async (engine, inTime) => {
    const run = await think(engine, words, inTime);
    answer = run.text === '' ? answer : run.text;
    return run.outcome;
  });
  let sound: readonly Int16Array[] | null = null;
  const spoken = await eachEngine('speech', tts, async (engine, inTime) => {
    const run = await speak(engine, answer, inTime);
    sound ??= run.pieces;
    return run.outcome;
  });
  const seen = await eachEngine('pictures', face, async (engine, inTime) => {
    if (avatar === null) return NO_AVATAR;
    return sound === null ? NO_SOUND : await animate(engine, avatar, sound, inTime);
  });
  return [...heard, ...thought, ...spoken, ...seen];
}

const NO_AVATAR: Outcome = { kind: 'skipped', why: 'no avatar has been drawn yet', enable: 'npm start' };
const NO_SOUND: Outcome = { kind: 'skipped', why: 'nothing was spoken that it could follow', enable: null };

/** Tries one engine after another, and closes each behind it. */
function inTurn(keys: readonly string[], context: EngineContext) {
  return async <E extends Engine<unknown>>(
    stage: StageName,
    candidates: readonly Candidate<E>[],
    run: (engine: E, context: EngineContext) => Promise<Outcome>,
  ): Promise<LiveStage[]> => {
    const stages: LiveStage[] = [];
    for (const { name, obstacle, start } of candidates) {
      if (obstacle !== null) stages.push({ stage, engine: name, outcome: { kind: 'skipped', ...obstacle } });
      for (const engine of obstacle === null ? start('first') : []) {
        stages.push({ stage, engine: engine.name, outcome: await tried(engine, run, keys, context) });
        await engine.close();
      }
    }
    return stages;
  };
}

async function tried<E extends Engine<unknown>>(
  engine: E,
  run: (engine: E, context: EngineContext) => Promise<Outcome>,
  keys: readonly string[],
  context: EngineContext,
): Promise<Outcome> {
  const late = AbortSignal.timeout(STAGE_MS);
  const signal = AbortSignal.any([context.signal, late]);
  try {
    await engine.probe?.(signal);
    return await run(engine, { ...context, signal });
  } catch (thrown) {
    context.signal.throwIfAborted();
    const took = `It took more than ${STAGE_MS / 1000} s.`;
    const { code, message } = late.aborted ? new ParleyError('deadline', took) : asParleyError(thrown);
    return { kind: 'failed', code, why: redacted(message, keys) };
  }
}

async function transcribe(engine: SttEngine, question: Question, context: EngineContext) {
  const audio = heardOf(question);
  const clock = firstAndWhole();
  let text = '';
  for await (const heard of engine.run(only(audio), { language: null, prompt: null }, context)) {
    clock.first();
    if (heard.kind === 'final') text = heard.text;
  }
  const gave = `"${text}"${isSameWording(text, question.text) ? '' : `, where "${question.text}" was said`}`;
  const used = { minute: samplesToMs(audio.length, HEARING_RATE) / 60_000 };
  return { text, outcome: ran(clock, gave, used) };
}

async function think(engine: Engine<Llm>, words: string, context: EngineContext) {
  const request = { messages: [{ role: 'user' as const, text: words }], tools: [], toolChoice: 'auto' as const };
  const clock = firstAndWhole();
  let text = '';
  let used: Used = {};
  for await (const event of engine.run({ ...request, maxTokens: 100, presenter: null }, context)) {
    if (event.kind === 'usage') used = { input: event.inputTokens / 1e6, output: event.outputTokens / 1e6 };
    if (event.kind !== 'text') continue;
    clock.first();
    text += event.text;
  }
  if (text.trim() === '') throw new ParleyError('vendor_broken', `${engine.name} gave an answer without words.`);
  return { text, outcome: ran(clock, `${text.length} characters`, used) };
}

async function speak(engine: TtsEngine, text: string, context: EngineContext) {
  const voice = engine.voices[0]?.id ?? '';
  const clock = firstAndWhole();
  const pieces: Int16Array[] = [];
  for await (const { samples } of engine.run(only({ index: 0, text }), { voice, speed: 1 }, context)) {
    if (samples.length > 0) clock.first();
    pieces.push(samples);
  }
  const samples = pieces.reduce((sum, { length }) => sum + length, 0);
  const gave = `${(samplesToMs(samples) / 1000).toFixed(1)} s of sound`;
  return { pieces, outcome: ran(clock, gave, { characters: text.length / 1000 }) };
}

async function animate(
  engine: FaceEngine,
  avatar: Avatar,
  sound: readonly Int16Array[],
  context: EngineContext,
): Promise<Outcome> {
  const clock = firstAndWhole();
  let pictures = 0;
  for await (const _ of engine.run(heardByFace(sound), { avatar, base: 0 }, context)) {
    clock.first();
    pictures += 1;
  }
  if (pictures === 0) throw new ParleyError('face_failed', `${engine.name} gave no picture.`);
  return ran(clock, `${pictures} pictures`, {});
}

function ran({ times }: ReturnType<typeof firstAndWhole>, gave: string, used: Used): Outcome {
  return { kind: 'ran', ...times(), gave, used };
}

function firstAndWhole() {
  const began = performance.now();
  let firstMs: number | null = null;
  const passed = () => Math.round(performance.now() - began);
  return {
    first() {
      firstMs ??= passed();
    },
    times() {
      const wholeMs = passed();
      return { firstMs: firstMs ?? wholeMs, wholeMs };
    },
  };
}

async function* only<T>(item: T): AsyncGenerator<T> {
  yield item;
}
