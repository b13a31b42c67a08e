/**
 * The voices of this machine: each says ten sentences, and Whisper, if it is here as well, writes down what it heard.
 * Whoever has the weights sees in a minute whether they speak, how well, and how fast.
 */
import { HEARING_RATE, joinedSamples, SPEECH_RATE, samplesToMs } from '../audio/pcm.js';
import { resampler } from '../audio/resample.js';
import type { EngineContext, SttEngine, TtsEngine } from '../engines/contract.js';
import type { Candidate } from '../engines/resilience/line-up.js';
import { untilReady } from '../engines/resilience/until-ready.js';
import { asParleyError, ParleyError } from '../errors.js';
import { type Distribution, distribution } from './statistics.js';
import { wordErrors } from './word-errors.js';

/** Everyday words; no numbers, which may be written in two ways. */
export const SENTENCES = [
  'Good morning, and welcome to our house.',
  'Shall I show you where the meeting is?',
  'The lift is on your left, behind the stairs.',
  'Please take a seat, somebody will be with you soon.',
  'The weather is fine today, but it may rain tonight.',
  'I am sorry, I did not understand that.',
  'Would you like something to drink while you wait?',
  'Our garden is open until the evening.',
  'You can leave your coat with me.',
  'Thank you for coming, and have a safe journey home.',
] as const;

export type SpokenOutcome =
  | {
      readonly kind: 'ran';
      readonly firstMs: Distribution;
      /** Seconds of work for a second of sound. */
      readonly factor: number;
      /** Null: nobody here could write it down. */
      readonly heard: { readonly wrong: number; readonly of: number } | null;
    }
  | { readonly kind: 'skipped'; readonly why: string; readonly enable: string }
  | { readonly kind: 'failed'; readonly code: string; readonly why: string };

export interface LocalVoice {
  /** A voice; or the ear, if it cannot be used. */
  readonly engine: string;
  readonly outcome: SpokenOutcome;
}

type Ran = Extract<SpokenOutcome, { kind: 'ran' }>;
type Failed = Extract<SpokenOutcome, { kind: 'failed' }>;

/** Weights come from a slow disk, and ten sentences from a slow processor. */
const VOICE_MS = 900_000;
/** One is an accident; a process that has died three times while it loads will not speak today. */
const MOST_DEATHS = 3;
/** Of which more words were wrong, nobody can follow. */
const MOST_WRONG = 0.5;

export async function proveVoices(
  voices: readonly Candidate<TtsEngine>[],
  ears: readonly Candidate<SttEngine>[],
  context: EngineContext,
  sentences: readonly string[] = SENTENCES,
): Promise<LocalVoice[]> {
  // Loaded only if somebody will speak.
  const able = voices.some(({ obstacle }) => obstacle === null);
  const [ear] = able ? ears.flatMap(({ obstacle, start }) => (obstacle === null ? start('first') : [])) : [];
  const proved: LocalVoice[] = [];
  try {
    // By itself first, so that no voice is blamed for it.
    const deaf = ear === undefined ? null : await orFailed(context, (inTime) => tryEar(ear, inTime));
    if (ear !== undefined && deaf !== null) proved.push({ engine: ear.name, outcome: deaf });
    const writer = deaf === null ? (ear ?? null) : null;
    for (const { name, obstacle, start } of voices) {
      if (obstacle !== null) proved.push({ engine: name, outcome: { kind: 'skipped', ...obstacle } });
      for (const engine of obstacle === null ? start('first') : []) {
        const outcome = await orFailed(context, (inTime) => tryVoice(engine, writer, sentences, inTime));
        proved.push({ engine: engine.name, outcome });
      }
    }
  } finally {
    await ear?.close();
  }
  return proved;
}

