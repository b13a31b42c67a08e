/** The panel "How long that took": from the marks of a turn to its bars and sentences, and which turns are kept. */
import { describe, expect, it } from 'vitest';
import type { Timings } from '../../web-client/element/turn-clock.js';
import { duration, tickIn } from '../../web-client/page/duration.js';
import { keptTurns } from '../../web-client/page/kept-turns.js';
import { endIn, hereIn, overIn, spanIn, totalIn } from '../../web-client/page/timing-words.js';
import { waterfall } from '../../web-client/page/waterfall.js';

const TYPED = {
  ...{ answered: 0.2, model_asked: 1, model_answered: 70, first_token: 71, first_phrase: 90, first_speech: 200 },
  ...{ first_audible: 210, first_audio: 215, first_picture: 230, first_sent: 231, first_played: 330, first_shown: 340 },
  ...{ all_sent: 5000, done: 5001 },
};
const SPOKEN = {
  ...{ soft_end: 110, words: 190, answered: 292, model_asked: 293, first_token: 820, first_phrase: 990 },
  ...{ first_speech: 1390, first_audible: 1402, first_audio: 1410, first_picture: 1455, first_sent: 1456 },
  ...{ first_played: 1560, first_shown: 1571, all_sent: 5000, done: 5000 },
};
const SPECULATED = {
  ...{ soft_end: 180, words: 236, speculated: 240, model_asked: 241, first_token: 400, first_phrase: 430 },
  ...{ answered: 450, first_audible: 550, first_audio: 555, first_picture: 570, first_sent: 572, first_played: 670 },
};

const turn = (marks: Timings['marks'], more: Partial<Timings> = {}): Timings => ({
  ...{ responseId: 'resp_1', status: 'completed', code: null, here: { heard: null, seen: null } },
  marks,
  ...more,
});
const fallOf = (marks: Timings['marks'], more: Partial<Timings> = {}) => waterfall(turn(marks, more));
const spans = (...given: Parameters<typeof fallOf>) =>
  fallOf(...given).bars.map(({ name, from, to }) => [name, from, to] as const);
const barOf = (name: string, ...given: Parameters<typeof fallOf>) =>
  fallOf(...given).bars.find((bar) => bar.name === name);
const CANCELLED = { status: 'cancelled', code: 'turn_detected' } as const;

