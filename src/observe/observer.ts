/** What is told to whoever counts. Types only: those who tell know nothing of counters, and work without them. */
import type { Code } from '../errors.js';
import type { StageName } from './timeline.js';

export type Job = 'vad' | 'stt' | 'llm' | 'tts' | 'face';

/** What is asked of an engine or its vendor. */
export type Endpoint = 'voice_activity' | 'transcriptions' | 'chat' | 'speech' | 'pictures' | 'probe';

/** Who is asked. `service`: the provider; several engines may be ways to reach the same one. */
export interface Asked {
  readonly job: Job;
  readonly service: string;
  readonly engine: string;
  /** On this machine: nobody else is asked, and its cores are ours. */
  readonly isHere: boolean;
}

/** `cancelled`: nobody wanted the answer any more. */
export type CallOutcome =
  | { readonly kind: 'ok' }
  | { readonly kind: 'cancelled' }
  | { readonly kind: 'failed'; readonly code: Code };

export interface Observer {
  /** It has all that it needs to begin to answer. */
  called(asked: Asked, endpoint: Endpoint): void;
  /** The first of what was asked for has come, so long after it was called. */
  answered(asked: Asked, turn: string, ms: number): void;
  /** `waitedMs`: how long it was waited for in all, without the time in which its reader did something else. */
  ended(asked: Asked, endpoint: Endpoint, outcome: CallOutcome, waitedMs: number): void;
  tokens(asked: Asked, input: number, output: number): void;
  characters(asked: Asked, count: number): void;
  /** An engine is asked in the place of another one, or beside it. */
  tookOver(job: Job, from: string, to: string): void;
  /** An answer was begun before the caller's turn was over. `wasted`: characters, if nobody wanted it. */
  speculated(outcome: 'kept' | 'dropped', wasted: { readonly written: number; readonly voiced: number }): void;
  /** A caller has interrupted the avatar, and its player was silent so long after it had begun to speak. */
  hushed(ms: number): void;
  /** The avatar was paused for what was no turn. */
  interruptedFalsely(): void;
  /** A caller's player had nothing to play in the middle of an answer. Told once of each. */
  ranDry(): void;
  /** By so much were picture and sound apart at a caller, in the middle and at worst; less than 0: the picture was early. */
  skewed(meanMs: number, worstMs: number): void;
  /** From here on the engines that answer for this turn are remembered, until it is closed. */
  openTurn(id: string): OpenTurn;
}

export interface OpenTurn {
  /** The engines that have answered for it, in the order in which they began. */
  engines(): EnginesUsed;
  close(record: TurnRecord): void;
  /** It came to nothing, and counts for nothing. */
  discard(): void;
}

export type EnginesUsed = Readonly<Partial<Record<Job, readonly string[]>>>;

/** What a turn was, once it is over. Nothing of what was said in it. */
export interface TurnRecord {
  readonly status: 'completed' | 'cancelled' | 'incomplete' | 'failed';
  /** Why it is not `completed`. */
  readonly code: string | null;
  /** Whether it answers speech: then its marks count from the last sound of that. */
  readonly isSpoken: boolean;
  /** What the recogniser took for that, from the end of the speech; null: there was nothing to recognise. */
  readonly transcriptionMs: number | null;
  readonly marks: Readonly<Partial<Record<StageName, number>>>;
  /** Of sound sent. */
  readonly audioMs: number;
  /** What the voice gave. `silenceMs`: of that, before the first that can be heard; null: nothing can. */
  readonly speech: { readonly bytes: number; readonly chunks: number; readonly silenceMs: number | null };
}