async function orFailed<T>(context: EngineContext, work: (inTime: EngineContext) => Promise<T>): Promise<T | Failed> {
  const late = AbortSignal.timeout(VOICE_MS);
  try {
    return await work({ ...context, signal: AbortSignal.any([context.signal, late]) });
  } catch (thrown) {
    context.signal.throwIfAborted();
    const took = `It took more than ${VOICE_MS / 60_000} minutes.`;
    const { code, message } = late.aborted ? new ParleyError('deadline', took) : asParleyError(thrown);
    return { kind: 'failed', code, why: message };
  }
}

/** Whatever it takes a tone for: silence it might not even listen to. */
async function tryEar(ear: SttEngine, context: EngineContext): Promise<null> {
  await untilReady(ear, context.signal, MOST_DEATHS);
  const tone = Int16Array.from({ length: SPEECH_RATE }, (_, n) => 8000 * Math.sin(n / 10));
  await writeDown(ear, tone, context);
  return null;
}

async function tryVoice(
  engine: TtsEngine,
  ear: SttEngine | null,
  sentences: readonly string[],
  context: EngineContext,
): Promise<Ran> {
  try {
    await untilReady(engine, context.signal, MOST_DEATHS);
    const ran = await say(engine, ear, sentences, context);
    const { heard } = ran;
    if (heard === null || heard.wrong <= MOST_WRONG * heard.of) return ran;
    throw new ParleyError('engine_failed', `More than half of it was not understood: ${figures(ran)}.`);
  } finally {
    await engine.close();
  }
}

/** What was measured, as a person reads it. */
export function figures({ firstMs, factor, heard }: Ran): string {
  const first = `first sound p50 ${Math.round(firstMs.p50)} ms, p95 ${Math.round(firstMs.p95)} ms`;
  const speed = `real-time factor ${factor.toFixed(2)}`;
  const words =
    heard === null
      ? 'nobody here writes it down  ->  npm run setup:local whisper'
      : `${((100 * heard.wrong) / heard.of).toFixed(1)} % of ${heard.of} words wrong`;
  return `${first}, ${speed}, ${words}`;
}

async function say(
  engine: TtsEngine,
  ear: SttEngine | null,
  sentences: readonly string[],
  context: EngineContext,
): Promise<Ran> {
  const firsts: number[] = [];
  const heard = { wrong: 0, of: 0 };
  let [workMs, soundMs] = [0, 0];
  for (const text of sentences) {
    const spoken = await sayOne(engine, text, context);
    if (spoken.firstMs === null) throw new ParleyError('tts_failed', `It said nothing of "${text}".`);
    firsts.push(spoken.firstMs);
    workMs += spoken.wholeMs;
    soundMs += samplesToMs(spoken.samples.length, SPEECH_RATE);
    if (ear === null) continue;
    const { wrong, of } = wordErrors(text, await writeDown(ear, spoken.samples, context));
    heard.wrong += wrong;
    heard.of += of;
  }
  return { kind: 'ran', firstMs: distribution(firsts)!, factor: workMs / soundMs, heard: ear === null ? null : heard };
}

async function sayOne(engine: TtsEngine, text: string, context: EngineContext) {
  const began = performance.now();
  let firstMs: number | null = null;
  const pieces: Int16Array[] = [];
  const options = { voice: engine.voices[0]?.id ?? '', speed: 1 };
  for await (const { samples } of engine.run(only({ index: 0, text }), options, context)) {
    if (samples.length > 0) firstMs ??= performance.now() - began;
    pieces.push(samples);
  }
  return { firstMs, wholeMs: performance.now() - began, samples: joinedSamples(pieces) };
}

async function writeDown(ear: SttEngine, samples: Int16Array, context: EngineContext): Promise<string> {
  const resample = resampler(SPEECH_RATE, HEARING_RATE);
  const audio = joinedSamples([resample.push(samples), resample.flush()]);
  let words = '';
  for await (const heard of ear.run(only(audio), { language: 'en', prompt: null }, context)) {
    if (heard.kind === 'final') words = heard.text;
  }
  return words;
}

async function* only<T>(item: T): AsyncGenerator<T> {
  yield item;
}
