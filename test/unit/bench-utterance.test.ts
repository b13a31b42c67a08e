import { describe, expect, it } from 'vitest';
import { type Choice, chooser } from '../../src/bench/choosing.js';
import { createPauses, firstPauseMs, pauseMs } from '../../src/bench/pacing.js';
import { loadRecordings } from '../../src/bench/questions.js';
import { askedIn } from '../../src/bench/utterance.js';

/** 100 ms of silence, a voice of so many ms at this level, and 200 ms of silence. */
function recording(words: string, ms: number, level: number, kind: Choice['kind'] = 'speech'): Choice {
  const samples = new Int16Array((ms + 300) * 24);
  samples.fill(level, 100 * 24, (100 + ms) * 24);
  return { kind, words, samples, voiced: { from: 100 * 24, to: (100 + ms) * 24 } };
}

const known: Record<string, Choice> = {
  begin: recording('Could you tell me', 500, 1000),
  end: recording('the time?', 300, 2000),
  cough: recording('cough', 200, 3000, 'noise'),
  loud: recording('loud', 300, 30_000),
};
const choose = (name: string | readonly string[]) => known[String(name)]!;
const spoken = (...steps: object[]) => {
  const asked = askedIn(steps, choose, false);
  if (asked.kind === 'typed') throw new Error('it is typed');
  return asked;
};
const at = (samples: Int16Array, ms: number) => samples[ms * 24];

describe('what the microphone hears of a turn', () => {
  it('is the recording, with its words and the place of its voice', () => {
    const { samples, voiced, text } = spoken({ say: 'begin' });
    expect([...samples]).toEqual([...known.begin!.samples]);
    expect([voiced, text]).toEqual([known.begin!.voiced, 'Could you tell me']);
  });

  it('has a pause as long as it says, from voice to voice', () => {
    const { samples, voiced, text } = spoken({ say: 'begin' }, { pause: 700 }, { say: 'end' });
    expect([599, 600, 1299, 1300, 1599, 1600].map((ms) => at(samples, ms))).toEqual([1000, 0, 0, 2000, 2000, 0]);
    expect(voiced).toEqual({ from: 100 * 24, to: 1600 * 24 });
    expect(text).toBe('Could you tell me the time?');
  });

  it('has parts whose silences overlap in a short pause, and add up where they overlap', () => {
    const { samples } = spoken({ say: 'begin' }, { pause: 50 }, { say: 'end' });
    expect([599, 600, 649, 650].map((ms) => at(samples, ms))).toEqual([1000, 0, 0, 2000]);
    const over = spoken({ say: 'loud' }, { pause: 0 }, { say: 'loud' });
    expect(Math.max(...over.samples)).toBe(30_000);
  });

  it('has recordings one behind the other where there is no pause', () => {
    const { voiced, samples } = spoken({ say: 'begin' }, { say: 'end' });
    expect(voiced.to).toBe((800 + 400) * 24);
    expect(samples.length).toBe((800 + 600) * 24);
  });

  it('ends with its last word, whatever is coughed before and behind it', () => {
    const { samples, voiced, text } = spoken({ noise: 'cough' }, { pause: 600 }, { say: 'end' }, { noise: 'cough' });
    expect(at(samples, 100)).toBe(3000);
    expect(voiced).toEqual({ from: 900 * 24, to: 1200 * 24 });
    expect(text).toBe('the time?');
    expect(samples.length).toBe((1400 + 500) * 24);
  });

  it('is nothing where it is typed', () => {
    expect(askedIn([{ type: 'Hello' }], choose, false)).toEqual({ kind: 'typed', text: 'Hello' });
    const parts = [{ say: 'begin' }, { pause: 700 }, { say: 'end' }];
    expect(askedIn(parts, choose, true)).toEqual({ kind: 'typed', text: 'Could you tell me the time?' });
  });
});

describe('which recording is meant', () => {
  const recordings = loadRecordings('.');
  const [first] = recordings.questions;

  it('is the one that is named, one of several, or any question', () => {
    let next = 0;
    const named = chooser(
      recordings,
      () => [0, 0.99][next++ % 2]!,
      () => first!,
    );
    expect(named('cough')).toMatchObject({ kind: 'noise', words: 'cough' });
    expect(named('tell-me-a-story')).toMatchObject({ kind: 'speech', words: 'Tell me a story.' });
    expect([named(['mhm', 'okay', 'yeah']).words, named(['mhm', 'okay', 'yeah']).words]).toEqual(['mm hmm', 'yeah']);
    expect(named('any question').words).toBe(first!.text);
    expect(() => named('nothing')).toThrow(RangeError);
  });
});

describe('the pause between two turns', () => {
  it('is 600 to 1400 ms, or as long as it takes to be answered for that share of the time', () => {
    const last = { spokenMs: 2000, answeredMs: 8000 };
    expect([pauseMs(undefined, last, () => 0), pauseMs(undefined, last, () => 0.5)]).toEqual([600, 1000]);
    // 8 s of answer, 2 s of question and 14 s of pause: a third of 24 s.
    expect(pauseMs(1 / 3, last, () => 0.5)).toBeCloseTo(14_000);
    expect(pauseMs(1 / 3, last, () => 0)).toBeCloseTo(10_500);
    expect(pauseMs(0.9, last, () => 0)).toBe(600);
  });

  it('spreads callers over the time between two turns before the first of a step', () => {
    expect([firstPauseMs(0.25, null, () => 0), firstPauseMs(0.25, null, () => 0.5)]).toEqual([600, 16_000]);
    const last = { spokenMs: 2000, answeredMs: 6000 };
    expect([0, 0.5, 0.75].map((drawn) => firstPauseMs(0.25, last, () => drawn))).toEqual([600, 12_000, 18_000]);
    expect(firstPauseMs(undefined, last, () => 0.5)).toBe(1000);
    const pauseBefore = createPauses(0.25, () => 0.5);
    const pauses = (
      [
        [0, null],
        [0, last],
        [1, last],
        [1, last],
      ] as const
    ).map(([step, before]) => pauseBefore(step, before));
    expect(pauses).toEqual([16_000, 16_000, 12_000, 16_000]);
  });
});
