import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { watchLoop } from '../../src/observe/loop-lag.js';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

it('tells how late the process is, once for each delay, and ends with its signal', () => {
  const stop = new AbortController();
  const lags: number[] = [];
  let busyMs = 0;
  watchLoop(
    (ms) => void lags.push(ms),
    stop.signal,
    () => performance.now() + busyMs,
  );
  vi.advanceTimersByTime(100);
  // Something takes the processor for 70 ms, and the timer can ring only then.
  busyMs = 70;
  vi.advanceTimersByTime(100);
  vi.advanceTimersByTime(100);
  expect(lags).toEqual([0, 70, 0]);
  stop.abort();
  expect(vi.getTimerCount()).toBe(0);
});
