/** The element's events, as a page that listens sees them. All of them bubble and leave the shadow tree. */
import type { CaptionWord } from './captions.js';
import type { ConnectionState } from './connection.js';
import type { Problem } from './conversation-hooks.js';
import type { MicrophoneState } from './microphone.js';
import type { Mood } from './mood.js';
import type { Message } from './transcript.js';
import type { Timings } from './turn-clock.js';

export interface AvatarLook {
  readonly id: string;
  readonly name: string;
  /** The colour behind the head, as #rrggbb. */
  readonly background: string;
}

export interface ParleyEvents {
  /** `avatar` is null until the face has arrived. `isStarted`: the visitor has begun the conversation. */
  'parley-state': { readonly state: Mood; readonly isStarted: boolean; readonly avatar: AvatarLook | null };
  /** The line that is being said. */
  'parley-caption': { readonly words: readonly CaptionWord[] };
  /** A line of the conversation, new or changed: the same `id` replaces what was shown. */
  'parley-message': Message;
  /** The microphone: off, opening, on, muted, or why there is none. */
  'parley-microphone': MicrophoneState;
  /** How long each stage of an answer took; the same `responseId` replaces what was told. */
  'parley-timings': Timings;
  'parley-error': Problem;
  'parley-connection': ConnectionState;
}
