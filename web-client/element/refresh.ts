/** When the screen shows what a page draws: at its next refresh. In milliseconds of the page's clock. */

/** Until the first are counted; most screens. */
const USUAL_MS = 1000 / 60;
/** 240 refreshes a second, and a page that a browser lets draw 20 times a second to save its battery. */
const LEAST_MS = 4;
const MOST_MS = 50;
/** Half a second: long enough for a page that misses some. */
const KEPT = 30;

export interface Refresh {
  /** When it comes. */
  readonly at: number;
  /** How long it stays. */
  readonly lasts: number;
}

/** Give it every animation frame's own time, and when its work is done. */
export function refreshClock(): (frameTime: number, now: number) => Refresh {
  const steps: number[] = [];
  let last: number | undefined;
  return (frameTime, now) => {
    if (last !== undefined && frameTime > last) steps.push(Math.min(MOST_MS, Math.max(LEAST_MS, frameTime - last)));
    last = frameTime;
    if (steps.length > KEPT) steps.shift();
    const sorted = [...steps].sort((a, b) => a - b);
    // A step over a refresh that was missed is twice as long; as many as three of four may be.
    const lasts = sorted[Math.floor(sorted.length / 4)] ?? USUAL_MS;
    const waits = Math.max(1, Math.ceil((now - frameTime) / lasts));
    return { at: frameTime + waits * lasts, lasts };
  };
}
