/**
 * What an engine is: a function over async iterables, and a context with the signal that ends it. A provider is one
 * file that gives one of these. test/contract/ holds every engine to the same promises:
 *
 * - it ends when its input ends, and within 200 ms of an abort;
 * - it throws only ParleyError or the abort reason, and yields nothing after an abort;
 * - it reads ahead at most `readAhead` inputs beyond what its reader has taken;
 * - empty or blank text gives silence of length 0, not an error.
 */
import type { Logger } from 'pino';
import type { VoiceLearner } from './learnt.js';

export interface EngineContext {
  readonly signal: AbortSignal;
  readonly log: Logger;
  /** The turn that the work is for; it stands on every log line. */
  readonly turn: string;
  /** Whose turn it is, for engines that keep something for a caller from turn to turn. */
  readonly session?: SessionScope;
}

export interface SessionScope {
  readonly id: string;
  /** Aborts when the caller has gone. */
  readonly gone: AbortSignal;
}

/** An engine with a name and a life. `run` may be called for many turns at once. */
export interface Engine<Run> {
  readonly name: string;
  readonly run: Run;
  /** How many inputs it may take from its source before the outputs of earlier ones are read. */
  readonly readAhead: number;
  /** `up`, or the reason why it cannot answer right now. */
  health(): 'up' | { down: string };
  /** Reads in what takes long to read in, before anybody is served: meanwhile the whole process stands still. */
  load?(): Promise<void>;
  /** Waits until it can answer. Without it, it can from the beginning, or only a probe will tell. */
  ready?(signal: AbortSignal): Promise<unknown>;
  /** It will be asked in this session: connections may be opened now, and kept until the caller has gone. */
  warm?(session: SessionScope): void;
  /** What its workers count, for the operator. */
  stats?(): readonly WorkerStats[];
  /** Asks a vendor something that costs nothing: is it there, and does it take the key? Throws a ParleyError if not. */
  probe?(signal: AbortSignal): Promise<void>;
  close(): Promise<void>;
}

export interface WorkerStats {
  readonly worker: string;
  readonly values: Readonly<Record<string, number>>;
}

// --- voice activity -------------------------------------------------------------------------------------------------

/** 32 ms at HEARING_RATE: what a voice detector looks at in one step. */
export const VAD_FRAME_SAMPLES = 512;

/**
 * Takes frames of VAD_FRAME_SAMPLES at HEARING_RATE and gives, for each and in order, the probability (0 to 1) that
 * somebody speaks in it. A run is one caller's ear: what it has heard so far counts, and nothing of other callers does.
 */
export type Vad = (frames: AsyncIterable<Int16Array>, context: EngineContext) => AsyncIterable<number>;

// --- speech recognition ---------------------------------------------------------------------------------------------

export interface HearingOptions {
  /** ISO 639-1, if the caller named one. */
  readonly language: string | null;
  /** Words that are likely to come, if the caller named some. */
  readonly prompt: string | null;
  /** Milliseconds of what has come so far that the voice detector took for speech; missing: it was not asked. */
  readonly voicedMs?: () => number;
}

export type Transcript =
  /** What it takes the words for so far; the next one replaces it. */
  | { readonly kind: 'partial'; readonly text: string }
  /** The last one of a run. Blank text: there were no words. */
  | { readonly kind: 'final'; readonly text: string }
  /** Instead of `final`: somebody spoke, but the recogniser is not sure enough of any words. */
  | { readonly kind: 'unclear' };

/**
 * One utterance: its audio at HEARING_RATE, in pieces of any length as it is spoken, ends where the utterance does.
 * Gives any number of partial transcripts, then exactly one `final` or `unclear`.
 */
export type Stt = (
  audio: AsyncIterable<Int16Array>,
  options: HearingOptions,
  context: EngineContext,
) => AsyncIterable<Transcript>;

export interface SttEngine extends Engine<Stt> {
  /** False: it says nothing before the utterance ends, so whoever needs words sooner has to ask it about a part. */
  readonly givesPartials: boolean;
  /** It can be spared: asked about an utterance that then goes on, it keeps nobody waiting. */
  readonly mayBeAskedAhead?: boolean;
  /** What it takes callers to speak who name no language; null or missing: it finds out. */
  readonly language?: string | null;
  /** After the end of an utterance it answers or fails within so long, whatever happens. */
  readonly deadlineMs?: number;
}

