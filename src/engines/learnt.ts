/** Voices made of recordings: what an engine that makes them is asked, and how it finds those that were made before. */

export type LearningEngine = 'coqui' | 'elevenlabs';

/** Where a voice is: its bytes are here, or a vendor has it under an id of its own. */
export type Kept =
  | { readonly kind: 'here'; readonly sha256: string }
  | { readonly kind: 'vendor'; readonly id: string };

export interface LearntVoice {
  readonly id: string;
  readonly name: string;
  readonly language: string | null;
  readonly kept: Kept;
}

/** As they are now: they come and go while sessions speak. */
export interface LearntVoices {
  /** Those that this engine has learnt, the oldest first. */
  of(engine: LearningEngine): readonly LearntVoice[];
  /** What a voice that is kept here is made of. Throws unknown_voice if it has gone. */
  read(id: string): Promise<Uint8Array>;
}

export const NONE_LEARNT: LearntVoices = {
  of: () => [],
  read: () => Promise.reject(new Error('no voice has been learnt')),
};

export interface Lesson {
  readonly name: string;
  /** What the person who speaks has agreed to, in somebody's words. */
  readonly consent: string;
  /** At SPEECH_RATE, checked. */
  readonly recordings: readonly Int16Array[];
}

/** What came of a lesson: a voice as bytes, or the id by which a vendor knows it. */
export type Learnt =
  | { readonly kind: 'here'; readonly body: Uint8Array }
  | { readonly kind: 'vendor'; readonly id: string };

export interface VoiceLearner {
  readonly engine: LearningEngine;
  learn(lesson: Lesson, signal: AbortSignal): Promise<Learnt>;
  /** Has a vendor forget a voice; one that it does not know any more is forgotten. */
  forget?(vendorId: string, signal: AbortSignal): Promise<void>;
}
