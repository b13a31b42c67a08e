/**
 * What stands for the GPU: draws the pictures of all callers in batches, one batch at a time, and takes as long as it
 * was told that they take.
 */
import { abortable } from '../../flow.js';

export interface Easel {
  /** Resolves when the picture is drawn; whoever has gone before it is begun is left out. */
  draw(signal: AbortSignal): Promise<void>;
}

export interface EaselOptions {
  readonly pictureMs: number;
  readonly batch: number;
}

export interface EaselClock {
  now(): number;
  wait(ms: number): Promise<void>;
}

const realClock: EaselClock = {
  now: () => performance.now(),
  wait: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
};

interface Order {
  readonly signal: AbortSignal;
  readonly drawn: () => void;
}

export function simulatedEasel({ pictureMs, batch }: EaselOptions, clock: EaselClock = realClock): Easel {
  const orders: Order[] = [];
  let isDrawing = false;

  async function drawAll(): Promise<void> {
    isDrawing = true;
    // Every batch has its place on the clock: timers that come late do not add up.
    for (let due = clock.now(); orders.length > 0; ) {
      const chosen = orders.splice(0, batch).filter(({ signal }) => !signal.aborted);
      due += chosen.length * pictureMs;
      const left = due - clock.now();
      if (left > 0) await clock.wait(left);
      for (const { drawn } of chosen) drawn();
    }
    isDrawing = false;
  }

  return {
    draw(signal) {
      const done = new Promise<void>((drawn) => orders.push({ signal, drawn }));
      if (!isDrawing) void drawAll();
      return abortable(done, signal);
    },
  };
}