// --- language model -------------------------------------------------------------------------------------------------

export type Message =
  | { readonly role: 'system' | 'user' | 'assistant'; readonly text: string }
  /** The caller spoke, and nobody knows what was said. */
  | { readonly role: 'user'; readonly text: ''; readonly unclear: true }
  /** The caller has said nothing for so long that it is to be spoken to. */
  | { readonly role: 'user'; readonly text: ''; readonly silent: true }
  /** What the caller heard of an answer that was cut off: the rest was never said. */
  | { readonly role: 'assistant'; readonly text: string; readonly interrupted: true }
  | { readonly role: 'tool_call'; readonly callId: string; readonly name: string; readonly arguments: string }
  | { readonly role: 'tool_result'; readonly callId: string; readonly output: string };

export interface Tool {
  readonly name: string;
  readonly description?: string;
  /** JSON Schema of the arguments, as the caller gave it. */
  readonly parameters?: unknown;
}

export interface LlmRequest {
  readonly messages: readonly Message[];
  readonly tools: readonly Tool[];
  readonly toolChoice: 'auto' | 'none' | 'required' | { readonly name: string };
  readonly maxTokens: number | 'inf';
  /** The avatar that answers, for models that know it by more than their instructions; null: one without a face. */
  readonly presenter: string | null;
}

export type LlmEvent =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'tool_call'; readonly callId: string; readonly name: string; readonly arguments: string }
  /** It is at work on something of which nothing can be shown yet: a call's arguments, or thoughts. */
  | { readonly kind: 'working' }
  | { readonly kind: 'usage'; readonly inputTokens: number; readonly outputTokens: number }
  /** Why it stopped early; an answer that ended by itself has no such event. */
  | { readonly kind: 'cut'; readonly reason: 'max_output_tokens' | 'content_filter' };

export type Llm = (request: LlmRequest, context: EngineContext) => AsyncIterable<LlmEvent>;

// --- speech ---------------------------------------------------------------------------------------------------------

export interface Phrase {
  /** Counts from 0 within a reply. */
  readonly index: number;
  readonly text: string;
}

/** When a word of a phrase sounds. Characters count in the phrase's text, samples from the phrase's first sample. */
export interface SpokenWord {
  readonly from: number;
  readonly to: number;
  readonly start: number;
  readonly end: number;
}

/** A piece of speech at SPEECH_RATE. Words come no later than the piece in which they begin to sound. */
export interface Speech {
  readonly phrase: number;
  readonly samples: Int16Array;
  readonly words: readonly SpokenWord[];
  /** It is nothing of the phrase, but said because that cannot be spoken. */
  readonly isAside?: true;
}

export interface Voice {
  readonly id: string;
  readonly name: string;
  /** Null: many, or nobody knows. */
  readonly language: string | null;
  /** Who has it, where there are several engines. */
  readonly engine?: string;
}

export interface SpeechOptions {
  readonly voice: string;
  /** What speaks instead, the best first, in an engine that has no such voice. */
  readonly otherwise?: readonly string[];
  /** 0.25 to 1.5; 1 is the voice's own pace. */
  readonly speed: number;
}

export type Tts = (
  phrases: AsyncIterable<Phrase>,
  options: SpeechOptions,
  context: EngineContext,
) => AsyncIterable<Speech>;

export interface TtsEngine extends Engine<Tts> {
  /** The first one is the voice of a session that names none. A vendor's are all there after a probe. */
  readonly voices: readonly Voice[];
  /** Whether it could have a voice of this id that it does not list: a vendor's key may speak, but not list. */
  mayHave?(voice: string): boolean;
  /** The caller will be spoken to: what would make the first word late may be done now, and kept until it has gone. */
  prepare?(options: SpeechOptions, session: SessionScope): void;
  /** Makes voices of recordings. They are among `voices` as soon as they are kept. */
  readonly learner?: VoiceLearner;
}

// --- face -----------------------------------------------------------------------------------------------------------

