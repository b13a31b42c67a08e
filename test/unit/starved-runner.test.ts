/** Which failures of tests are the machine's. */
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { ProcessorTime } from '../../src/bench/calm.js';
import config from '../../vitest.config.js';
import { onceMore } from '../starved-runner.js';

afterEach(() => vi.restoreAllMocks());

/** Whether a test that failed is run again, if the processors had done this before it and that behind it. */
function isRunAgain(before: ProcessorTime | null, after: ProcessorTime | null): boolean {
  const looks = [before, after];
  return onceMore('a test', () => looks.shift() ?? null).condition();
}

describe('a test that failed', () => {
  it('is run again if others took more than a third of what was wanted, and says so', () => {
    const said = vi.spyOn(console, 'warn').mockReturnValue();
    expect(isRunAgain({ stolen: 100, worked: 1000 }, { stolen: 400, worked: 1100 })).toBe(true);
    expect(said.mock.calls).toEqual([['AGAIN: “a test” failed, but others took 75 % of the processor time.']]);
  });

  it('has failed where they took less, or nobody counts it', () => {
    expect(isRunAgain({ stolen: 100, worked: 1000 }, { stolen: 200, worked: 9000 })).toBe(false);
    expect(isRunAgain(null, null)).toBe(false);
    expect(isRunAgain({ stolen: 0, worked: 0 }, null)).toBe(false);
  });

  it('is asked about, and only once', () => {
    expect(config.test?.runner).toBe('test/starved-runner.ts');
    expect(onceMore('a test', () => null).count).toBe(1);
  });
});
