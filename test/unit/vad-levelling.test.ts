import { expect, it } from 'vitest';
import { rootMeanSquare } from '../../src/audio/level.js';
import { FIRST_LEVEL, gainAt, levelAfter } from '../../src/engines/vad/levelling.js';

const FRAMES_A_SECOND = 1000 / 32;

/** The level after so many frames that are all equally loud. */
function follow(level: number, rms: number, frames: number): number {
  for (let n = 0; n < frames; n += 1) level = levelAfter(level, rms);
  return level;
}

it('measures loudness as the root mean square of full scale', () => {
  expect(rootMeanSquare(new Int16Array(512))).toBe(0);
  expect(rootMeanSquare(new Int16Array(512).fill(-32_768))).toBe(1);
  expect(rootMeanSquare(Int16Array.from([16_384, -16_384]))).toBe(0.5);
});

it.each([0.02, 0.05, 0.1, 0.2])('brings a voice of %f to the same loudness within seconds', (rms) => {
  const level = follow(FIRST_LEVEL, rms, 6 * FRAMES_A_SECOND);
  expect(rms * gainAt(level)).toBeGreaterThan(0.2);
  expect(rms * gainAt(level)).toBeLessThan(0.3);
});

it('never makes a voice softer', () => {
  expect(gainAt(follow(FIRST_LEVEL, 0.9, 100))).toBe(1);
});

it('amplifies silence to a bound, however long it lasts', () => {
  expect(gainAt(follow(FIRST_LEVEL, 0, 10_000))).toBe(20);
});

it('is not made deaf by a click: half a second later a soft voice has most of its gain again', () => {
  const soft = follow(FIRST_LEVEL, 0.1, 100);
  const clicked = levelAfter(soft, 0.3);
  expect(gainAt(follow(clicked, 0.1, FRAMES_A_SECOND / 2))).toBeGreaterThan(0.5 * gainAt(soft));
});
