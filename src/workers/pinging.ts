/**
 * Asks a worker every few seconds whether it still listens. Counts unanswered rounds, not time: when this process was
 * suspended itself, the worker must not pay for it.
 */
export interface Pinging {
  pong(at: number): void;
  stop(): void;
}

export interface PingEvents {
  ping(at: number): void;
  /** No answer for a whole round, or a late one. */
  slow(ms: number): void;
  /** No answer for DEAD_ROUNDS rounds. */
  dead(ms: number): void;
}

/** Slow after 2.5 s, dead after 10 s: a native call that keeps Python's interpreter lock may well take a second or two. */
export const PING_MS = 2500;
const DEAD_ROUNDS = 4;

export function startPinging(
  everyMs: number,
  events: PingEvents,
  now: () => number = () => performance.now(),
): Pinging {
  let asked: number | undefined;
  let rounds = 0;

  const ask = () => {
    asked = now();
    events.ping(asked);
  };
  const timer = setInterval(() => {
    if (asked === undefined) {
      ask();
      return;
    }
    rounds += 1;
    if (rounds === 1) events.slow(everyMs);
    if (rounds < DEAD_ROUNDS) return;
    clearInterval(timer);
    events.dead(rounds * everyMs);
  }, everyMs);
  ask();

  return {
    pong(at) {
      if (at !== asked) return;
      if (rounds > 0) events.slow(now() - at);
      asked = undefined;
      rounds = 0;
    },
    stop() {
      clearInterval(timer);
    },
  };
}
