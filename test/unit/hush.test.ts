import { expect, it } from 'vitest';
import { type Hush, listenForHush } from '../../src/conversation/hush.js';

const FRAME = 512;

/** A frame so loud, against full scale. */
const frame = (db: number): Int16Array => {
  const level = Math.round(32_768 * 10 ** (db / 20));
  return Int16Array.from({ length: FRAME }, (_, index) => (index % 2 === 0 ? level : -level));
};

/** What is heard of these frames, 15 of each. */
function listen(...levels: readonly number[]): Hush[] {
  const listener = listenForHush();
  return levels.flatMap((db) => Array.from({ length: 15 }, () => listener.hear(frame(db))));
}

/** What is heard of this frame behind a voice of -20 dBFS. */
function behindVoice(next: Int16Array): Hush {
  const listener = listenForHush();
  for (let n = 0; n < 8; n += 1) listener.hear(frame(-20));
  return listener.hear(next);
}

it.each([-12, -30, -40])('a voice of %i dBFS has ceased in the first frame of a quiet room, and not before', (db) => {
  const heard = listen(db, db - 28, db - 58);
  expect(new Set(heard.slice(0, 30))).toEqual(new Set(['none']));
  expect(new Set(heard.slice(30, 34))).toEqual(new Set(['lasts']));
});

it('in a loud room nobody hears by the level that a voice has ceased', () => {
  expect(new Set(listen(-20, -50))).toEqual(new Set(['none']));
});

it('is 40 dB under the voice', () => {
  expect([behindVoice(frame(-59)), behindVoice(frame(-62))]).toEqual(['none', 'lasts']);
});

it('begins where the last 16 ms of a frame are quiet', () => {
  expect(behindVoice(frame(-20).fill(0, FRAME / 2))).toBe('begins');
  expect(behindVoice(frame(-20).fill(0, FRAME / 2 + 1))).toBe('none');
  expect(behindVoice(frame(-20).fill(0, 0, FRAME / 2))).toBe('none');
});

it('does not last over a "t" of 4 ms', () => {
  const burst = new Int16Array(FRAME);
  burst.set(frame(-40).subarray(0, 64), 100);
  expect(behindVoice(burst)).toBe('begins');
});

it('a click does not make the last consonant of a soft voice a hush', () => {
  const listener = listenForHush();
  for (let n = 0; n < 15; n += 1) listener.hear(frame(-40));
  listener.hear(frame(-3));
  const behind = Array.from({ length: 15 }, () => listener.hear(frame(-40)));
  expect(new Set([...behind, listener.hear(frame(-68))])).toEqual(new Set(['none']));
});

it('silence is no hush before a voice was heard', () => {
  const listener = listenForHush();
  expect([listener.hear(new Int16Array(FRAME)), listener.hear(new Int16Array(FRAME))]).toEqual(['none', 'none']);
});
