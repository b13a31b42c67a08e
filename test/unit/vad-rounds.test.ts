import { expect, it } from 'vitest';
import { VAD_FRAME_SAMPLES } from '../../src/engines/contract.js';
import { openRest } from '../../src/engines/vad/silero-rest.js';
import { type Ear, MOST_IN_STEP, openRounds, present, type Round } from '../../src/engines/vad/silero-rounds.js';
import { Queue } from '../../src/flow.js';

const ear = (id: number): Ear => ({
  id,
  waiting: [],
  unheard: 0,
  complete: false,
  heard: new Queue<number>(4),
  shownAt: 0,
  rest: openRest(),
  later: [],
  skipped: 0,
});
const frame = (value: number) => new Int16Array(VAD_FRAME_SAMPLES).fill(value);

const valuesIn = ({ samples }: Round) =>
  Array.from({ length: samples.length / VAD_FRAME_SAMPLES }, (_, n) => samples[n * VAD_FRAME_SAMPLES]);

it('takes one frame of every stream that has one, step after step, until none is left', () => {
  const rounds = openRounds();
  const [one, two] = [ear(1), ear(2)];
  for (const value of [10, 11, 12]) rounds.add(one, frame(value));
  rounds.add(two, frame(20));
  const { round, ears, isBehind } = rounds.next()!;
  expect(round.steps).toEqual([[1, 2], [1], [1]]);
  expect(valuesIn(round)).toEqual([10, 20, 11, 12]);
  expect(ears).toEqual([one, two, one, one]);
  expect(isBehind).toBe(false);
  expect(rounds.next()).toBeNull();
});

it('is behind when there are more frames than have a place in four steps', () => {
  const rounds = openRounds();
  const crowd = (count: number) => {
    for (let id = 0; id < count; id += 1) rounds.add(ear(id), frame(0));
    return rounds.next();
  };
  expect(crowd(MOST_IN_STEP + 1)).toMatchObject({ isBehind: false, round: { steps: { length: 2 } } });
  expect(crowd(4 * MOST_IN_STEP)).toMatchObject({ isBehind: false, round: { steps: { length: 4 } } });
  expect(crowd(4 * MOST_IN_STEP + 1)).toMatchObject({ isBehind: true, round: { steps: { length: 4 } } });
});

it('puts first in the next step whom this one had no place for', () => {
  const rounds = openRounds();
  const ears = Array.from({ length: MOST_IN_STEP + 3 }, (_, n) => ear(n));
  for (const each of ears) for (let n = 0; n < 2; n += 1) rounds.add(each, frame(n));
  const { steps } = rounds.next()!.round;
  expect(steps[0]).toEqual(ears.slice(0, MOST_IN_STEP).map(({ id }) => id));
  expect(steps[1]!.slice(0, 4)).toEqual([MOST_IN_STEP, MOST_IN_STEP + 1, MOST_IN_STEP + 2, 0]);
});

it('takes no more of one that is far behind than four steps, so that who comes next waits no longer', () => {
  const rounds = openRounds();
  const [far, live] = [ear(1), ear(2)];
  for (let value = 0; value < 9; value += 1) rounds.add(far, frame(value));
  expect(valuesIn(rounds.next()!.round)).toEqual([0, 1, 2, 3]);
  rounds.add(live, frame(20));
  expect(rounds.next()!.round.steps).toEqual([[1, 2], [1], [1], [1]]);
  expect(valuesIn(rounds.next()!.round)).toEqual([8]);
});

it('drops what waits of a stream that ended, and has it forgotten once', () => {
  const rounds = openRounds();
  const [one, two] = [ear(1), ear(2)];
  for (const each of [one, two]) rounds.add(each, frame(0));
  rounds.end(one);
  expect(rounds.next()!.round).toMatchObject({ steps: [[2]], ended: [1] });
  expect(rounds.next()).toBeNull();
  rounds.end(two);
  expect(rounds.next()!.round).toMatchObject({ steps: [], ended: [2] });
});

it('says of how many silent frames the detector has not heard, once, and before what comes next', () => {
  const rounds = openRounds();
  const one = ear(1);
  one.skipped = 5;
  rounds.add(one, frame(10));
  rounds.add(ear(2), frame(20));
  expect(rounds.next()!.round.rested).toEqual([{ stream: 1, frames: 5 }]);
  rounds.add(one, frame(11));
  expect(rounds.next()!.round.rested).toEqual([]);
});

it('counts who sends audio now', () => {
  const sent = (id: number, shownAt: number) => ({ ...ear(id), shownAt });
  expect(present([sent(1, 1000), sent(2, 900), sent(3, 871), sent(4, 0)], 1000)).toBe(2);
});
