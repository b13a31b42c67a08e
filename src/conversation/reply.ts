/**
 * One reply: think -> phrases -> speak -> animate -> paired frames. Four pumps run beside each other, each one `for
 * await` into a bounded queue; a reader who takes frames slowly slows them all, and one signal ends them all.
 *
 * What is lost on the way degrades the reply instead of ending it: without a face the voice goes on, without a voice
 * the text does. When the model fails in the middle, what it had said is still spoken, and then the reply fails.
 */
import { FACE_FRAME_SAMPLES, FRAME_MS, FRAME_SAMPLES, Framer, HEARING_RATE, SPEECH_RATE } from '../audio/pcm.js';
import { resampler } from '../audio/resample.js';
import type {
  Avatar,
  Engine,
  EngineContext,
  FaceEngine,
  Llm,
  LlmEvent,
  LlmRequest,
  SpeechOptions,
  TtsEngine,
} from '../engines/contract.js';
import { asParleyError, ParleyError } from '../errors.js';
import { Queue, within } from '../flow.js';
import { type PairedFrame, PictureShelf, pair } from './pairing.js';
import type { SpeakablePhrase } from './phrases.js';
import { speakable } from './speakable.js';
import { addSpeech, type Spoken, type TimedWord } from './spoken.js';

/** Speech that may be ready before it is due: enough to ride out a slow moment, little enough to throw away. */
const AHEAD_MS = 5000;
/** Pieces of text that may wait for the voice; a model is never slowed down by a normal answer. */
const AHEAD_PIECES = 1024;
/** Engines end within 200 ms of an abort; past this, one of them is broken and is not waited for. */
const LAST_WORDS_MS = 1000;

export interface ReplyEngines {
  readonly llm: Engine<Llm>;
  readonly tts: TtsEngine | null;
  readonly face: FaceEngine | null;
}

export interface ReplyRequest {
  readonly llm: LlmRequest;
  /** Null: the answer is wanted as text. */
  readonly speech: SpeechOptions | null;
  /** `base` is asked when the first sound is there: which base picture will the caller see at that moment? */
  readonly face: { readonly avatar: Avatar; readonly base: () => number } | null;
}

export type ReplyEvent =
  | LlmEvent
  | { readonly kind: 'words'; readonly words: readonly TimedWord[] }
  | ({ readonly kind: 'frame' } & PairedFrame)
  /** From here on the reply goes without this. */
  | { readonly kind: 'degraded'; readonly lost: 'voice' | 'face'; readonly error: ParleyError };

/** What the pumps of one reply share. */
interface Stage {
  readonly context: EngineContext;
  readonly out: Queue<ReplyEvent>;
  readonly spoken: Spoken;
}

/** `spoken` grows while the events are read; the history is cut by it. */
export async function* reply(
  engines: ReplyEngines,
  request: ReplyRequest,
  outer: EngineContext,
  spoken: Spoken,
): AsyncGenerator<ReplyEvent, void, undefined> {
  const left = new AbortController();
  const signal = AbortSignal.any([outer.signal, left.signal]);
  const out = new Queue<ReplyEvent>(AHEAD_MS, (event) => (event.kind === 'frame' ? FRAME_MS : 1));
  const stage: Stage = { context: { ...outer, signal }, out, spoken };
  const texts = new Queue<string>(AHEAD_PIECES);
  const voice = request.speech === null ? null : engines.tts;

  const onAbort = () => {
    out.fail(signal.reason);
    texts.fail(signal.reason);
  };
  signal.addEventListener('abort', onAbort, { once: true });
  const thinking = think(stage, engines.llm, request.llm, voice === null ? null : texts);
  const performing =
    voice === null || request.speech === null
      ? Promise.resolve()
      : perform(stage, voice, request.speech, texts, engines.face, request.face).catch((error) => {
          // Nobody reads the model's text any more, so the model must not go on waiting for room.
          left.abort(error);
          throw error;
        });
  const ended = Promise.allSettled([thinking, performing]).finally(() => out.close());
  try {
    yield* out;
    await thinking;
    await performing;
  } finally {
    left.abort(new ParleyError('turn_cancelled'));
    signal.removeEventListener('abort', onAbort);
    await within(ended, LAST_WORDS_MS, 'engine_failed', 'An engine did not end within a second of its signal.');
  }
}

/** The model's pieces: to the caller as they come, and to the voice. */
async function think(stage: Stage, llm: Engine<Llm>, request: LlmRequest, texts: Queue<string> | null): Promise<void> {
  const { signal } = stage.context;
  try {
    for await (const event of llm.run(request, stage.context)) {
      if (event.kind === 'text') {
        stage.spoken.text += event.text;
        await stage.out.push(event, signal);
        await texts?.push(event.text, signal);
      } else {
        await stage.out.push(event, signal);
      }
    }
  } finally {
    texts?.close();
  }
}

