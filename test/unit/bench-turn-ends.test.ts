import { describe, expect, it } from 'vitest';
import { watchEnds } from '../../src/bench/turn-ends.js';
import type { ServerEvent } from '../../src/protocol/server-events.js';

const ZERO = 5000;

/** Events with their moments, before and behind the last voiced sample. */
function watched(...events: [type: string, at: number][]) {
  const ends = watchEnds(ZERO);
  for (const [type, at] of events) ends.event({ type } as ServerEvent, ZERO + at);
  return { cutOffs: ends.cutOffs, isAnswerEarly: ends.isAnswerEarly };
}

const started = 'input_audio_buffer.speech_started';
const stopped = 'input_audio_buffer.speech_stopped';
const created = 'response.created';

describe('a turn that is taken for ended', () => {
  it.each<[string, [string, number][], number, boolean]>([
    [
      'when it is',
      [
        [started, -900],
        [stopped, 280],
        [created, 300],
      ],
      0,
      false,
    ],
    [
      'in its pause',
      [
        [started, -2000],
        [stopped, -700],
        [started, -400],
        [stopped, 280],
        [created, 300],
      ],
      1,
      false,
    ],
    [
      'in its pause, and answered',
      [
        [started, -2000],
        [stopped, -700],
        [created, -650],
      ],
      1,
      true,
    ],
    [
      'in each of its pauses',
      [
        [started, -3000],
        [stopped, -2000],
        [started, -1500],
        [stopped, -700],
        [created, -600],
        [started, -300],
        [stopped, 280],
        [created, 290],
      ],
      2,
      false,
    ],
    [
      'without a word on its end',
      [
        [started, -2000],
        [created, -650],
        [created, 300],
      ],
      1,
      false,
    ],
  ])('%s', (_what, events, cutOffs, isAnswerEarly) => {
    expect(watched(...events)).toEqual({ cutOffs, isAnswerEarly });
  });
});
