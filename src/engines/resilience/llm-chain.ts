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
  type Budget,
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
  /** It is not asked any more. */
  isOver: boolean;
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
  const giveUp = () =>
    attempt.giveUp(new ParleyError('deadline', `${engine.name} fell silent in the middle of its answer.`));
  const timer = setTimeout(giveUp, idleMs);
  try {
    return await attempt.next();
  } finally {
    clearTimeout(timer);
  }
}

/** What those who are asked for one answer share. */
interface Race {
  readonly contenders: Contender[];
  readonly budget: Budget;
  readonly tries: Tries;
  readonly request: LlmRequest;
  readonly context: EngineContext;
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
  const race: Race = { contenders: [], budget, tries: countTries(patience, budget, context.log), request, context };
  let failure = nobodyLeft(links);
  let turn = 0;
  try {
    for (const link of eachInTurn(order, onTakeOver)) {
      turn += 1;
      const place = { isLast: link === racing.at(-1), hasLastWait: turn === racing.length };
      const outcome = link.isStandIn ? await askStandIn(race, link) : await askModel(race, link, place);
      if (!(outcome instanceof ParleyError)) return outOf(race, outcome);
      // Whatever becomes of a stand-in: what is wrong is why it was asked.
      if (!link.isStandIn) failure = outcome;
    }
    throw failure;
  } finally {
    for (const { left, why } of race.contenders) left.abort(why);
  }
}

/** Whoever speaks while it is waited for; or why it does not, after which it may go on beside the next one. */
async function askModel(
  race: Race,
  link: LlmLink,
  { isLast, hasLastWait }: { readonly isLast: boolean; readonly hasLastWait: boolean },
): Promise<Speaker | ParleyError> {
  const { contenders, budget, context } = race;
  const before = contenders.at(-1)?.link === link ? contenders.at(-1)! : null;
  // What has failed for good is not asked again, not even beside itself.
  if (before?.isOver) return before.failure!;
  // Nor is it when it rests after a failure: then it is not late, and its next attempt is coming.
  if (before === null || before.failure === null) contenders.push(contend(link, isLast, race));
  const patienceMs = budget.share(hasLastWait);
  const outcome = await orLate(firstOf(contenders), patienceMs);
  context.signal.throwIfAborted();
  const newest = contenders.at(-1)!;
  return outcome === 'late' ? (newest.failure ?? late(newest, patienceMs, context)) : outcome;
}

/** The models may still speak; but when the stand-in has nothing to say, nobody waits for them any longer. */
async function askStandIn(race: Race, link: LlmLink): Promise<Speaker | ParleyError> {
  const standIn = contend(link, true, race);
  race.contenders.push(standIn);
  const refusal = standIn.speaks.catch((thrown: unknown) => asParleyError(thrown, 'engine_failed'));
  const outcome = await orLate(Promise.race([firstOf(race.contenders), refusal]), STAND_IN_MS);
  race.context.signal.throwIfAborted();
  return outcome === 'late' ? new ParleyError('deadline', `${link.engine.name} is late.`) : outcome;
}

/** The end of the race is not the end of whoever has won it. */
function outOf({ contenders }: Race, speaker: Speaker): Speaker {
  contenders.splice(0, contenders.length, ...contenders.filter(({ left }) => left !== speaker.asked));
  return speaker;
}

function contend(link: LlmLink, isLast: boolean, { tries, request, context: outer }: Race): Contender {
  const left = new AbortController();
  const context = { ...outer, signal: AbortSignal.any([outer.signal, left.signal]) };
  const again = (error: ParleyError) => {
    contender.failure = error;
    return tries.again(link, error, isLast);
  };
  const speaks = ask(link, again, request, context).then((began) => ({ ...began, link, asked: left }));
  const why = new ParleyError('turn_cancelled');
  const contender: Contender = { link, speaks, left, why, failure: null, isOver: false };
  speaks.catch(() => {
    contender.isOver = true;
  });
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
