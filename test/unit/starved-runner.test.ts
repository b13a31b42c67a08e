/** Which failures of tests are the machine's. */
import { describe, expect, it } from 'vitest';
import { takenBetween } from '../starved-runner.js';

describe('what others took while a test ran', () => {
  it('is a share of what was wanted, not of what there was', () => {
    expect(takenBetween({ stolen: 100, worked: 1000 }, { stolen: 400, worked: 1100 })).toBe(0.75);
    expect(takenBetween({ stolen: 100, worked: 1000 }, { stolen: 100, worked: 9000 })).toBe(0);
  });

  it('is nothing where nobody counts it, so that a failure stands', () => {
    expect(takenBetween(null, null)).toBe(0);
    expect(takenBetween({ stolen: 0, worked: 0 }, null)).toBe(0);
  });
});