describe('the bars of a turn', () => {
  it('show the stages of a typed one from the request to the ear, and nothing of listening', () => {
    expect(spans(TYPED)).toEqual([
      ['Thinking', 1, 71],
      ['First phrase', 71, 90],
      ['Voice', 90, 210],
      ['Face', 210, 230],
      ['Sending', 230, 231],
      ['Playing', 231, 330],
      ['Picture shown', 231, 340],
    ]);
    expect(fallOf(TYPED)).toMatchObject({ isSpoken: false, decided: null, length: 340 });
    expect(fallOf(TYPED).total).toEqual({ ms: 330, until: 'heard' });
  });

  it('show how a spoken one was listened to first', () => {
    expect(spans(SPOKEN).slice(0, 4)).toEqual([
      ['Listening for the end', 0, 110],
      ['Recognising', 110, 190],
      ['Waiting for more', 190, 292],
      ['Thinking', 293, 820],
    ]);
    expect(fallOf(SPOKEN)).toMatchObject({ isSpoken: true, decided: 292, length: 1571 });
    expect(fallOf(SPOKEN).bars.every(({ ahead }) => ahead === 0)).toBe(true);
  });

  it('tell how much was done before the turn was over', () => {
    expect(barOf('Thinking', SPECULATED)).toMatchObject({ from: 241, to: 400, ahead: 159 });
    expect(barOf('Voice', SPECULATED)).toMatchObject({ from: 430, to: 550, ahead: 20 });
    expect(barOf('Playing', SPECULATED)).toMatchObject({ ahead: 0 });
    expect(barOf('Listening for the end', SPECULATED)).toMatchObject({ ahead: 0 });
  });

  it('do not hold it against face and wire that what was ready waited for the end of the turn', () => {
    const early = { ...SPECULATED, first_audible: 440, first_audio: 451 };
    expect(barOf('Voice', early)).toMatchObject({ from: 430, to: 440, ahead: 10 });
    expect(barOf('Face', early)).toMatchObject({ from: 450, to: 570, ahead: 0 });
  });

  it('end listening with what is known next where the pause or the words are not told', () => {
    const { soft_end: _, ...unpaused } = SPOKEN;
    expect(spans(unpaused).slice(0, 2)).toEqual([
      ['Listening for the end', 0, 190],
      ['Waiting for more', 190, 292],
    ]);
    const { words: __, ...unheard } = SPOKEN;
    expect(spans(unheard).slice(0, 2)).toEqual([
      ['Listening for the end', 0, 110],
      ['Waiting for more', 110, 292],
    ]);
  });

  it('do not take a request that had to wait for something that was said', () => {
    const slow = { answered: 400, model_asked: 401, first_token: 500 };
    expect(spans(slow)).toEqual([['Thinking', 401, 500]]);
    expect(fallOf(slow)).toMatchObject({ isSpoken: false, decided: null });
  });

  it('let recognising go on beyond the end of the turn', () => {
    const late = spans({ ...SPOKEN, words: 350 });
    expect(late.slice(0, 2)).toEqual([
      ['Listening for the end', 0, 110],
      ['Recognising', 110, 350],
    ]);
    expect(late.map(([name]) => name)).not.toContain('Waiting for more');
  });

  it('leave out what was not reached, and what a filler has turned round', () => {
    const { first_picture: _, first_shown: __, ...faceless } = TYPED;
    expect(spans(faceless).map(([name]) => name)).not.toContain('Face');
    expect(spans(faceless)).toContainEqual(['Sending', 215, 231]);
    const filled = spans({ ...TYPED, first_token: 900 });
    expect(filled.map(([name]) => name)).not.toContain('First phrase');
    expect(filled).toContainEqual(['Voice', 90, 210]);
    expect(fallOf({})).toMatchObject({ bars: [], total: null, decided: null });
  });

  it('take the first sign of the model where there are no words, and the first speech where none can be heard', () => {
    const { first_token: _, first_audible: __, ...quiet } = TYPED;
    expect(spans(quiet)).toContainEqual(['Thinking', 1, 70]);
    expect(spans(quiet)).toContainEqual(['Voice', 90, 200]);
  });

  it('make no nonsense of nonsense', () => {
    const odd = { ...TYPED, model_asked: -5, first_token: Number.NaN, model_answered: 60, first_played: 1e12 };
    expect(barOf('Thinking', odd)).toMatchObject({ from: 0, to: 60 });
    expect(spans(odd).map(([name]) => name)).not.toContain('Playing');
    expect(fallOf(odd).length).toBe(340);
    expect(fallOf(odd).total).toEqual({ ms: 231, until: 'sent' });
    const text = { ...TYPED, first_token: '12' as unknown as number };
    expect(barOf('Thinking', text)).toMatchObject({ to: 70 });
  });

  it('show what was going on when a turn was ended before it sounded', () => {
    const cut = { soft_end: 110, words: 190, answered: 292, model_asked: 293, interrupted: 1210, done: 1212 };
    expect(barOf('Thinking', cut, CANCELLED)).toMatchObject({ from: 293, to: 1210, isCut: true });
    const failed = { answered: 0, model_asked: 1, first_token: 50, first_phrase: 60, done: 412 };
    const bars = fallOf(failed, { status: 'failed', code: 'vendor_down' }).bars;
    expect(bars.map(({ name, isCut }) => [name, isCut])).toEqual([
      ['Thinking', false],
      ['First phrase', false],
      ['Voice', true],
    ]);
    // What was heard before it was interrupted is whole.
    expect(fallOf({ ...SPOKEN, interrupted: 3000 }, CANCELLED).bars.some(({ isCut }) => isCut)).toBe(false);
  });

  it.each([
    [340, [0, 100, 200, 300]],
    [1571, [0, 500, 1000, 1500]],
    [12_400, [0, 4000, 8000, 12_000]],
    [7, [0]],
  ])('stand on an axis of %i ms with few round numbers', (length, ticks) => {
    const fall = fallOf({ answered: 0, model_asked: 0, first_token: length });
    expect(fall.ticks).toEqual(ticks);
  });
});

