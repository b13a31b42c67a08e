import { expect, it } from 'vitest';
import { VAD_FRAME_SAMPLES } from '../../src/engines/contract.js';
import { type Ear, MOST_IN_ROUND, openRounds, present } from '../../src/engines/vad/silero-rounds.js';
import { Queue } from '../../src/flow.js';

const ear = (id: number): Ear => ({
  id,
  waiting: [],
  unheard: 0,
  complete: false,
  heard: new Queue<number>(4),
  lastAt: 0,
});
const frame = (value: number) => new Int16Array(VAD_FRAME_SAMPLES).fill(value);

it('takes one frame of every stream that has one, in the order in which they came', () => {
  const rounds = openRounds();
  const [one, two] = [ear(1), ear(2)];
  for (const value of [10, 11, 12]) rounds.add(one, frame(value));
  rounds.add(two, frame(20));
  const heard = [rounds.next(), rounds.next(), rounds.next()].map((next) => [
    next!.round.streams,
    next!.ears.map((_, n) => next!.round.samples[n * VAD_FRAME_SAMPLES]),
    next!.more,
  ]);
  expect(heard).toEqual([
    [[1, 2], [10, 20], true],
    [[1], [11], true],
    [[1], [12], false],
  ]);
  expect(rounds.next()).toBeNull();
});

it('puts first in the next round whom this one had no place for', () => {
  const rounds = openRounds();
  const ears = Array.from({ length: MOST_IN_ROUND + 3 }, (_, n) => ear(n));
  for (const each of ears) for (let n = 0; n < 2; n += 1) rounds.add(each, frame(n));
  expect(rounds.next()!.round.streams).toEqual(ears.slice(0, MOST_IN_ROUND).map(({ id }) => id));
  expect(rounds.next()!.round.streams.slice(0, 4)).toEqual([MOST_IN_ROUND, MOST_IN_ROUND + 1, MOST_IN_ROUND + 2, 0]);
});

it('drops what waits of a stream that ended, and has it forgotten once', () => {
  const rounds = openRounds();
  const [one, two] = [ear(1), ear(2)];
  for (const each of [one, two]) rounds.add(each, frame(0));
  rounds.end(one);
  expect(rounds.next()!.round).toMatchObject({ streams: [2], ended: [1] });
  expect(rounds.next()).toBeNull();
  rounds.end(two);
  expect(rounds.next()!.round).toMatchObject({ streams: [], ended: [2] });
});

it('counts who sends audio now', () => {
  const sent = (id: number, lastAt: number) => ({ ...ear(id), lastAt });
  expect(present([sent(1, 1000), sent(2, 900), sent(3, 871), sent(4, 0)], 1000)).toBe(2);
});
