/** What every session of one server has in common. Made once, by main.ts. */
import type { Logger } from 'pino';
import type { Avatar, WholePictures } from '../engines/contract.js';
import type { AvatarEvent } from '../protocol/server-events.js';
import type { Hearing } from './ear.js';
import type { ReplyEngines } from './reply.js';

export interface House {
  readonly engines: ReplyEngines;
  /** Null when the server has no recogniser: then callers type. */
  readonly hearing: Hearing | null;
  readonly instructions: string;
  /** Empty when the server has no voice. */
  readonly voices: readonly string[];
  readonly voice: string;
  /** Null when the server has no face. */
  readonly avatar: {
    readonly avatar: Avatar;
    readonly announcement: Announcement;
    readonly pictures: WholePictures;
  } | null;
  readonly log: Logger;
  /** Milliseconds of a clock that never goes back. */
  readonly now: () => number;
}

export type Announcement = Extract<AvatarEvent, { type: 'avatar.announced' }>['avatar'];
