/**
 * How busy this process's loop would be with one caller more. Lateness says that there were too many; this says so before:
 * of a crowd that comes at once nobody has begun to speak when the last of it knocks.
 */

const WINDOW_MS = 5000;
/** One long task is no crowd, however long it was. */
const MOST_OF_ONE_MS = 500;
/**
 * Of the loop's time: for so much a caller is taken until what it does can be seen, on a core of today. What those who are
 * here take says less of the next one: they may be silent.
 */
const EACH = 0.01;
/** By then it is heard and answered like everybody else. */
const SETTLED_MS = 10_000;

/** What Node says of its loop, since it began: milliseconds. */
export interface LoopTime {
  readonly active: number;
  readonly idle: number;
}

export interface Headroom {
  /** Ten times a second. */
  look(): void;
  /** Counts a session for as long as it lasts. */
  during<T>(session: Promise<T>): Promise<T>;
  /** The share of the last seconds in which the loop had something to do. */
  busy(): number;
  /** The same, when one caller more has come and the newest do what the others do; it may be more than 1. */
  busyWithOneMore(): number;
}

export function createHeadroom(now: () => number, loopTime: () => LoopTime): Headroom {
  let last = loopTime();
  let stretches: LoopTime[] = [];
  const sessions = new Set<{ readonly since: number }>();

  const busy = () => {
    const active = stretches.reduce((sum, each) => sum + each.active, 0);
    const all = stretches.reduce((sum, each) => sum + each.idle, active);
    return all <= 0 ? 0 : active / all;
  };
  const busyWithMany = () =>
    stretches.reduce((sum, { active }) => sum + Math.min(MOST_OF_ONE_MS, active), 0) / WINDOW_MS;
  /** Newcomers, each by what is not to be seen of it yet. */
  const unseen = () => {
    let sum = 0;
    for (const { since } of sessions) sum += Math.max(0, 1 - (now() - since) / SETTLED_MS);
    return sum;
  };
  return {
    look() {
      const next = loopTime();
      stretches.push({ active: next.active - last.active, idle: next.idle - last.idle });
      last = next;
      let kept = 0;
      const first = stretches.findLastIndex(({ active, idle }) => {
        kept += active + idle;
        return kept >= WINDOW_MS;
      });
      if (first > 0) stretches = stretches.slice(first);
    },
    busy,
    async during(session) {
      const own = { since: now() };
      sessions.add(own);
      try {
        return await session;
      } finally {
        sessions.delete(own);
      }
    },
    busyWithOneMore: () => busyWithMany() + EACH * (unseen() + 1),
  };
}
