/** What every session of one server has in common. Made once, by main.ts. */
import type { Logger } from 'pino';
import type { Avatar, WholePictures } from '../engines/contract.js';
import { ParleyError } from '../errors.js';
import type { Standby } from '../persona-standby.js';
import type { AvatarEvent } from '../protocol/server-events.js';
import type { SessionLimits } from './allowance.js';
import type { Hearing } from './ear.js';
import type { Speculation } from './foresight.js';
import type { ReplyEngines } from './reply.js';
import type { Interrupting } from './turn-rules.js';

export interface House {
  readonly engines: ReplyEngines;
  /** Null when the server has no recogniser: then callers type. */
  readonly hearing: Hearing | null;
  /** Empty when the server has no voice. */
  readonly voices: readonly string[];
  /** What the persona speaks, and callers of whom nobody says otherwise. */
  readonly language: string;
  /** Whether it might have a voice besides these. */
  readonly mayHaveVoice?: (id: string) => boolean;
  /** Who answers callers that name nobody, and everyone whom they may name. */
  readonly presenter: Presenter;
  readonly presenters: ReadonlyMap<string, Presenter>;
  /** What is said when nobody can answer. */
  readonly standby: Standby;
  /** How long a caller waits for an answer before something fills the silence; null: for ever. */
  readonly fillerAfterMs: number | null;
  /** What is begun before a turn is over. */
  readonly speculation: Speculation;
  /** How much speech cuts the avatar off. */
  readonly interrupting: Interrupting;
  readonly limits: SessionLimits;
  readonly log: Logger;
  /** Milliseconds of a clock that never goes back. */
  readonly now: () => number;
}

/** Who answers: what a language model is told about itself, how it sounds, and what it looks like. */
export interface Presenter {
  /** Of the avatar; null when there is none. */
  readonly id: string | null;
  readonly instructions: string;
  readonly voice: string;
  /** Its voices in engines that have not that one, the best first. */
  readonly otherVoices: readonly string[];
  /** Null when the server has no face. */
  readonly face: PresentedFace | null;
}

export interface PresentedFace {
  readonly avatar: Avatar;
  readonly announcement: Announcement;
  readonly pictures: WholePictures;
}

export type Announcement = Extract<AvatarEvent, { type: 'avatar.announced' }>['avatar'];

/** Throws unknown_avatar. `wanted`: an avatar's id; null: the caller has no wish. */
export function presenterFor(house: Pick<House, 'presenter' | 'presenters'>, wanted: string | null): Presenter {
  const found = wanted === null ? house.presenter : house.presenters.get(wanted);
  if (found !== undefined) return found;
  throw new ParleyError('unknown_avatar', `There is no avatar "${(wanted ?? '').slice(0, 80)}".`, { param: 'avatar' });
}
