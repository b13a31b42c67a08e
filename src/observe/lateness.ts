/** For how much of the last seconds this process was late with everything that it has to do. */

/** Short enough that who comes after a crowd is let in. */
const WINDOW_MS = 5000;
/** One long task is no crowd, however long it was. */
const MOST_OF_ONE_MS = 500;

export interface Lateness {
  /** A timer has rung so many ms too late: since the one before, everything has been as late, or waited for this one. */
  rang(lagMs: number): void;
  /** The share of the last WINDOW_MS, 0 to 1, in which timers rang by more than so much too late. */
  share(mostMs: number): number;
}

export function createLateness(now: () => number): Lateness {
  let rings: { readonly from: number; readonly to: number; readonly lagMs: number }[] = [];
  let last = now();
  return {
    rang(lagMs) {
      const at = now();
      rings = rings.filter(({ to }) => to > at - WINDOW_MS);
      rings.push({ from: last, to: at, lagMs });
      last = at;
    },
    share(mostMs) {
      const begin = now() - WINDOW_MS;
      const late = rings.filter(({ lagMs }) => lagMs > mostMs);
      const within = ({ from, to }: { from: number; to: number }) => Math.max(0, to - Math.max(from, begin));
      return late.reduce((sum, ring) => sum + Math.min(MOST_OF_ONE_MS, within(ring)), 0) / WINDOW_MS;
    },
  };
}
