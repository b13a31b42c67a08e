/** One caller's sessions, one after another, and the turns in them. */
import { setTimeout as wait } from 'node:timers/promises';
import { quietFor } from './asking.js';
import { BEAT_MS } from './beats.js';
import { chooser, oneOf } from './choosing.js';
import type { Interruption } from './interruption-result.js';
import type { CallerJob } from './job.js';
import type { Bytes } from './line.js';
import { createPauses, type LastTurn } from './pacing.js';
import type { Recordings } from './questions.js';
import { seededRandom } from './random.js';
import { join, type Session } from './session.js';
import { takeTurn } from './taking.js';
import { lostTurn, type TurnResult } from './turn-result.js';
import { askedIn } from './utterance.js';

/** Callers do not all come at once. */
const ARRIVAL_SPREAD_MS = 1000;
/** Before somebody whose call was lost calls again. */
const AGAIN_MS = 1000;

export interface CallHooks {
  onTurn(result: TurnResult): void;
  onInterruption(interruption: Interruption): void;
  /** A session has ended. */
  onSession(bytes: Bytes): void;
  onLate(ms: number): void;
}

export interface Calls {
  /** Never rejects: what goes wrong is the turn's failure. */
  takeTurn(step: number): Promise<void>;
  /** The caller says nothing until then; its microphone stays open. */
  keepQuiet(isOver: () => boolean, over: Promise<void>): Promise<void>;
  hangUp(): Promise<void>;
}

type Call =
  | { readonly kind: 'none' }
  | { readonly kind: 'open'; readonly session: Session; turns: number }
  /** The turns that it would still have had are lost with it. */
  | { readonly kind: 'lost'; readonly reason: string; turns: number };

export function createCalls(job: CallerJob, recordings: Recordings, hooks: CallHooks): Calls {
  const { script, answered, turnsPerSession = Number.POSITIVE_INFINITY } = job.scenario;
  const random = seededRandom(job.seed * 1000 + job.caller);
  const { questions } = recordings;
  const first = Math.floor(random() * questions.length);
  let call: Call = { kind: 'none' };
  let number = 0;
  let last: LastTurn | null = null;
  const pauseBefore = createPauses(answered, random);
  const asking = chooser(recordings, random, () => questions[(first + number) % questions.length]!);
  const talkingOver = chooser(recordings, random, () => oneOf(questions, random));

  const reach = async (): Promise<Extract<Call, { kind: 'open' }>> => {
    if (call.kind === 'open') return call;
    if (last === null) await wait(random() * ARRIVAL_SPREAD_MS);
    const open = { kind: 'open' as const, session: await join(job, random, hooks.onLate), turns: 0 };
    call = open;
    return open;
  };
  const hangUp = async () => {
    const open = call;
    call = { kind: 'none' };
    if (open.kind !== 'open') return;
    await open.session.line.close();
    hooks.onSession(open.session.line.bytes());
  };
  const lose = async (reason: string, turns: number) => {
    await hangUp();
    call = { kind: 'lost', reason, turns };
    if (turns < turnsPerSession && job.length.kind === 'turns') return;
    call = { kind: 'none' };
    await wait(AGAIN_MS);
  };
  const takeOne = async (step: number) => {
    const turn = script[(number + job.caller) % script.length]!;
    const asked = askedIn(turn, asking, job.typed);
    try {
      if (call.kind === 'lost') throw new Error(call.reason);
      const open = await reach();
      await quietFor(open.session, pauseBefore(step, last));
      const taken = await takeTurn(open.session, turn, asked, talkingOver, { turn: open.turns, step });
      last = taken;
      open.turns += 1;
      hooks.onTurn(taken.turn);
      for (const each of taken.interruptions) hooks.onInterruption(each);
      if (taken.lost !== null) await lose(taken.lost, open.turns);
      else if (open.turns >= turnsPerSession) await hangUp();
    } catch (thrown) {
      const turns: number = call.kind === 'none' ? 0 : call.turns;
      const { message } = thrown as Error;
      const transcriptIsRight = asked.kind === 'typed' ? null : false;
      hooks.onTurn({ ...lostTurn(job.caller, turns, asked.text, message, step), transcriptIsRight });
      await lose(message, turns + 1);
    }
  };
  return {
    hangUp,
    async takeTurn(step) {
      await takeOne(step);
      number += 1;
    },
    async keepQuiet(isOver, over) {
      if (call.kind !== 'open') return await over;
      const { session, turns } = call;
      try {
        while (!isOver()) await quietFor(session, BEAT_MS);
      } catch (thrown) {
        await lose((thrown as Error).message, turns);
        await over;
      }
    },
  };
}