/** A part of a picture on the 16-pixel grid that base pictures and patches share. */
export interface Place {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** What lies over base picture `base` during frame `index` of a reply. No patch: the base picture as it is. */
export interface Picture {
  readonly index: number;
  readonly base: number;
  readonly patch: { readonly place: Place; readonly jpeg: Uint8Array } | null;
}

/** One mouth that a pack holds ready for every base picture. All values run from 0 to 1 (docs/avatars.md). */
export interface Mouth {
  /** Jaw and lips apart: 0 closed, 1 as wide as "father". */
  readonly open: number;
  /** Corners: 0 pursed as in "who", 0.5 at rest, 1 spread as in "see". */
  readonly wide: number;
  /** Teeth together and showing, as in "sss". */
  readonly teeth: number;
  /** Lower lip under the upper teeth, as in "fff". */
  readonly bite: number;
  /** Tongue behind or between the teeth, as in "la" or "the". */
  readonly tongue: number;
  /** Lips pressed together, as in "mmm". */
  readonly press: number;
}

/** Ready-made mouth patches, shared by every caller who looks at this avatar. */
export interface MouthBank {
  /** The first one is the mouth at rest; it needs no patch. */
  readonly mouths: readonly Mouth[];
  readonly place: (base: number) => Place;
  readonly patch: (base: number, mouth: number) => Uint8Array;
}

/** An avatar as the server holds it: what every face engine may need, loaded and checked. */
export interface Avatar {
  readonly id: string;
  readonly name: string;
  /** SHA-256 of the pack file: the same bytes everywhere have the same name. */
  readonly hash: string;
  readonly width: number;
  readonly height: number;
  /** Base pictures in the idle loop, at PICTURES_PER_SECOND. */
  readonly frames: number;
  /** Null: it was not drawn. */
  readonly bank: MouthBank | null;
  /** Null: it was not filmed. */
  readonly film: FilmedFace | null;
}

/** What a lip-sync model knows of a person who was filmed. Only its worker looks inside. */
export interface FilmedFace {
  /** SHA-256 of the file: the same face everywhere has the same name. */
  readonly hash: string;
  read(): Promise<{ readonly face: Uint8Array; readonly pack: Uint8Array }>;
}

export interface FaceOptions {
  readonly avatar: Avatar;
  /** The base picture that frame 0 of the reply lies on; later frames follow the loop. */
  readonly base: number;
  /** How many frames have left for the caller: the picture of an earlier one comes too late. */
  readonly released?: () => number;
}

/** Complete JPEGs of an avatar, for callers who cannot compose. */
export interface WholePictures {
  /** Base pictures in the loop. */
  readonly frames: number;
  /** Does beforehand what would make the first answer late. */
  prepare(signal: AbortSignal): Promise<void>;
  /** A base picture, as the pack has it. */
  base(base: number): Uint8Array;
  /** A base picture with this patch on it; without it, if the two cannot be put together. */
  composed(base: number, patch: NonNullable<Picture['patch']>): Uint8Array;
}

/** Takes frames of FACE_FRAME_SAMPLES at HEARING_RATE, gives one picture for each, in order. */
export type Face = (
  frames: AsyncIterable<Int16Array>,
  options: FaceOptions,
  context: EngineContext,
) => AsyncIterable<Picture>;

export interface FaceEngine extends Engine<Face> {
  /** How much audio after a frame's end it must have heard before it draws that frame. */
  readonly lookAheadMs: number;
  /** Whether it can move this avatar's mouth at all. */
  animates(avatar: Avatar): boolean;
  /** How many answers at once it can animate, of those whom it has to draw; null: it does not know yet. */
  places?(): number | null;
  /** Somebody looks at this avatar: what would make its first picture late may be done now. */
  prepare?(avatar: Avatar): void;
}

// --- end of turn ----------------------------------------------------------------------------------------------------

/**
 * What a caller has said so far at HEARING_RATE, with the silence behind it, gives how likely it is that the turn is over:
 * 0 to 1, and 0.5 is as likely as not. Of a caller (`session`, else `turn`) only the newest question counts: one that is
 * not answered yet rejects with turn_cancelled. It has no deadline of its own; whoever cannot wait aborts.
 */
export type EndOfTurn = (utterance: Int16Array, context: EngineContext) => Promise<number>;

export interface EndOfTurnEngine extends Engine<EndOfTurn> {
  /** Of a longer utterance it hears the last so many milliseconds: more need not be kept for it. */
  readonly hearsMs: number;
}
