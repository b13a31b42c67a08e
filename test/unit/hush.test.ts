import { expect, it } from 'vitest';
import { listenForHush } from '../../src/conversation/hush.js';

const FRAME = 512;

/** A frame so loud, against full scale. */
const frame = (db: number): Int16Array => {
  const level = Math.round(32_768 * 10 ** (db / 20));
  return Int16Array.from({ length: FRAME }, (_, index) => (index % 2 === 0 ? level : -level));
};

/** What is heard of these frames, a second of each. */
function listen(...levels: readonly number[]): boolean[] {
  const isHushed = listenForHush();
  return levels.flatMap((db) => Array.from({ length: 31 }, () => isHushed(frame(db))));
}

it.each([-12, -30, -40])('a voice of %i dBFS has ceased in the first frame of a quiet room, and not before', (db) => {
  const heard = listen(db, db - 28, db - 48);
  expect(heard.slice(0, 62)).not.toContain(true);
  expect(heard.slice(62)).not.toContain(false);
});

it('in a loud room nobody hears by the level that a voice has ceased', () => {
  expect(listen(-20, -50)).not.toContain(true);
});

it('a click does not make the voice behind it a hush for long', () => {
  const isHushed = listenForHush();
  for (let n = 0; n < 31; n += 1) isHushed(frame(-40));
  isHushed(frame(-3));
  const behind = Array.from({ length: 31 }, () => isHushed(frame(-40)));
  expect(behind).not.toContain(true);
});

it('what counts is the end of a frame, in which the voice may have ceased', () => {
  const isHushed = listenForHush();
  for (let n = 0; n < 4; n += 1) isHushed(frame(-20));
  const ceases = frame(-20).fill(0, FRAME / 2);
  const begins = frame(-20).fill(0, 0, FRAME / 2);
  expect([isHushed(ceases), isHushed(begins)]).toEqual([true, false]);
});

it('silence is no hush before a voice was heard', () => {
  const isHushed = listenForHush();
  expect([isHushed(new Int16Array(FRAME)), isHushed(new Int16Array(FRAME))]).toEqual([false, false]);
});
