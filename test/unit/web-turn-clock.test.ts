/** How long a turn took: what the server says of it, and what this browser adds. */
import { beforeEach, describe, expect, it } from 'vitest';
import type { ServerEvent } from '../../src/protocol/server-events.js';
import type { Heard } from '../../web-client/element/audible.js';
import { type Timings, type TurnClock, turnClock } from '../../web-client/element/turn-clock.js';

const MARKS = { answered: 300, first_sent: 600 };

let now: number;
let told: Timings[];
let clock: TurnClock;

beforeEach(() => {
  now = 1000;
  told = [];
  clock = turnClock(
    () => now,
    (timings) => told.push(timings),
  );
});

const say = (event: object) => clock.receive(event as ServerEvent);
const created = (id: string) => say({ type: 'response.created', response: { id } });
const announced = (response: number, response_id: string) =>
  say({ type: 'avatar.response', response, response_id, base: 0 });
const over = (id: string, status = 'completed', status_details: object | null = null) => {
  say({ type: 'response.done', response: { id, status, status_details } });
  say({ type: 'avatar.timings', response_id: id, marks: MARKS });
};
const sounding = (response: number, samples: number): Heard => ({
  ...{ response, samples, state: 'playing', isSounding: true },
});

describe('the clock of a turn', () => {
  it('tells when the answer was heard and seen, from the news that it begins', () => {
    created('a');
    announced(1, 'a');
    now = 1150;
    // 20 ms of it have sounded by now.
    clock.follow(sounding(1, 480), null);
    now = 1300;
    clock.follow(sounding(1, 4000), 1160);
    clock.follow(sounding(1, 4000), 1160);
    expect(told).toEqual([]);
    over('a');
    const turn = { responseId: 'a', status: 'completed', code: null, marks: MARKS };
    expect(told).toEqual([{ ...turn, here: { heard: 130, seen: 160 } }]);
  });

  it('follows an answer that sounds while others are begun', () => {
    created('a');
    announced(1, 'a');
    created('aside');
    over('aside');
    created('b');
    now = 1200;
    clock.follow(sounding(1, 2400), 1150);
    over('a');
    expect(told.map(({ responseId, here }) => [responseId, here])).toEqual([
      ['aside', { heard: null, seen: null }],
      ['a', { heard: 100, seen: 150 }],
    ]);
  });

  it('tells it again when a short answer is heard only after it was made', () => {
    created('a');
    announced(1, 'a');
    over('a');
    now = 1100;
    clock.follow({ ...sounding(1, 0), isSounding: false }, null);
    expect(told.map(({ here }) => here)).toEqual([{ heard: null, seen: null }]);
    clock.follow(sounding(1, 240), null);
    clock.follow(sounding(1, 1200), 1120);
    expect(told.map(({ here }) => here).slice(1)).toEqual([
      { heard: 90, seen: null },
      { heard: 90, seen: 120 },
    ]);
  });

  it('takes nothing that is heard of another answer', () => {
    created('a');
    announced(1, 'a');
    over('a');
    created('b');
    now = 1200;
    clock.follow(sounding(1, 2400), 1150);
    over('b');
    expect(told.map(({ responseId, here }) => [responseId, here.heard])).toEqual([
      ['a', null],
      ['a', 100],
      ['b', null],
    ]);
  });

  it.each([
    ['cancelled', { type: 'cancelled', reason: 'turn_detected' }, 'turn_detected'],
    ['failed', { type: 'failed', error: { type: 'server_error', code: 'vendor_down' } }, 'vendor_down'],
  ])('tells why one was %s', (status, details, code) => {
    created('a');
    over('a', status, details);
    expect(told).toMatchObject([{ responseId: 'a', status, code }]);
  });

  it('tells nothing of a session that is over', () => {
    created('a');
    clock.reset();
    over('a');
    expect(told).toEqual([]);
  });
});
