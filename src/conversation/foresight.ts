/**
 * The answer to what the caller seems to have said, begun in the pause after it and held until that is the end of the
 * turn. It stands if the model would then be asked the very same thing; else it is thrown away, and another one made.
 */
import { isDeepStrictEqual } from 'node:util';
import { type BeginTools, type Begun, beginReply, type ReplyPlan } from './begin-reply.js';

/** What is begun before a turn is over: nothing; the model's answer; that, and its first phrase aloud and in pictures. */
export type Speculation = 'off' | 'llm' | 'full';

/** Longer than this after its time, nobody will ask for it any more. */
const STALE_MS = 3000;

export interface Foresight {
  /** Begins the answer that is likely to be wanted at `dueAt`; the same again is wanted at another time. */
  foresee(plan: ReplyPlan, dueAt: number): void;
  /** The caller goes on, or has said something else. */
  forget(): void;
  /** Whether this answer has been begun. */
  holds(plan: ReplyPlan): boolean;
  /** The answer that is wanted: the one that was begun, if it is that, or a new one. */
  begin(plan: ReplyPlan): Begun;
}

export interface ForesightTools extends BeginTools {
  readonly speculation: Speculation;
  readonly session: AbortSignal;
}

interface Held {
  readonly begun: Begun;
  readonly expiry: NodeJS.Timeout;
}

export function createForesight({ speculation, session, ...tools }: ForesightTools): Foresight {
  const { observer } = tools.engines;
  let held: Held | null = null;
  const release = (): Begun | null => {
    const begun = held?.begun ?? null;
    clearTimeout(held?.expiry);
    held = null;
    return begun;
  };
  const forget = () => {
    const begun = release();
    if (begun === null) return;
    begun.discard();
    observer?.speculated('dropped', begun.making.used());
  };
  const keep = (begun: Begun, dueAt: number) => {
    held = { begun, expiry: setTimeout(forget, Math.max(0, dueAt - tools.now()) + STALE_MS) };
  };
  const holds = (plan: ReplyPlan) => held !== null && isSameAnswer(held.begun.plan, plan);
  session.addEventListener('abort', forget, { once: true });
  return {
    foresee(plan, dueAt) {
      const same = holds(plan) ? release() : null;
      if (same !== null) {
        same.postpone(dueAt);
        keep(same, dueAt);
        return;
      }
      forget();
      const phrases = speculation === 'full' ? 1 : 0;
      const begun = beginReply(plan, tools, session, { phrases, dueAt });
      keep(begun, dueAt);
    },
    forget,
    holds,
    begin(plan) {
      if (!holds(plan)) {
        forget();
        return beginReply(plan, tools, session, null);
      }
      const begun = release()!;
      observer?.speculated('kept', { written: 0, voiced: 0 });
      return begun;
    },
  };
}

/** Whether the engines would be given the same for both. */
function isSameAnswer(a: ReplyPlan, b: ReplyPlan): boolean {
  // Two promises are alike to the comparison, whatever they promise.
  return !(a.llm instanceof Promise) && isDeepStrictEqual(given(a), given(b));
}

const given = ({ said, llm, aloud, says, speech, face }: ReplyPlan) => ({
  // Typed, the same words are another question.
  at: said?.at,
  llm,
  aloud,
  says,
  speech,
  avatar: face?.avatar.hash,
});
