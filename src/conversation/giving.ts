/** Answers: planned, admitted, and given to the floor, or beside it. */
import type { Message } from '../engines/contract.js';
import { isAside } from './asides.js';
import { isReply, type PlanBasis, planReply, planResponse, type Wish } from './plan.js';
import type { ResponsePlan } from './response.js';
import type { Session } from './session-state.js';

export function answer(session: Session, wish: Wish): void {
  const plan = planFor(session, wish);
  // While an answer is being made another one is refused, whatever the session has used up; one that has been begun was
  // admitted then, and may itself have used up the rest.
  const isNew = isAside(plan) || !(session.floor.isAnswering() || session.foresight.holds(plan.reply));
  if (isNew && !session.ending.admits()) return;
  session.allowance.turn();
  give(session, wish, plan);
}

/** Begins the answer to what will have been said by `dueAt`: `next`, behind all that has been. */
export function foresee(session: Session, wish: Wish, next: Message, dueAt: number): void {
  if (session.allowance.reached() !== null) return;
  try {
    session.foresight.foresee(planReply(basisOf(session), wish, next), dueAt);
  } catch (thrown) {
    // Nothing is told before the turn is over; then the answer itself fails.
    session.log.debug({ err: thrown }, 'no answer could be begun ahead');
  }
}

/** False if there is no line for it, or nobody to hear it. */
export function bidFarewell(session: Session): boolean {
  const { farewell } = session.house.standby;
  if (farewell === null || session.floor.isAnswering()) return false;
  const wish = { overrides: {}, said: null, says: farewell };
  give(session, wish, planFor(session, wish));
  return true;
}

function planFor(session: Session, wish: Wish): ResponsePlan {
  return planResponse(basisOf(session), wish);
}

function basisOf(session: Session): PlanBasis {
  const recognised = async () => await session.listening?.recognised();
  return { ...session, recognised, number: session.responses + 1 };
}

function give(session: Session, wish: Wish, plan: ResponsePlan): void {
  if (isAside(plan)) {
    session.asides.answer(plan);
  } else {
    session.floor.answer(plan);
    session.responses = plan.number;
    session.wish = wish;
    if (isReply(wish)) session.replies += 1;
  }
}
