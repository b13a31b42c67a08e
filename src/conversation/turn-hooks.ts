/** What the caller's turns tell the rest of the session. */
import type { Sounds } from './loudspeaker.js';
import type { Said } from './said.js';
import type { Attempt, Heard } from './transcribing.js';
import type { AvatarActivity } from './turn-events.js';

/** What somebody said, from a little before its first sound to the pause after it. */
export interface Utterance {
  readonly itemId: string;
  /** Where it ends in the audio that the caller has sent. */
  readonly endMs: number;
  readonly heard: Promise<Heard>;
  readonly grows: Attempt['grows'];
  /** Milliseconds with speech in them; null if the caller committed it, and nobody counted. */
  readonly voicedMs: number | null;
  /** When all that was, as far as it has been. */
  said(): Said;
}

/** What is likely to be the whole of an utterance, before it is one. */
export interface Foreseen {
  readonly heard: Heard;
  readonly voicedMs: number;
  readonly said: Said;
  /** When it is over, unless the caller goes on, on the house's clock. */
  readonly dueAt: number;
}

export interface TurnHooks {
  activity(): AvatarActivity;
  /** What sounds, and how much of it the caller has heard; null: nothing does. */
  sounds(): Sounds | null;
  /** The words that sound, or did last, and those of the seconds before them. */
  said(): string;
  /** The caller has begun to speak: `startMs` into the audio that it sent. */
  started(itemId: string, startMs: number): void;
  /** It is likely to stop with these words. */
  foresee(foreseen: Foreseen): void;
  /** It did not. */
  unforeseen(): void;
  stopped(utterance: Utterance): void;
  /** What had begun is taken away: committed or cleared by the caller, or nobody listens any more. */
  abandoned(): void;
  pause(): void;
  resume(): void;
  interrupt(): void;
  /** What the avatar may have been paused for was no turn. */
  dismissed(): void;
}
