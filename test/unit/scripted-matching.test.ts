import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createMatcher } from '../../src/engines/llm/script/matcher.js';
import { numberIn, slips, wordsOf } from '../../src/engines/llm/script/words.js';
import { loadPersona } from '../../src/persona.js';
import { personaOf } from './persona-fixture.js';
import { MEANT, NOT_MEANT } from './scripted-utterances.js';

const host = await loadPersona(resolve('personas/parley.json'));
const hostMatcher = createMatcher(host);

/** How well the matcher does on every second row: even ones were used for tuning, odd ones were not. */
function judge(parity: 0 | 1) {
  const meant = MEANT.filter((_, i) => i % 2 === parity);
  const off = NOT_MEANT.filter((_, i) => i % 2 === parity);
  const wrong = meant.flatMap(([utterance, intent]) => {
    const got = hostMatcher.match(utterance, undefined)?.intent.id;
    return got === intent ? [] : [{ utterance, intent, got }];
  });
  const taken = off.flatMap((utterance) => {
    const got = hostMatcher.match(utterance, undefined)?.intent.id;
    return got === undefined ? [] : [{ utterance, got }];
  });
  const hits = meant.length - wrong.length;
  const answered = hits + wrong.filter((one) => one.got !== undefined).length + taken.length;
  return { wrong, taken, recall: hits / meant.length, precision: hits / answered };
}

describe('what callers mean', () => {
  it('is found for everything in the tuning half', () => {
    expect(judge(0)).toMatchObject({ wrong: [], taken: [] });
  });

  it('is found with the same settings in the half that was not looked at', () => {
    // Measured: recall 0.96 (48 of 50), 1 of 24 off-topic sentences taken for something.
    const { recall, precision, taken } = judge(1);
    expect(recall).toBeGreaterThanOrEqual(0.94);
    expect(precision).toBeGreaterThanOrEqual(0.92);
    expect(taken.length).toBeLessThanOrEqual(2);
  });

  it('is found for every suggestion on the page', () => {
    for (const suggestion of host.suggestions)
      expect(hostMatcher.match(suggestion, undefined), suggestion).toBeDefined();
  });

  it('is found for every sample phrase of an intent that is always open', () => {
    for (const intent of host.script.intents.filter((one) => one.after === undefined)) {
      for (const pattern of intent.phrases) {
        const wording = pattern
          .replace(/\[[^\]]*\]/g, '')
          .replace(/\(([^|)]*)[^)]*\)/g, '$1')
          .replace('{number}', '7');
        expect(hostMatcher.match(wording, undefined)?.intent.id, wording).toBe(intent.id);
      }
    }
  });
});

describe('the matcher', () => {
  const matcher = createMatcher(personaOf());

  it.each([
    ['WHO ARE YOU?!', 'who'],
    ['what’s your name', 'who'],
    ['whats your nmae', 'who'],
    ['ok so please tell me another story', 'story'],
    ['count to 17', 'count'],
    ['count to seventeen', 'count'],
    ['what is the wether like', 'weather'],
  ])('takes "%s" for %s', (utterance, intent) => {
    expect(matcher.match(utterance, undefined)?.intent.id).toBe(intent);
  });

  it.each(['', '  ', '...', 'zzz', 'what is the price of fish', 'the of is a', '你好'])(
    'takes "%s" for nothing',
    (utterance) => {
      expect(matcher.match(utterance, undefined)).toBeUndefined();
    },
  );

  it('hears follow-ups only after what they follow', () => {
    expect(matcher.match('another one', undefined)).toBeUndefined();
    expect(matcher.match('another one', 'who')).toBeUndefined();
    expect(matcher.match('another one', 'story')?.intent.id).toBe('more');
  });

  it('is not slowed down by a flood of words', () => {
    expect(wordsOf('word '.repeat(5000))).toHaveLength(60);
  });
});

describe('words', () => {
  it('compares stems', () => {
    const stems = (text: string) => wordsOf(text).map((word) => word.stem);
    expect(stems('stories')).toEqual(stems('story'));
    expect(stems('interrupting')).toEqual(stems('interrupted'));
    expect(stems("don't")).toEqual(stems('do not'));
    expect(stems('twenty')).toEqual(stems('7'));
  });

  it.each([
    ['count to 20', 20],
    ['count to twenty five please', 25],
    ['to one hundred', 100],
    ['a hundred', 100],
    ['twenty-one', 21],
    ['count', undefined],
  ])('finds the number in "%s"', (text, number) => {
    expect(numberIn(text)).toBe(number);
  });

  it('counts slips', () => {
    expect(slips('story', 'stroy', 2)).toBe(1);
    expect(slips('kokoro', 'kokorro', 2)).toBe(1);
    expect(slips('joke', 'story', 2)).toBe(3);
  });
});
