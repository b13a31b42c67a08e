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
  /** A question is on its way, or its answer is being made. */
  readonly isWaiting: boolean;
}): Mood {
  if (!now.isOpen) return 'offline';
  if (now.play === 'playing') return 'speaking';
  if (now.play === 'paused') return 'listening';
  if (now.server === 'interrupted' || now.server === 'listening') return now.server;
  return now.isWaiting || now.server === 'thinking' ? 'thinking' : 'idle';
}
