import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type Breaker, createBreaker } from '../../src/engines/resilience/breaker.js';
import { type Code, ParleyError } from '../../src/errors.js';
import { silentLog } from '../fixtures/engines.js';

const error = (code: Code, retryAfterMs?: number) =>
  new ParleyError(code, undefined, retryAfterMs === undefined ? {} : { retryAfterMs });

describe('a breaker', () => {
  /** What the next probes say. */
  let probes: (ParleyError | 'well' | 'never')[] = [];
  let asked = 0;
  let breaker: Breaker;

  beforeEach(() => {
    vi.useFakeTimers();
    probes = [];
    asked = 0;
    breaker = createBreaker({
      name: 'vendor',
      log: silentLog,
      probe: async () => {
        asked += 1;
        const said = probes.shift() ?? 'well';
        if (said === 'never') await new Promise(() => {});
        if (said instanceof ParleyError) throw said;
      },
    });
  });
  afterEach(() => {
    breaker.close();
    vi.useRealTimers();
  });
  const fail = (times: number, code: Code = 'vendor_down') => {
    for (let n = 0; n < times; n += 1) breaker.failed(error(code));
  };

  it('opens after three failures within 30 s, and says why', () => {
    fail(2);
    expect(breaker.trouble).toBeNull();
    fail(1, 'connection_cut');
    expect(breaker.trouble).toMatchObject({ code: 'connection_cut' });
  });

  it('forgets failures that are 30 s old, and all of them after a success', async () => {
    fail(2);
    await vi.advanceTimersByTimeAsync(30_000);
    fail(2);
    expect(breaker.trouble).toBeNull();
    breaker.succeeded();
    fail(2);
    expect(breaker.trouble).toBeNull();
  });

  it('opens at once for a key that the probe finds wrong as well, and asks again after a minute', async () => {
    probes = [error('bad_key')];
    fail(1, 'bad_key');
    await vi.advanceTimersByTimeAsync(0);
    expect(breaker.trouble).toMatchObject({ code: 'bad_key' });
    await vi.advanceTimersByTimeAsync(59_000);
    expect(asked).toBe(1);
    await vi.advanceTimersByTimeAsync(1000);
    expect(asked).toBe(2);
    expect(breaker.trouble).toBeNull();
  });

  it.each(['bad_key', 'quota_exceeded'] as const)('stays closed after %s for a single request', async (code) => {
    fail(10, code);
    await vi.advanceTimersByTimeAsync(0);
    expect(breaker.trouble).toBeNull();
  });

  it.each([0, 3000])('stays closed for a Retry-After that an attempt would wait for: %s ms', (ms) => {
    breaker.failed(error('rate_limited', ms));
    expect(breaker.trouble).toBeNull();
  });

  it.each([0, 99_999_999_999_000])('asks neither all the time nor never again: Retry-After %s', async (ms) => {
    probes = [error('rate_limited', ms), error('rate_limited', ms)];
    for (let n = 0; n < 3; n += 1) breaker.failed(error('rate_limited', ms));
    await vi.advanceTimersByTimeAsync(9_999);
    expect(asked).toBe(0);
    await vi.advanceTimersByTimeAsync(1_900_000);
    expect(asked).toBe(3);
    expect(breaker.trouble).toBeNull();
  });

  it.each([
    'content_refused',
    'vendor_refused',
    'unknown_voice',
    'too_many_concurrent',
    'turn_cancelled',
    'barge_in',
    'client_gone',
  ] as const)('takes %s for no fault of the vendor', (code) => {
    fail(10, code);
    expect(breaker.trouble).toBeNull();
  });

  it('keeps away for as long as the vendor asks it to', async () => {
    breaker.failed(error('rate_limited', 25_000));
    await vi.advanceTimersByTimeAsync(24_999);
    expect(breaker.trouble).not.toBeNull();
    await vi.advanceTimersByTimeAsync(1);
    expect(breaker.trouble).toBeNull();
  });

  it('asks every 10 s whether the vendor is back, and tells the newest reason meanwhile', async () => {
    probes = [error('connection_cut'), error('bad_key')];
    fail(3);
    await vi.advanceTimersByTimeAsync(10_000);
    expect(breaker.trouble).toMatchObject({ code: 'connection_cut' });
    await vi.advanceTimersByTimeAsync(10_000);
    expect(breaker.trouble).toMatchObject({ code: 'bad_key' });
    await vi.advanceTimersByTimeAsync(60_000);
    expect(breaker.trouble).toBeNull();
    expect(asked).toBe(3);
  });

  it('opens again at the first failure after it came back, and closes for good with a success', async () => {
    fail(3);
    await vi.advanceTimersByTimeAsync(10_000);
    fail(1);
    expect(breaker.trouble).not.toBeNull();
    await vi.advanceTimersByTimeAsync(10_000);
    breaker.succeeded();
    fail(2);
    expect(breaker.trouble).toBeNull();
  });

  it('takes a vendor that does not answer for one that is away', async () => {
    probes = ['never'];
    const checked = breaker.check();
    await vi.advanceTimersByTimeAsync(5000);
    await checked;
    expect(breaker.trouble).toMatchObject({ code: 'deadline' });
  });

  it('asks nobody any more once it is closed', async () => {
    fail(3);
    breaker.close();
    await vi.advanceTimersByTimeAsync(100_000);
    expect(asked).toBe(0);
    expect(vi.getTimerCount()).toBe(0);
  });
});
