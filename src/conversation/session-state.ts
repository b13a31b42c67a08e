/** What a session consists of. */
import type { Logger } from 'pino';
import type { Caller } from '../protocol/caller.js';
import type { SessionSettings } from '../protocol/session.js';
import type { Allowance } from './allowance.js';
import type { Asides } from './asides.js';
import type { Ending } from './ending.js';
import type { Floor } from './floor.js';
import type { Foresight } from './foresight.js';
import type { History } from './history.js';
import type { House, Presenter } from './house.js';
import type { Listening } from './listening.js';
import type { Wish } from './plan.js';
import type { Voices } from './voices.js';

/** The one state of a session; everything in it but the settings looks after itself. */
export interface Session {
  readonly house: House;
  readonly presenter: Presenter;
  readonly caller: Caller;
  readonly history: History;
  readonly floor: Floor;
  readonly foresight: Foresight;
  readonly asides: Asides;
  readonly allowance: Allowance;
  readonly ending: Ending;
  /** Null: the server has no recogniser. */
  listening: Listening | null;
  readonly voices: Voices;
  readonly log: Logger;
  settings: SessionSettings;
  /** Counts what had the floor, and of that the answers to the conversation. */
  responses: number;
  replies: number;
  /** What the newest of them was asked for with. */
  wish: Wish | null;
  /** A caller whose audio nobody hears is told so once, not with every piece of it. */
  toldDeaf: boolean;
}
