/**
 * Whether the engines that run on this machine keep callers waiting: what they get through in a second is bounded by its
 * cores, and what is more than that queues up in their processes, where no timer of this one rings any later. A vendor
 * that is slow is no crowd: it would not be quicker for fewer callers.
 */
import type { Asked, CallOutcome, Endpoint, Job, Observer } from './observer.js';

const WINDOW_MS = 10_000;
/** Fewer answers than this say nothing. */
const ENOUGH = 4;
/** A voice that takes seconds for its first word when it has nothing else to do is slow, not crowded. */
const TIMES_ITS_BEST = 3;

/** A caller sits and waits for these; pictures that come too late are left out. */
const WAITED_FOR: ReadonlySet<Job> = new Set(['stt', 'tts']);

export interface Crowding {
  /** The same, and this hears of it. */
  hearing(observer: Observer): Observer;
  /** The share of the last answers, 0 to 1, that came after more than so much, and much later than that engine can. */
  share(mostMs: number): number;
}

export function createCrowding(now: () => number): Crowding {
  const best = new Map<string, number>();
  let waits: { readonly at: number; readonly engine: string; readonly ms: number }[] = [];

  const isMeant = ({ job, isHere }: Asked) => isHere && WAITED_FOR.has(job);
  const waited = (engine: string, ms: number) => {
    const at = now();
    waits = waits.filter((wait) => wait.at > at - WINDOW_MS);
    waits.push({ at, engine, ms });
  };
  const isSlow = ({ engine, ms }: { engine: string; ms: number }, mostMs: number) =>
    ms > Math.max(mostMs, TIMES_ITS_BEST * (best.get(engine) ?? 0));

  return {
    hearing: (observer) => ({
      ...observer,
      answered(asked, turn, ms) {
        if (isMeant(asked)) {
          best.set(asked.engine, Math.min(ms, best.get(asked.engine) ?? ms));
          waited(asked.engine, ms);
        }
        observer.answered(asked, turn, ms);
      },
      ended(asked: Asked, endpoint: Endpoint, outcome: CallOutcome, waitedMs: number) {
        const wasGivenUp = outcome.kind === 'failed' && outcome.code === 'deadline';
        if (wasGivenUp && isMeant(asked)) waited(asked.engine, Number.POSITIVE_INFINITY);
        observer.ended(asked, endpoint, outcome, waitedMs);
      },
    }),
    share(mostMs) {
      const last = waits.filter(({ at }) => at > now() - WINDOW_MS);
      if (last.length < ENOUGH) return 0;
      return last.filter((wait) => isSlow(wait, mostMs)).length / last.length;
    },
  };
}
