import { expect, it } from 'vitest';
import { VAD_FRAME_SAMPLES } from '../../src/engines/contract.js';
import { openRest } from '../../src/engines/vad/silero-rest.js';

const frame = (value: number) => new Int16Array(VAD_FRAME_SAMPLES).fill(value);
const SECOND = 31;

it('shows the first second of a silence, and no more of it', () => {
  const rest = openRest();
  const told = Array.from({ length: SECOND + 2 }, () => rest(frame(20)));
  expect(told).toEqual([...Array.from({ length: SECOND }, () => 'shown'), 'silence', 'silence']);
});

it('shows the first sound behind it, and counts anew', () => {
  const rest = openRest();
  for (let n = 0; n < SECOND + 1; n += 1) rest(frame(0));
  expect(rest(frame(50))).toBe('shown');
  expect(rest(frame(0))).toBe('shown');
});

it('takes the soft noise of a room for something to be heard', () => {
  const rest = openRest();
  const told = Array.from({ length: 2 * SECOND }, () => rest(frame(40)));
  expect(told).not.toContain('silence');
});
