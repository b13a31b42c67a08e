/**
 * How busy this process's loop would be with one caller more. Lateness says that there were too many; this says so before:
 * of a crowd that comes at once nobody has begun to speak when the last of it knocks.
 */

const WINDOW_MS = 5000;
/** So long after it has come a caller is heard and answered like everybody else, and what it costs has been seen. */
const SETTLED_MS = 10_000;
/** Of the loop's time: what each is taken for until enough have been seen, by a server core of today. */
const UNSEEN_EACH = 0.01;
const ENOUGH = 8;
/** With every look, ten in a second: halved in a minute. Whoever is silent now has spoken, and will again. */
const FADES = 0.5 ** (1 / 600);

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
  /** The same, when one caller more has come and the newest have begun to speak; it may be more than 1. */
  busyWithOneMore(): number;
}

export function createHeadroom(now: () => number, loopTime: () => LoopTime): Headroom {
  let looks: (LoopTime & { readonly at: number })[] = [];
  const joined = new Set<{ readonly at: number }>();
  /** As it was when all who were here had settled: coming in costs something else. */
  let each = UNSEEN_EACH;

  const look = () => {
    const at = now();
    looks.push({ at, ...loopTime() });
    // One that is older stays, as the beginning of the window.
    const first = looks.findLastIndex((earlier) => earlier.at <= at - WINDOW_MS);
    if (first > 0) looks = looks.slice(first);
    if (joined.size >= ENOUGH && newcomers() === 0) each = Math.max(busy() / joined.size, each * FADES);
  };
  const newcomers = () => {
    const settledBefore = now() - SETTLED_MS;
    let count = 0;
    for (const { at } of joined) if (at > settledBefore) count += 1;
    return count;
  };
  const busy = () => {
    const [first, last] = [looks[0], looks.at(-1)];
    if (first === undefined || last === undefined) return 0;
    const active = last.active - first.active;
    const all = active + last.idle - first.idle;
    return all <= 0 ? 0 : active / all;
  };
  return {
    look,
    busy,
    async during(session) {
      const caller = { at: now() };
      joined.add(caller);
      try {
        return await session;
      } finally {
        joined.delete(caller);
      }
    },
    busyWithOneMore: () => busy() + each * (newcomers() + 1),
  };
}
