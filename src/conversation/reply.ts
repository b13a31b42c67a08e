/**
 * One reply: think -> phrases -> speak -> animate -> paired frames. Three pumps run beside each other, each one `for
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
import { merge, orLate, Queue } from '../flow.js';
import type { Observer } from '../observe/observer.js';
import { type HeardFrame, PictureShelf, pair, type Released } from './pairing.js';
import type { SpeakablePhrase } from './phrases.js';
import { speakable } from './speakable.js';
import { addAside, addSpeech, type Spoken, type TimedWord } from './spoken.js';
import { type Piece, type StandbyLines, think } from './thinking.js';

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
  /** Told of the turns for which they work. */
  readonly observer?: Observer;
}

export interface ReplyRequest {
  readonly llm: LlmRequest | Promise<LlmRequest>;
  /** Null: the answer is wanted as text. */
  readonly speech: SpeechOptions | null;
  /** `base` is asked when the first sound is there: which base picture will the caller see at that moment? */
  readonly face: { readonly avatar: Avatar; readonly base: () => Promise<number> } | null;
  /** What is said where the model is late, or cannot answer; null: nothing. */
  readonly standby: StandbyLines | null;
  /** Resolves when this frame may leave. Only frames wait for it; text does not. */
  readonly due: (index: number) => Promise<void>;
}

/** What happens beside the frames, as soon as it happens. */
type Note =
  | LlmEvent
  /** From here on the reply goes without this. */
  | { readonly kind: 'degraded'; readonly lost: 'voice' | 'face'; readonly error: ParleyError };

export type ReplyEvent = Note | Released;

/** What the pumps of one reply share. */
interface Stage {
  readonly context: EngineContext;
  readonly spoken: Spoken;
  readonly notes: Queue<Note>;
  readonly texts: Queue<Piece>;
  readonly heard: Queue<HeardFrame>;
  readonly seen: Queue<Int16Array>;
  readonly shelf: PictureShelf;
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
  const stage = setStage({ ...outer, signal }, spoken);
  const { notes, texts, heard, seen } = stage;
  const onAbort = () => {
    for (const queue of [notes, texts, heard, seen]) queue.fail(signal.reason);
  };
  signal.addEventListener('abort', onAbort, { once: true });

  const thinking = think(stage, engines.llm, request.llm, request.standby);
  const speaking = speak(stage, request.speech === null ? null : engines.tts, request.speech);
  const animating = animate(stage, engines.face, request.face);
  const ended = Promise.allSettled([thinking, speaking, animating]);
  void Promise.allSettled([thinking, speaking]).then(() => notes.close());
  try {
    yield* merge(notes, pair(heard, stage.shelf, request.due, signal));
    await Promise.all([thinking, speaking]);
  } finally {
    // Everything has been released, or nobody wants it: a face that hangs must not keep the reply from ending.
    left.abort(new ParleyError('turn_cancelled'));
    signal.removeEventListener('abort', onAbort);
    if ((await orLate(ended, LAST_WORDS_MS)) === 'late') outer.log.error('an engine goes on after its signal aborted');
  }
}

function setStage(context: EngineContext, spoken: Spoken): Stage {
  return {
    context,
    spoken,
    notes: new Queue(AHEAD_PIECES),
    texts: new Queue(AHEAD_PIECES),
    heard: new Queue(AHEAD_MS, () => FRAME_MS),
    seen: new Queue(AHEAD_MS, () => FRAME_MS),
    shelf: new PictureShelf(),
  };
}

/** Phrases into speech, cut into frames: once for the ear, once (at 16 kHz) for the face. */
async function speak(stage: Stage, tts: TtsEngine | null, options: SpeechOptions | null): Promise<void> {
  const { context, notes, texts, heard, seen } = stage;
  const { signal } = context;
  try {
    if (tts !== null && options !== null) await speakAll(stage, tts, options);
  } catch (thrown) {
    if (signal.aborted) throw signal.reason;
    await notes.push({ kind: 'degraded', lost: 'voice', error: asParleyError(thrown, 'tts_failed') }, signal);
  } finally {
    // The model may go on writing; nobody speaks it, and it must not wait for a voice that is not there.
    texts.close();
    heard.close();
    seen.close();
  }
}

async function speakAll(stage: Stage, tts: TtsEngine, options: SpeechOptions): Promise<void> {
  const { context, spoken, texts, heard, seen } = stage;
  const { signal } = context;
  const phrases = new Map<number, SpeakablePhrase>();
  const frames = new Framer(FRAME_SAMPLES);
  const faceFrames = new Framer(FACE_FRAME_SAMPLES);
  const toHearing = resampler(SPEECH_RATE, HEARING_RATE);
  let words: TimedWord[] = [];
  const show = async (cut: Iterable<Int16Array>) => {
    for (const frame of cut) await seen.push(frame, signal);
  };
  const sound = async (cut: Iterable<Int16Array>) => {
    for (const samples of cut) {
      const frame = { samples, words };
      words = [];
      await heard.push(frame, signal);
    }
  };
  let current = -1;
  for await (const speech of tts.run(speakable(texts, phrases), options, context)) {
    if (speech.isAside) addAside(spoken, speech);
    else words.push(...addSpeech(spoken, phrases.get(speech.phrase)!, speech.phrase !== current, speech));
    current = speech.phrase;
    await show(faceFrames.push(toHearing.push(speech.samples)));
    await sound(frames.push(speech.samples));
  }
  spoken.isWhole = true;
  await show(faceFrames.push(toHearing.flush()));
  await show(faceFrames.flush());
  await sound(frames.flush());
}

async function animate(stage: Stage, face: FaceEngine | null, look: ReplyRequest['face']): Promise<void> {
  const { context, notes, seen, shelf } = stage;
  const { signal } = context;
  try {
    if (face === null || look === null) return;
    const frames = seen[Symbol.asyncIterator]();
    const first = await frames.next();
    if (first.done === true) return;
    const options = { avatar: look.avatar, base: await look.base(), released: () => shelf.released };
    for await (const picture of face.run(startingWith(first.value, frames), options, context)) {
      await shelf.put(picture, signal);
    }
  } catch (thrown) {
    if (signal.aborted) throw signal.reason;
    await notes.push({ kind: 'degraded', lost: 'face', error: asParleyError(thrown, 'face_failed') }, signal);
  } finally {
    shelf.close();
    // A face that ended early leaves frames behind; without this the voice would wait for room that never comes.
    seen.close();
  }
}

async function* startingWith<T>(first: T, rest: AsyncGenerator<T>): AsyncGenerator<T, void, undefined> {
  yield first;
  yield* rest;
}
