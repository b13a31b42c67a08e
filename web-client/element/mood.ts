/** What the visitor is shown of the avatar's state. Pure. */
import type { AvatarState } from '../../src/protocol/server-events.js';
import type { PlayState } from './playout.js';

/** `offline`: no connection at the moment; the face goes on breathing. */
export type Mood = AvatarState | 'offline';

/** What sounds here counts more than what the server says: it is ahead of the ear by its buffer. */
export function moodOf(now: {
  readonly isOpen: boolean;
  readonly server: AvatarState;
  readonly play: PlayState;
  /** Something of the present answer was heard. */
  readonly hasSounded: boolean;
  /** A question is on its way, or its answer is being made. */
  readonly isWaiting: boolean;
}): Mood {
  if (!now.isOpen) return 'offline';
  if (now.play === 'playing') return 'speaking';
  // In the middle of an answer that has run dry for a moment: a light that went to and fro would be noise.
  if (now.play === 'buffering' && now.hasSounded) return 'speaking';
  if (now.play === 'paused') return 'listening';
  if (now.server === 'interrupted' || now.server === 'listening') return now.server;
  return now.isWaiting || now.server === 'thinking' ? 'thinking' : 'idle';
}
