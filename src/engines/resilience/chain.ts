/**
 * Engines for one job, in the order in which they are asked, and how long it is worth trying: what the chains of
 * language models, recognisers and voices have in common.
 */
import type { Logger } from 'pino';
import { type Code, ParleyError } from '../../errors.js';
import type { Engine, SessionScope } from '../contract.js';
import { type Breaker, createBreaker } from './breaker.js';

/** How often, and how long in all. */
export interface Patience {
  /** Times that the last engine is asked; one behind which another stands ready is asked once. */
  readonly attempts: number;
  /** Before its second time; each further wait is `factor` times as long. */
  readonly delayMs: number;
  readonly factor: number;
  /** What the caller waits for the first sign of an answer, over all attempts. */
  readonly budgetMs: number;
}

export interface Link<E extends Engine<unknown>> {
  readonly engine: E;
  /** Null: it is a function of this process, which cannot be out of order. */
  readonly breaker: Breaker | null;
  /** It answers at once, but only so well: it has its turn when the others have had theirs. */
  readonly isStandIn: boolean;
}

/** What is wrong with an engine right now; null: nothing. In words of ours: it is shown to anybody who asks. */
export function troubleOf({ engine, breaker }: Link<Engine<unknown>>): string | null {
  const health = engine.health();
  const trouble = breaker?.trouble ?? null;
  if (trouble !== null) return IN_SHORT[trouble.code] ?? trouble.row.sentence;
  return health === 'up' ? null : health.down;
}

const IN_SHORT: Readonly<Partial<Record<Code, string>>> = {
  bad_key: 'it does not accept the key',
  quota_exceeded: 'the account is used up',
  rate_limited: 'it has been asked too often',
  connection_cut: 'it cannot be reached',
  deadline: 'it does not answer in time',
  vendor_down: 'it is out of order',
  vendor_broken: 'what it answers cannot be read',
  unknown_model: 'it does not know the model',
  vendor_refused: 'it refuses what it is asked',
};

export function linkOf<E extends Engine<unknown>>(engine: E, isStandIn: boolean, log: Logger): Link<E> {
  const probe = engine.probe?.bind(engine) ?? (engine.ready === undefined ? null : probeOfWorker(engine));
  const breaker = probe === null ? null : createBreaker({ name: engine.name, probe, log });
  return { engine, breaker, isStandIn };
}

/** A process of ours is started again by itself; one that dies again and again is to be left alone all the same. */
function probeOfWorker(engine: Engine<unknown>) {
  return async () => {
    const state = engine.health();
    if (state !== 'up') throw new ParleyError('worker_unavailable', state.down);
  };
}

/** Nobody is behind it who could be asked whether it is well: its `health` knows. */
export const runsHere = ({ engine }: { readonly engine: Engine<unknown> }): boolean => engine.probe === undefined;

/** Those that are worth asking. If none is, those that run here wait for themselves: they may be coming back. */
export function usable<E extends Engine<unknown>>(links: readonly Link<E>[]): readonly Link<E>[] {
  const healthy = links.filter((link) => troubleOf(link) === null);
  if (healthy.length > 0) return healthy;
  return links.filter((link) => runsHere(link) || (link.breaker?.trouble ?? null) === null);
}

/** Told when an engine is asked because another one failed, or is late. */
export type OnTakeOver = (from: string, to: string) => void;

/** One after the other, for as long as whoever asks them has no answer. */
export function* eachInTurn<L extends Link<Engine<unknown>>>(
  links: readonly L[],
  onTakeOver: OnTakeOver,
): Generator<L, void, undefined> {
  for (const [at, link] of links.entries()) {
    if (at > 0 && link !== links[at - 1]) onTakeOver(links[at - 1]!.engine.name, link.engine.name);
    yield link;
  }
}

/** Thrown when nobody is left to be asked: what the first of them suffers from. */
export function nobodyLeft(links: readonly Link<Engine<unknown>>[]): ParleyError {
  const why = links.map(({ breaker }) => breaker?.trouble ?? null).find((trouble) => trouble !== null);
  return why ?? new ParleyError('engine_failed', 'No engine is left to ask.');
}

/** What the engines of a chain share with every chain: a name, a health, an end. */
export function chainLife(links: readonly Link<Engine<unknown>>[]) {
  return {
    name: links[0]!.engine.name,
    readAhead: Math.max(...links.map(({ engine }) => engine.readAhead)),
    health(): 'up' | { down: string } {
      const troubles = links.map((link) => [link.engine.name, troubleOf(link)] as const);
      if (troubles.some(([, trouble]) => trouble === null)) return 'up';
      return {
        down: troubles.map(([name, trouble]) => (troubles.length > 1 ? `${name}: ${trouble}` : trouble)).join('; '),
      };
    },
    /** Of the one who would be asked: whoever takes over has no connections kept, nor asked for. */
    warm(session: SessionScope): void {
      usable(links)[0]?.engine.warm?.(session);
    },
    async close() {
      for (const { breaker } of links) breaker?.close();
      await Promise.all(links.map(({ engine }) => engine.close()));
    },
  };
}

/** What is left of the time in which a caller expects an answer. */
export interface Budget {
  /** From here on the caller waits. Only the first call counts. */
  begin(): void;
  /** For an attempt: half of what is left if another may follow it, otherwise all. */
  share(isLast: boolean): number;
  readonly left: number;
}

export function createBudget(ms: number, now: () => number = () => performance.now()): Budget {
  let end: number | null = null;
  const left = () => (end === null ? ms : Math.max(0, end - now()));
  return {
    begin() {
      end ??= now() + ms;
    },
    share: (isLast) => (isLast ? left() : left() / 2),
    get left() {
      return left();
    },
  };
}

/** Says what failed and what follows from it, in the words that operators look for. */
export interface Tries {
  /** Returns how long to wait before the same engine is asked again; null: not again. `mayRetry`: nothing was heard yet. */
  again(link: Link<Engine<unknown>>, error: ParleyError, isLast: boolean, mayRetry?: boolean): number | null;
}

export function countTries(patience: Patience, budget: Budget, log: Logger): Tries {
  const failures = new Map<Engine<unknown>, number>();
  return {
    again(link, error, isLast, mayRetry = true) {
      link.breaker?.failed(error);
      const { name } = link.engine;
      const attempt = (failures.get(link.engine) ?? 0) + 1;
      failures.set(link.engine, attempt);
      const most = isLast ? patience.attempts : 1;
      const delayMs = delayBefore(patience, attempt, error);
      const goesOn = isLast && mayRetry && error.retryable && attempt < most && delayMs < budget.left;
      const next = goesOn
        ? `retrying in ${(delayMs / 1000).toFixed(1)} s`
        : isLast
          ? 'no further attempt'
          : 'the next engine is asked';
      // Having nothing to say is no fault.
      const level = error.code === 'no_answer' ? 'info' : 'warn';
      log[level]({ engine: name, code: error.code }, `attempt ${attempt}/${most} failed: ${error.message} ${next}`);
      return goesOn ? delayMs : null;
    },
  };
}

/** Who has just waited in vain need not wait again; everybody else comes back at a time of his own. */
function delayBefore({ delayMs, factor }: Patience, failures: number, error: ParleyError): number {
  if (error.code === 'deadline') return 0;
  const usual = delayMs * factor ** (failures - 1) * (0.75 + Math.random() / 4);
  return Math.max(usual, error.retryAfterMs ?? 0);
}
