/** What a conversation tells whoever holds it. */
import type { Pack } from '../../src/protocol/pack.js';
import type { CaptionWord } from './captions.js';
import type { ConnectionState } from './connection.js';
import type { Mood } from './mood.js';
import type { Message } from './transcript.js';
import type { Timings } from './turn-clock.js';

export interface Problem {
  readonly code: string;
  readonly message: string;
}

export interface ConversationHooks {
  onPack(pack: Pack): void;
  /** Another face is on its way; until it is there, nobody is seen. */
  onOtherPack(): void;
  onConnection(state: ConnectionState): void;
  onMood(mood: Mood): void;
  onCaption(words: readonly CaptionWord[]): void;
  onMessage(message: Message): void;
  /** A turn is over; the same one may be told again. */
  onTimings(timings: Timings): void;
  onProblem(problem: Problem): void;
  /** A session has begun; `hears`: its server has a recogniser. */
  onSession(session: { readonly hears: boolean }): void;
}
