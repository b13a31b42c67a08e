/**
 * The 20 ms beat of a microphone: each beat has its place on the clock, so that one that comes late is followed by the
 * next without a wait, and nothing drifts. How late they came tells whether the load side itself was too slow.
 */
import { setTimeout as wait } from 'node:timers/promises';

export const BEAT_MS = 20;

export interface Beats {
  /** Resolves to the time at which the next beat was due. */
  next(): Promise<number>;
}

export interface BeatClock {
  now(): number;
  wait(ms: number): Promise<void>;
}

export const realClock: BeatClock = { now: () => performance.now(), wait: (ms) => wait(ms) };

/** `onLate` is told of every beat by how many milliseconds it missed its place. */
export function createBeats(onLate: (ms: number) => void, clock: BeatClock = realClock): Beats {
  let due = clock.now();
  return {
    async next() {
      due += BEAT_MS;
      const left = due - clock.now();
      if (left > 0) await clock.wait(left);
      onLate(Math.max(0, clock.now() - due));
      return due;
    },
  };
}
