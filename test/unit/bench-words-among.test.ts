import { describe, expect, it } from 'vitest';
import { wordsAmong } from '../../src/bench/words-among.js';

describe('the words of a recording among its pieces', () => {
  it.each<[string, number[], string[]]>([
    ['are shared by the time there is', [200, 400], ['one two', 'three four five six']],
    ['are one at least for each', [10, 80, 10], ['one', 'two three four five', 'six']],
    ['are one at least for a short one at the end', [900, 1], ['one two three four five', 'six']],
    ['are all of one piece', [7], ['one two three four five six']],
    ['are none of no piece', [], []],
  ])('%s', (_what, lengths, pieces) => {
    expect(wordsAmong('one two three four five six', lengths)).toEqual(pieces);
  });

  it('are those of the longest pieces where there are fewer words', () => {
    expect(wordsAmong('hello there', [5, 300, 20, 400])).toEqual(['', 'hello', '', 'there']);
    expect(wordsAmong('hello', [5, 300])).toEqual(['', 'hello']);
  });

  it('of a noise are none', () => {
    expect(wordsAmong('', [100, 200])).toEqual(['', '']);
  });
});
