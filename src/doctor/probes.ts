/** One sentence through an engine that runs here, by the same code as a caller's, with a clock beside it. */
import { randomUUID } from 'node:crypto';
import type { Logger } from 'pino';
import { FACE_FRAME_SAMPLES, HEARING_RATE, PICTURES_PER_SECOND, SPEECH_RATE } from '../audio/pcm.js';
import type {
  Avatar,
  EndOfTurnEngine,
  Engine,
  EngineContext,
  FaceEngine,
  SttEngine,
  TtsEngine,
} from '../engines/contract.js';
import { untilReady } from '../engines/resilience/until-ready.js';

export interface Probing {
  readonly log: Logger;
  readonly signal: AbortSignal;
  /** At HEARING_RATE; what recognisers are given. */
  readonly recording: Int16Array;
  /** Whom faces are tried with; null: there is nobody who was filmed. */
  readonly filmed: Avatar | null;
}

const SENTENCE = 'Good morning. Shall I show you where the meeting is?';
/** 100 ms: as pieces of sound come from a caller. */
const PIECE = HEARING_RATE / 10;

/** Loading, then one sentence said. */
export async function speak(start: () => TtsEngine, { log, signal }: Probing): Promise<string> {
  return withEngine(start, signal, async (engine) => {
    const asked = performance.now();
    let first: number | null = null;
    let samples = 0;
    const options = { voice: engine.voices[0]?.id ?? '', speed: 1 };
    for await (const said of engine.run(sentence(), options, contextOf(log, signal))) {
      if (said.samples.length > 0) first ??= performance.now();
      samples += said.samples.length;
    }
    if (first === null) throw new Error('it said nothing');
    return `first sound after ${seconds(first - asked)}, ${factor(performance.now() - asked, samples / SPEECH_RATE)}`;
  });
}

/** Loading, then one recording heard, at once instead of as it was spoken. */
export async function hear(start: () => SttEngine, { log, signal, recording }: Probing): Promise<string> {
  return withEngine(start, signal, async (engine) => {
    const asked = performance.now();
    let words = '';
    const options = { language: null, prompt: null };
    for await (const heard of engine.run(pieces(recording), options, contextOf(log, signal))) {
      words = heard.kind === 'unclear' ? 'nothing that it is sure of' : `"${heard.text}"`;
    }
    const took = performance.now() - asked;
    return `heard ${words} in ${seconds(took)}, ${factor(took, recording.length / HEARING_RATE)}`;
  });
}

/** One recording judged. The engine was loaded, and run once, when it was found. */
export async function judge(start: () => EndOfTurnEngine, { log, signal, recording }: Probing): Promise<string> {
  const engine = start();
  try {
    const asked = performance.now();
    const probability = await engine.run(recording, contextOf(log, signal));
    const share = Math.round(100 * probability);
    return `takes a question for the end of a turn with ${share} %, in ${seconds(performance.now() - asked)}`;
  } finally {
    await engine.close();
  }
}

/** Loading, then the recording drawn, as fast as it can be. */
export async function draw(start: () => FaceEngine, { log, signal, recording, filmed }: Probing): Promise<string> {
  return withEngine(start, signal, async (engine) => {
    if (filmed === null) return 'nothing was drawn, because no avatar here was filmed';
    const asked = performance.now();
    let first: number | null = null;
    let pictures = 0;
    for await (const _ of engine.run(frames(recording), { avatar: filmed, base: 0 }, contextOf(log, signal))) {
      first ??= performance.now();
      pictures += 1;
    }
    if (first === null) throw new Error('it drew nothing');
    const factored = factor(performance.now() - asked, pictures / PICTURES_PER_SECOND);
    return `first picture of ${filmed.id} after ${seconds(first - asked)}, ${factored}`;
  });
}

async function withEngine<E extends Engine<unknown>>(
  start: () => E,
  signal: AbortSignal,
  use: (engine: E) => Promise<string>,
): Promise<string> {
  const began = performance.now();
  const engine = start();
  try {
    // Here the first death of a process is the answer.
    await untilReady(engine, signal, 1);
    const loaded = performance.now() - began;
    return `loaded in ${seconds(loaded)}; ${await use(engine)}`;
  } finally {
    await engine.close();
  }
}

const contextOf = (log: Logger, signal: AbortSignal): EngineContext => ({
  log,
  signal,
  turn: `doctor-${randomUUID()}`,
});

async function* sentence() {
  yield { index: 0, text: SENTENCE };
}

async function* pieces(recording: Int16Array): AsyncGenerator<Int16Array> {
  for (let at = 0; at < recording.length; at += PIECE) yield recording.subarray(at, at + PIECE);
}

/** Whole ones only. */
async function* frames(recording: Int16Array): AsyncGenerator<Int16Array> {
  for (let at = 0; at + FACE_FRAME_SAMPLES <= recording.length; at += FACE_FRAME_SAMPLES) {
    yield recording.subarray(at, at + FACE_FRAME_SAMPLES);
  }
}

const seconds = (ms: number): string => `${(ms / 1000).toFixed(2)} s`;

/** Below 1 it is faster than the sound lasts. */
const factor = (ms: number, ofSeconds: number): string => `real-time factor ${(ms / 1000 / ofSeconds).toFixed(2)}`;
