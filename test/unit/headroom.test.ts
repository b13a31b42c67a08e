import { expect, it } from 'vitest';
import { createHeadroom } from '../../src/observe/headroom.js';

function house() {
  let now = 0;
  const loop = { active: 0, idle: 0 };
  const headroom = createHeadroom(
    () => now,
    () => ({ ...loop }),
  );
  return {
    /** So many seconds in which the loop is busy for this share of the time. */
    pass(seconds: number, share: number) {
      for (let look = 0; look < 10 * seconds; look += 1) {
        now += 100;
        loop.active += 100 * share;
        loop.idle += 100 * (1 - share);
        headroom.look();
      }
    },
    /** They come in; what is given back has them leave. */
    come(callers: number): () => Promise<void> {
      const leave = Array.from({ length: callers }, () => {
        const { promise, resolve } = ending();
        return { left: headroom.during(promise), resolve };
      });
      return async () => {
        for (const { resolve } of leave) resolve();
        await Promise.all(leave.map(({ left }) => left));
      };
    },
    headroom,
  };
}

function ending() {
  let resolve = () => {};
  const promise = new Promise<void>((settle) => {
    resolve = settle;
  });
  return { promise, resolve };
}

it('knows nothing before it has looked', () => {
  const { headroom } = house();
  expect(headroom.busy()).toBe(0);
  headroom.look();
  headroom.look();
  expect(headroom.busy()).toBe(0);
  expect(headroom.busyWithOneMore()).toBeCloseTo(0.01);
});

it('is busy as the loop was in the last five seconds', () => {
  const { pass, headroom } = house();
  pass(60, 0.2);
  expect(headroom.busy()).toBeCloseTo(0.2);
  pass(1, 0.7);
  expect(headroom.busy()).toBeCloseTo(0.3);
  pass(5, 0.7);
  expect(headroom.busy()).toBeCloseTo(0.7);
});

it('takes the next caller for one like those who are here', () => {
  const { pass, come, headroom } = house();
  come(40);
  pass(20, 0.6);
  expect(headroom.busyWithOneMore()).toBeCloseTo(0.6 + 0.015);
});

it('counts who has just come as one who speaks, and after ten seconds by what is seen of it', () => {
  const { pass, come, headroom } = house();
  come(40);
  pass(20, 0.6);
  come(20);
  expect(headroom.busyWithOneMore()).toBeCloseTo(0.6 + 0.015 * 21);
  pass(10, 0.9);
  expect(headroom.busyWithOneMore()).toBeCloseTo(0.9 + 0.015);
});

it('lets a crowd in as far as it can be served', () => {
  const { pass, come, headroom } = house();
  pass(10, 0.01);
  let callers = 0;
  while (headroom.busyWithOneMore() <= 0.9 && callers < 1000) {
    come(1);
    callers += 1;
  }
  // Nobody knows yet what one of them costs.
  expect(callers).toBe(89);
  pass(20, 0.89);
  expect(headroom.busyWithOneMore()).toBeCloseTo(0.9);
});

it('remembers for a minute or two what they cost when they spoke', () => {
  const { pass, come, headroom } = house();
  come(40);
  pass(20, 0.8);
  pass(10, 0.1);
  expect(headroom.busyWithOneMore()).toBeGreaterThan(0.1 + 0.017);
  pass(60, 0.1);
  expect(headroom.busyWithOneMore()).toBeLessThan(0.1 + 0.011);
  pass(600, 0.1);
  expect(headroom.busyWithOneMore()).toBeCloseTo(0.1025, 3);
});

it('does not take what coming in costs for what each of them costs', () => {
  const { pass, come, headroom } = house();
  come(10);
  pass(5, 0.6);
  expect(headroom.busyWithOneMore()).toBeCloseTo(0.6 + 0.11);
  pass(6, 0.1);
  expect(headroom.busyWithOneMore()).toBeCloseTo(0.11);
});

it('forgets who has left', async () => {
  const { pass, come, headroom } = house();
  come(10);
  pass(20, 0.1);
  const leave = come(80);
  const full = headroom.busyWithOneMore();
  await leave();
  expect(headroom.busyWithOneMore()).toBeCloseTo(0.11);
  expect(full).toBeCloseTo(0.1 + 0.81);
});

it('forgets one whose session has failed', async () => {
  const { headroom, pass } = house();
  await expect(headroom.during(Promise.reject(new Error('gone')))).rejects.toThrow('gone');
  pass(10, 0.4);
  expect(headroom.busyWithOneMore()).toBeCloseTo(0.41);
});
