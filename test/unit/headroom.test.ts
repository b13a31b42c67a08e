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
    /** Nobody is looked after for so long. */
    standStill(ms: number) {
      now += ms;
      loop.active += ms;
      headroom.look();
    },
    /** They come in; what is given back has them leave. */
    come(callers: number): () => Promise<void> {
      const here = Array.from({ length: callers }, () => {
        const { promise, leave } = stay();
        return { session: headroom.during(promise), leave };
      });
      return async () => {
        for (const { leave } of here) leave();
        await Promise.all(here.map(({ session }) => session));
      };
    },
    headroom,
  };
}

function stay() {
  let leave = () => {};
  const promise = new Promise<void>((resolve) => {
    leave = resolve;
  });
  return { promise, leave };
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
  pass(4, 0.7);
  expect(headroom.busy()).toBeCloseTo(0.7);
});

it('does not take one long task for a crowd, however long it was', () => {
  const { pass, standStill, headroom } = house();
  pass(10, 0);
  standStill(30_000);
  expect(headroom.busy()).toBeCloseTo(1);
  expect(headroom.busyWithOneMore()).toBeCloseTo(0.11);
  pass(1, 0.5);
  expect(headroom.busyWithOneMore()).toBeCloseTo(0.21);
  pass(5, 0.5);
  expect(headroom.busy()).toBeCloseTo(0.5);
});

it('reckons with what newcomers will do, the less of it the more of it can be seen', () => {
  const { pass, come, headroom } = house();
  come(40);
  pass(20, 0.6);
  expect(headroom.busyWithOneMore()).toBeCloseTo(0.6 + 0.01);
  come(20);
  expect(headroom.busyWithOneMore()).toBeCloseTo(0.6 + 0.01 * 21);
  pass(5, 0.7);
  expect(headroom.busyWithOneMore()).toBeCloseTo(0.7 + 0.01 * 11);
  pass(5, 0.8);
  expect(headroom.busyWithOneMore()).toBeCloseTo(0.8 + 0.01);
});

it('keeps the last of a crowd out that comes at once, until it is seen what the first of it do', () => {
  const { pass, come, headroom } = house();
  pass(10, 0.01);
  let callers = 0;
  while (headroom.busyWithOneMore() <= 0.9 && callers < 1000) {
    come(1);
    callers += 1;
  }
  expect(callers).toBe(89);
  pass(10, 0.3);
  expect(headroom.busyWithOneMore()).toBeCloseTo(0.31);
  pass(10, 1);
  expect(headroom.busyWithOneMore()).toBeCloseTo(1.01);
});

it('forgets who has left, and one whose session has failed', async () => {
  const { pass, come, headroom } = house();
  pass(10, 0.1);
  const leave = come(70);
  expect(headroom.busyWithOneMore()).toBeCloseTo(0.1 + 0.71);
  await leave();
  expect(headroom.busyWithOneMore()).toBeCloseTo(0.11);
  await expect(headroom.during(Promise.reject(new Error('gone')))).rejects.toThrow('gone');
  expect(headroom.busyWithOneMore()).toBeCloseTo(0.11);
});
