/**
 * Language models behind one another. The first to say something answers the turn: whoever fails before that is asked
 * again or passed over, and beside one that is late the next one is asked as well. From the first word on there is no way
 * back, since the caller has seen it; then a model that breaks off, or falls silent, fails the answer.
 */
import { asParleyError, ParleyError } from '../../errors.js';
import { delay, orLate } from '../../flow.js';
import type { Engine, EngineContext, Llm, LlmEvent, LlmRequest } from '../contract.js';
import { type Attempt, startAttempt } from './attempt.js';
import {
  chainLife,
  countTries,
  createBudget,
  eachInTurn,
  type Link,
  nobodyLeft,
  type OnTakeOver,
  type Patience,
  type Tries,
  usable,
} from './chain.js';

export interface LlmPatience extends Patience {
  /** From one piece of an answer to the next. */
  readonly idleMs: number;
}

type LlmLink = Link<Engine<Llm>>;

/** A model that has begun to answer. */
interface Speaker {
  readonly link: LlmLink;
  readonly asked: AbortController;
  readonly attempt: Attempt<LlmEvent>;
  readonly first: IteratorResult<LlmEvent, unknown>;
}

/** A model that is being asked, as often as it takes. */
interface Contender {
  readonly link: LlmLink;
  readonly speaks: Promise<Speaker>;
  readonly left: AbortController;
  /** With which it is left, if another one speaks first. */
  why: ParleyError;
  /** Of its newest attempt, after which it rests; null: it is being waited for. */
  failure: ParleyError | null;
}

/** A stand-in answers out of its own head. */
const STAND_IN_MS = 2000;

export function llmChain(
  links: readonly LlmLink[],
  patience: LlmPatience,
  onTakeOver: OnTakeOver = () => {},
): Engine<Llm> {
  async function* run(request: LlmRequest, context: EngineContext): AsyncGenerator<LlmEvent, void, undefined> {
    context.signal.throwIfAborted();
    const { link, attempt, first } = await firstToSpeak(links, patience, onTakeOver, request, context);
    try {
      for (let next = first; next.done !== true; next = await nextPiece(link, attempt, patience.idleMs)) {
        // It has shown that it lives, and nobody else needs to know.
        if (next.value.kind === 'working') continue;
        yield next.value;
        context.signal.throwIfAborted();
      }
      link.breaker?.succeeded();
    } catch (thrown) {
      context.signal.throwIfAborted();
      link.breaker?.failed(asParleyError(thrown, 'engine_failed'));
      throw thrown;
    } finally {
      attempt.giveUp(new ParleyError('turn_cancelled'));
    }
  }
  return { ...chainLife(links), readAhead: 0, run };
}

async function nextPiece(
  { engine }: LlmLink,
  attempt: Attempt<LlmEvent>,
  idleMs: number,
): Promise<IteratorResult<LlmEvent, unknown>> {
  const silent = new ParleyError('deadline', `${engine.name} fell silent in the middle of its answer.`);
  const timer = setTimeout(() => attempt.giveUp(silent), idleMs);
  try {
    return await attempt.next();
  } finally {
    clearTimeout(timer);
  }
}

async function firstToSpeak(
  links: readonly LlmLink[],
  patience: LlmPatience,
  onTakeOver: OnTakeOver,
  request: LlmRequest,
  context: EngineContext,
): Promise<Speaker> {
  const asked = usable(links);
  const models = asked.filter(({ isStandIn }) => !isStandIn);
  // One that has nobody beside it is asked a second time beside itself: most waits are a single request's bad luck.
  const racing = models.length === 1 ? [models[0]!, models[0]!] : models;
  const order = [...racing, ...asked.filter(({ isStandIn }) => isStandIn)];
  const budget = createBudget(patience.budgetMs);
  budget.begin();
  const tries = countTries(patience, budget, context.log);
  const contenders: Contender[] = [];
  let failure = nobodyLeft(links);
  let isOver = false;
  try {
    for (const link of eachInTurn(order, onTakeOver)) {
      const isLast = link.isStandIn || link === models.at(-1);
      const isSecond = contenders.at(-1)?.link === link;
      // What has failed for good is not asked again, not even beside itself.
      if (isSecond && isOver) continue;
      // Nor is it when it rests after a failure: then it is not late, and its next attempt is coming.
      const isResting = isSecond && contenders.at(-1)!.failure !== null;
      if (!isResting) contenders.push(contend(link, isLast, tries, request, context));
      const isLastWait = isLast && (isSecond || models.length !== 1);
      const patienceMs = link.isStandIn ? STAND_IN_MS : budget.share(isLastWait);
      const outcome = await orLate(firstOf(contenders), patienceMs);
      context.signal.throwIfAborted();
      if (outcome === 'late') failure = contenders.at(-1)!.failure ?? late(contenders.at(-1)!, patienceMs, context);
      else if (outcome instanceof ParleyError) failure = outcome;
      else {
        const { asked: winner } = outcome;
        contenders.splice(0, contenders.length, ...contenders.filter(({ left }) => left !== winner));
        return outcome;
      }
      isOver = outcome !== 'late';
    }
    throw failure;
  } finally {
    for (const { left, why } of contenders) left.abort(why);
  }
}

function contend(link: LlmLink, isLast: boolean, tries: Tries, request: LlmRequest, outer: EngineContext): Contender {
  const left = new AbortController();
  const context = { ...outer, signal: AbortSignal.any([outer.signal, left.signal]) };
  const again = (error: ParleyError) => {
    contender.failure = error;
    return tries.again(link, error, isLast);
  };
  const speaks = ask(link, again, request, context).then((began) => ({ ...began, link, asked: left }));
  speaks.catch(() => {});
  const contender: Contender = { link, speaks, left, why: new ParleyError('turn_cancelled'), failure: null };
  return contender;
}

/** Until it says something, or there is no point in asking again. */
async function ask(
  { engine }: LlmLink,
  again: (error: ParleyError) => number | null,
  request: LlmRequest,
  context: EngineContext,
): Promise<Pick<Speaker, 'attempt' | 'first'>> {
  for (;;) {
    const attempt = startAttempt((own) => engine.run(request, own), context);
    try {
      return { attempt, first: await attempt.next() };
    } catch (thrown) {
      context.signal.throwIfAborted();
      const againMs = again(asParleyError(thrown, 'engine_failed'));
      if (againMs === null) throw thrown;
      await delay(againMs, context.signal);
    }
  }
}

/** The first that speaks; or, when all have failed, why the newest of them did. */
function firstOf(contenders: readonly Contender[]): Promise<Speaker | ParleyError> {
  return Promise.any(contenders.map(({ speaks }) => speaks)).catch(({ errors }: AggregateError) =>
    asParleyError(errors.at(-1), 'engine_failed'),
  );
}

/** It goes on, but the next one is asked beside it. */
function late(contender: Contender, ms: number, { log }: EngineContext): ParleyError {
  const { link } = contender;
  const { name } = link.engine;
  const error = new ParleyError('deadline', `${name} has not begun to answer after ${(ms / 1000).toFixed(1)} s.`);
  contender.why = error;
  link.breaker?.failed(error);
  log.warn({ engine: name, code: error.code }, `attempt 1/1 failed: ${error.message} It goes on beside the next one.`);
  return error;
}
