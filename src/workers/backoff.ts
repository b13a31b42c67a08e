/**
 * When a worker that ended is started again: at once the first time, because most deaths are single accidents; then
 * after 0.5, 1, 2 ... seconds, because a worker that dies while it loads 2 GB of weights would keep the disk busy for
 * everybody; never later than 10 s, because somebody may have repaired the cause.
 */
const FIRST_DELAY_MS = 500;
const LONGEST_DELAY_MS = 10_000;
const MOST_DOUBLINGS = 3;
/** So long in service and the earlier failures no longer count. */
const HEALTHY_MS = 60_000;

/** `failures` in a row, this one included. */
export function restartDelayMs(failures: number): number {
  return failures <= 1 ? 0 : Math.min(LONGEST_DELAY_MS, FIRST_DELAY_MS * 2 ** (failures - 2));
}

/** A worker that was not ready in time may only be slow here: begun anew each time, it would never be. */
export function patienceMs(readyMs: number, failures: number): number {
  return readyMs * 2 ** Math.min(failures, MOST_DOUBLINGS);
}

export function failuresAfter(earlier: number, upMs: number): number {
  return upMs >= HEALTHY_MS ? 1 : earlier + 1;
}
