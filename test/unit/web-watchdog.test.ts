import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { LONGEST_SILENCE_MS, watchForSilence } from '../../web-client/element/watchdog.js';

describe('the watch over a silent server', () => {
  const onSilent = vi.fn();

  beforeEach(() => {
    vi.useFakeTimers();
    onSilent.mockClear();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it('calls once when something is outstanding and nothing has arrived for 10 s', () => {
    const watchdog = watchForSilence(onSilent);
    watchdog.expect(true);
    vi.advanceTimersByTime(9_999);
    expect(onSilent).not.toHaveBeenCalled();
    vi.advanceTimersByTime(1);
    expect(onSilent).toHaveBeenCalledTimes(1);
    vi.advanceTimersByTime(10 * LONGEST_SILENCE_MS);
    expect(onSilent).toHaveBeenCalledTimes(1);
  });

  it('counts from the last arrival, but not from being told again that something is outstanding', () => {
    const watchdog = watchForSilence(onSilent);
    watchdog.expect(true);
    vi.advanceTimersByTime(6_000);
    watchdog.arrived();
    vi.advanceTimersByTime(6_000);
    watchdog.expect(true);
    expect(onSilent).not.toHaveBeenCalled();
    vi.advanceTimersByTime(4_000);
    expect(onSilent).toHaveBeenCalledTimes(1);
  });

  it('lets the server be silent while nothing is outstanding', () => {
    const watchdog = watchForSilence(onSilent);
    watchdog.arrived();
    watchdog.expect(true);
    watchdog.expect(false);
    watchdog.arrived();
    vi.advanceTimersByTime(10 * LONGEST_SILENCE_MS);
    expect(onSilent).not.toHaveBeenCalled();
  });
});