/** Voice and face of the reply, and their frames in step. */
async function perform(
  stage: Stage,
  tts: TtsEngine,
  options: SpeechOptions,
  texts: Queue<string>,
  face: FaceEngine | null,
  look: ReplyRequest['face'],
): Promise<void> {
  const { signal } = stage.context;
  const heard = new Queue<Int16Array>(AHEAD_MS, () => FRAME_MS);
  const seen = new Queue<Int16Array>(AHEAD_MS, () => FRAME_MS);
  const shelf = new PictureShelf();
  const onAbort = () => {
    heard.fail(signal.reason);
    seen.fail(signal.reason);
  };
  signal.addEventListener('abort', onAbort, { once: true });
  const curtain = new AbortController();
  const faceless = face === null || look === null;
  if (faceless) {
    shelf.close();
    seen.close();
  }
  const animating = faceless ? Promise.resolve() : animate(stage, face, look, seen, shelf, curtain.signal);
  try {
    await Promise.all([speak(stage, tts, options, texts, heard, seen), release(stage, heard, shelf)]);
  } finally {
    // All has been released: a face that hangs must not keep the reply from ending.
    curtain.abort(new ParleyError('face_failed', 'The reply was over before the face was.'));
    signal.removeEventListener('abort', onAbort);
    await animating.catch(() => {});
  }
}

/** Phrases into speech, cut into frames: once for the ear, once (at 16 kHz) for the face. */
async function speak(
  stage: Stage,
  tts: TtsEngine,
  options: SpeechOptions,
  texts: Queue<string>,
  heard: Queue<Int16Array>,
  seen: Queue<Int16Array>,
): Promise<void> {
  const { signal } = stage.context;
  const phrases = new Map<number, SpeakablePhrase>();
  const frames = new Framer(FRAME_SAMPLES);
  const toHearing = resampler(SPEECH_RATE, HEARING_RATE);
  const faceFrames = new Framer(FACE_FRAME_SAMPLES);
  const sound = async (samples: Int16Array) => {
    for (const frame of faceFrames.push(toHearing.push(samples))) await seen.push(frame, signal);
    for (const frame of frames.push(samples)) await heard.push(frame, signal);
  };
  try {
    let current = -1;
    for await (const speech of tts.run(speakable(texts, phrases, signal), options, stage.context)) {
      const words = addSpeech(stage.spoken, phrases.get(speech.phrase)!, speech.phrase !== current, speech);
      current = speech.phrase;
      if (words.length > 0) await stage.out.push({ kind: 'words', words }, signal);
      await sound(speech.samples);
    }
    for (const frame of faceFrames.push(toHearing.flush())) await seen.push(frame, signal);
    for (const frame of faceFrames.flush()) await seen.push(frame, signal);
    for (const frame of frames.flush()) await heard.push(frame, signal);
  } catch (thrown) {
    if (signal.aborted) throw signal.reason;
    await stage.out.push({ kind: 'degraded', lost: 'voice', error: asParleyError(thrown, 'tts_failed') }, signal);
    // The model goes on writing; nobody speaks it, and it must not wait for a voice that is gone.
    texts.close();
  } finally {
    heard.close();
    seen.close();
  }
}

async function animate(
  stage: Stage,
  face: FaceEngine,
  look: NonNullable<ReplyRequest['face']>,
  seen: Queue<Int16Array>,
  shelf: PictureShelf,
  curtain: AbortSignal,
): Promise<void> {
  const { signal } = stage.context;
  const context = { ...stage.context, signal: AbortSignal.any([signal, curtain]) };
  try {
    const frames = seen[Symbol.asyncIterator]();
    const first = await frames.next();
    if (first.done === true) return;
    const options = { avatar: look.avatar, base: look.base() };
    for await (const picture of face.run(startingWith(first.value, frames), options, context)) shelf.put(picture);
  } catch (thrown) {
    if (signal.aborted) throw signal.reason;
    if (curtain.aborted) return;
    await stage.out.push({ kind: 'degraded', lost: 'face', error: asParleyError(thrown, 'face_failed') }, signal);
  } finally {
    shelf.close();
    // A face that ended early leaves frames behind; dropping them frees the voice that would wait for room.
    seen.close();
  }
}

async function* startingWith<T>(first: T, rest: AsyncGenerator<T>): AsyncGenerator<T, void, undefined> {
  yield first;
  yield* rest;
}

async function release(stage: Stage, heard: Queue<Int16Array>, shelf: PictureShelf): Promise<void> {
  const { signal } = stage.context;
  for await (const frame of pair(heard, shelf, signal)) await stage.out.push({ kind: 'frame', ...frame }, signal);
}