describe('the words for a turn', () => {
  it('say from when until when', () => {
    expect(totalIn(fallOf(SPOKEN))).toEqual({
      number: '1.56 s',
      what: 'from your last sound until the answer was heard',
    });
    expect(totalIn(fallOf(TYPED)).what).toBe('from your request until the answer was heard');
    expect(totalIn(fallOf({ answered: 0, model_asked: 1, first_token: 84 }))).toEqual({
      number: '84 ms',
      what: 'from your request until the first words, in writing',
    });
    expect(totalIn(fallOf({ answered: 0 })).number).toBe('');
  });

  it('say how it ended, if it was not completed', () => {
    expect(endIn(turn(SPOKEN))).toBeUndefined();
    expect(endIn(turn({ interrupted: 2345 }, CANCELLED))).toBe('You interrupted it, after 2.35 s.');
    expect(endIn(turn({}, { ...CANCELLED, code: 'client_cancelled' }))).toBe('It was stopped.');
    expect(endIn(turn({}, { status: 'failed', code: 'vendor_down' }))).toBe('It failed: vendor_down.');
    expect(endIn(turn({}, { status: 'incomplete', code: 'max_output_tokens' }))).toContain('max_output_tokens');
  });

  it('say what ran ahead, also to those who do not see it', () => {
    expect(overIn(fallOf(TYPED))).toBeUndefined();
    expect(overIn(fallOf(SPOKEN))).toBe('Your turn was over after 292 ms.');
    expect(overIn(fallOf(SPECULATED))).toContain('begun 209 ms before');
    expect(spanIn(barOf('Voice', SPECULATED)!)).toBe('430 ms to 550 ms, 20 ms of it before your turn was over');
    expect(spanIn(barOf('Thinking', SPOKEN)!)).toBe('293 ms to 820 ms');
  });

  it('say what this browser has seen of it', () => {
    expect(hereIn(turn(TYPED))).toBeUndefined();
    expect(hereIn(turn(TYPED, { here: { heard: 101.6, seen: null } }))).toMatch(/heard in 102 ms\.$/);
    expect(hereIn(turn(TYPED, { here: { heard: 90, seen: 101 } }))).toMatch(/heard in 90 ms, seen in 101 ms\.$/);
  });

  it.each([
    [0.4, '0 ms'],
    [999.4, '999 ms'],
    [999.6, '1.00 s'],
    [9994, '9.99 s'],
    [12_345, '12.3 s'],
  ])('write %d ms as %s', (ms, written) => {
    expect(duration(ms)).toBe(written);
  });

  it('are short on the axis', () => {
    expect([tickIn(0, 340), tickIn(200, 340), tickIn(500, 1571)]).toEqual(['0', '200', '0.5 s']);
  });
});

describe('the turns that are kept', () => {
  const named = (responseId: string) => ({ responseId, isNew: false });

  it('are followed as they come, until one goes back', () => {
    const turns = keptTurns();
    expect(turns.place).toEqual({ at: 0, of: 0 });
    turns.step(-1);
    for (const id of ['a', 'b', 'c']) turns.put(named(id));
    expect(turns.shown).toMatchObject({ responseId: 'c' });
    turns.step(-1);
    turns.put(named('d'));
    expect(turns.shown).toMatchObject({ responseId: 'b' });
    expect(turns.place).toEqual({ at: 2, of: 4 });
    turns.step(9);
    expect(turns.shown).toMatchObject({ responseId: 'd' });
    turns.step(-9);
    expect(turns.shown).toMatchObject({ responseId: 'a' });
  });

  it('are replaced when they are told again', () => {
    const turns = keptTurns<ReturnType<typeof named>>();
    for (const id of ['a', 'b']) turns.put(named(id));
    turns.put({ responseId: 'b', isNew: true });
    expect(turns.shown).toEqual({ responseId: 'b', isNew: true });
    expect(turns.place).toEqual({ at: 2, of: 2 });
  });

  it('are twenty, and the one that is looked at stays as long as it is one of them', () => {
    const turns = keptTurns();
    for (let at = 0; at < 20; at += 1) turns.put(named(`${at}`));
    turns.step(-1);
    expect(turns.shown).toMatchObject({ responseId: '18' });
    turns.put(named('20'));
    expect(turns.shown).toMatchObject({ responseId: '18' });
    expect(turns.place).toEqual({ at: 18, of: 20 });
    for (let at = 21; at < 50; at += 1) turns.put(named(`${at}`));
    expect(turns.shown).toMatchObject({ responseId: '30' });
    expect(turns.place).toEqual({ at: 1, of: 20 });
  });
});
