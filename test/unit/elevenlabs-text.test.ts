import { describe, expect, it } from 'vitest';
import { follow } from '../../src/engines/tts/elevenlabs-follow.js';
import { wireText, wordPlaces } from '../../src/engines/tts/elevenlabs-text.js';

describe('what is sent of a phrase', () => {
  it.each([
    ['plain text, with one blank at its end', 'Good morning, Ada.', 'Good morning, Ada. '],
    ['no markup, whatever it asks for', 'One <break time="20s"/>two</speak> three <b', 'One two three b '],
    ['what is less or more', 'If 3 < 4 and 5 > 4', 'If 3 4 and 5 4 '],
    ['no control characters and no lone surrogates', 'One\u0000two\ud83d three\u202e', 'One two three '],
    ['emoji, whole', 'Well 😀 done', 'Well 😀 done '],
  ])('is %s', (_, phrase, text) => {
    expect(wireText(phrase)?.text).toBe(text);
  });

  it.each(['', ' \n\t', '... — !?', '😀🎉 👩‍👩‍👧', '\u0000\u001b', '<break time="3s"/>'])(
    'is nothing for %j',
    (phrase) => {
      expect(wireText(phrase)).toBeNull();
    },
  );

  it('keeps the place of every letter in the phrase', () => {
    const phrase = 'Ä <i>b</i> 😀c!';
    const { letters, sounding } = wireText(phrase)!;
    expect(letters.map(({ at }) => phrase.slice(at).codePointAt(0))).toEqual(
      [...'Äb😀c!'].map((c) => c.codePointAt(0)),
    );
    expect(letters[sounding - 1]?.char).toBe('c');
  });
});

describe('the words of a phrase', () => {
  it.each([
    ["Don't stop -- it's “rock 'n' roll”, isn't it?", ["Don't", 'stop', "it's", 'rock', 'n', 'roll', "isn't", 'it']],
    ['At 10:42, 20% of #1 cost $3.50.', ['At', '10:42', '20%', 'of', '#1', 'cost', '$3.50']],
    ['Wait—what… no 😀 (really)?', ['Wait', 'what', 'no', 'really']],
    ['Café и 東京、大阪。', ['Café', 'и', '東京、大阪']],
    ['a😀b 👍', ['a😀b']],
  ])('%s', (phrase, words) => {
    expect(wordPlaces(phrase).map(({ from, to }) => phrase.slice(from, to))).toEqual(words);
  });
});

describe('following what came through what was sent', () => {
  const letters = (text: string) => [...text.replace(/\s/g, '').toLowerCase()];
  const followed = (sent: string, came: string, start = 0) => follow(letters(sent), start, letters(came));

  it('goes along while both are the same', () => {
    const { spans, next, isLost } = followed('Good morning.', 'Good mor');
    expect(next).toBe(7);
    expect(isLost).toBe(false);
    expect(spans[3]).toEqual({ from: 3, to: 4, first: 3, last: 3 });
  });

  it('takes a number that was spelled out for the number', () => {
    const { spans, next } = followed('In 1999, we', 'In nineteen ninety-nine, we');
    expect(next).toBe(letters('In 1999, we').length);
    expect(spans).toContainEqual({ from: 2, to: 6, first: 2, last: 20 });
  });

  it('passes over signs that were left out', () => {
    expect(followed('Well 😀🎉 done it', 'Well done it')).toMatchObject({ next: 12, isLost: false });
  });

  it('is not led astray by a word that came twice', () => {
    // The vendor's last piece of "... a" and "limited time." may begin with the "a" again.
    const start = letters('for a').length;
    expect(followed('for a limited time.', 'a limited time.', start)).toMatchObject({ next: 16, isLost: false });
  });

  it('gives up early what is nowhere to be found, however much there is of it', () => {
    const sent = letters('The quick brown fox jumps over the lazy dog, and then it tells a long story. '.repeat(4));
    const looks = (came: readonly string[]) => {
      let count = 0;
      const counted = new Proxy(sent, {
        get(target, name) {
          count += 1;
          return Reflect.get(target, name);
        },
      });
      expect(follow(counted, 0, came)).toEqual({ spans: [], next: 0, isLost: true });
      return count;
    };
    const strange = looks(Array(1000).fill('q'));
    expect(looks(Array(5000).fill('q'))).toBe(strange);
    // Also when now and then one of them is right.
    const mixed = (length: number) => {
      const came = Array.from({ length }, (_, n) => (n % 4 === 3 ? 'e' : 'z'));
      return looks(came);
    };
    expect(mixed(5000)).toBe(mixed(1000));
  });

  it('knows when it is lost, and finds back', () => {
    const sent = 'One two three four five six';
    const lost = followed(sent, 'qqqq zzzz', 6);
    expect(lost).toEqual({ spans: [], next: 6, isLost: true });
    expect(followed(sent, 'four five', lost.next)).toMatchObject({ next: 19, isLost: false });
  });
});
