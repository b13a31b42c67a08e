import { describe, expect, it } from 'vitest';
import { pcmBytes } from '../../src/audio/pcm.js';
import type { Speech } from '../../src/engines/contract.js';
import type { TimedChar } from '../../src/engines/tts/elevenlabs-parts.js';
import { wireText } from '../../src/engines/tts/elevenlabs-text.js';
import { speechTrack } from '../../src/engines/tts/elevenlabs-track.js';

const MS = 24;
/** Every character sounds for 50 ms, from `firstMs` on. */
const timed = (text: string | readonly string[], firstMs = 0): TimedChar[] =>
  [...text].map((char, n) => ({ char, startMs: firstMs + 50 * n, endMs: firstMs + 50 * (n + 1) }));
const sound = (ms: number) => pcmBytes(new Int16Array(ms * MS).fill(1000));

async function track(...phrases: string[]) {
  const made = await speechTrack('pcm_24000');
  for (const [index, text] of phrases.entries()) made.expect({ phrase: { index, text }, text: wireText(text)! });
  return made;
}

const lengths = (speech: readonly Speech[], phrase: number) =>
  speech.filter((piece) => piece.phrase === phrase).reduce((ms, { samples }) => ms + samples.length / MS, 0);
const words = (speech: readonly Speech[], phrase: number, text: string) =>
  speech
    .filter((piece) => piece.phrase === phrase)
    .flatMap((piece) => piece.words.map(({ from, to, start, end }) => [text.slice(from, to), start / MS, end / MS]));

describe('phrases are told apart by their characters', () => {
  it('when a piece ends where a phrase does, and silence before a phrase is of it', async () => {
    const one = await track('Oh no.', 'Yes.');
    const speech = [
      ...one.push(sound(400), timed('Oh no. ')),
      ...one.push(sound(300), timed('Yes. ', 80)),
      ...one.finish(),
    ];
    expect([lengths(speech, 0), lengths(speech, 1)]).toEqual([400, 300]);
    expect(words(speech, 1, 'Yes.')).toEqual([['Yes', 80, 230]]);
  });

  it('when a piece has the end of one and the beginning of the next', async () => {
    const one = await track('Oh no.', 'Yes.');
    const speech = [...one.push(sound(600), timed('Oh no. Yes. ')), ...one.finish()];
    expect([lengths(speech, 0), lengths(speech, 1)]).toEqual([350, 250]);
    expect(words(speech, 1, 'Yes.')).toEqual([['Yes', 0, 150]]);
  });

  it('when blanks between them are missing', async () => {
    const one = await track('Oh no.', 'Yes.');
    const speech = [...one.push(sound(500), timed('Oh no.Yes.')), ...one.finish()];
    expect([lengths(speech, 0), lengths(speech, 1)]).toEqual([300, 200]);
  });

  it('when a number was spelled out at the end of one', async () => {
    const one = await track('It was 1999', 'Then came the end.');
    const speech = [
      ...one.push(sound(1500), timed('It was nineteen ninety-nine')),
      ...one.push(sound(900), timed('Then came the end.')),
      ...one.finish(),
    ];
    expect([lengths(speech, 0), lengths(speech, 1)]).toEqual([1500, 900]);
  });

  it('when all characters of one come with its first piece', async () => {
    const one = await track('Oh no.', 'Yes.');
    const first = one.push(sound(100), timed('Oh no. '));
    const speech = [...first, ...one.push(sound(250), null), ...one.push(sound(50), null)];
    speech.push(...one.push(sound(100), timed('Yes. ')), ...one.push(sound(150), null), ...one.finish());
    expect([lengths(speech, 0), lengths(speech, 1)]).toEqual([400, 250]);
    expect(words(speech, 1, 'Yes.')).toEqual([['Yes', 0, 150]]);
  });

  it('when no characters come for the second: it begins where no silence behind the first would be so long', async () => {
    const one = await track('Oh no.', 'Yes.');
    const speech = [...one.push(sound(300), timed('Oh no.')), ...one.push(sound(1100), null)];
    expect(one.unbegun()).toHaveLength(1);
    speech.push(...one.push(sound(200), null), ...one.finish());
    expect([lengths(speech, 0), lengths(speech, 1)]).toEqual([1400, 200]);
  });
});

it('looks at no more characters than anybody can say in the time', async () => {
  const one = await track('Oh no.');
  let looks = 0;
  const strange = Array.from({ length: 5000 }, () => ({
    get char() {
      looks += 1;
      return 'e';
    },
    startMs: 0,
    endMs: 0,
  }));
  one.push(sound(100), strange);
  // 100 a second, those that were sent, and a thousand for numbers that were spelled out.
  expect(looks).toBe(10 + 5 + 1000);
  const long = await track('Oh no.');
  looks = 0;
  expect(long.push(sound(100), [{ char: 'e'.repeat(1_000_000), startMs: 0, endMs: 100 }])).toHaveLength(1);
});

it('says whether the characters can be followed, and whether all have come', async () => {
  const one = await track('Oh no.');
  expect([one.hasBegun(), one.isFollowed(), one.isWhole()]).toEqual([false, false, false]);
  one.push(sound(100), timed('Oh'));
  expect([one.hasBegun(), one.isFollowed(), one.isWhole()]).toEqual([true, true, false]);
  // The full stop may come or not.
  one.push(sound(100), timed('no'));
  expect(one.isWhole()).toBe(true);
  // Their audio has to have come as well.
  const early = await track('Oh no.');
  early.push(sound(100), timed('Oh no.'));
  expect(early.isWhole()).toBe(false);
  early.push(sound(200), null);
  expect(early.isWhole()).toBe(true);
  const blind = await track('Oh no.');
  blind.push(sound(100), null);
  expect([blind.hasBegun(), blind.isFollowed(), blind.isWhole()]).toEqual([true, false, false]);
});

describe('words', () => {
  it.each([1e12, 1e300, Number.MAX_VALUE])('end while they may still sound, if a vendor tells of %d ms', async (ms) => {
    const text = 'Good morning, Ada.';
    const one = await track(text);
    const far = timed(text).map(({ char, startMs }) => ({ char, startMs: startMs * ms, endMs: startMs * ms + ms }));
    const speech = [...one.push(sound(900), far), ...one.push(sound(100), null), ...one.finish()];
    // Half a second for each of four letters, and one more.
    expect(words(speech, 0, text)).toEqual([['Good', 0, 2500]]);
    // What was told is not waited for for ever.
    const owed = await track(text);
    owed.push(sound(900), far);
    owed.push(sound(9000), null);
    expect(owed.isWhole()).toBe(true);
  });

  it.each([
    ["Don't, it's 10:42!", ["Don't", "it's", '10:42']],
    ['Café 😀 naïve.', ['Café', 'naïve']],
    ['a😀b c', ['a😀b', 'c']],
  ])('have their places in the text as it was written: %s', async (text, expected) => {
    const one = await track(text);
    const speech = [...one.push(sound(50 * [...text].length), timed(text)), ...one.finish()];
    expect(words(speech, 0, text).map(([word]) => word)).toEqual(expected);
  });

  it('have them also when surrogates came one by one', async () => {
    const text = 'Oh 😀 well now';
    const one = await track(text);
    const speech = [...one.push(sound(50 * text.length), timed(text.split(''))), ...one.finish()];
    expect(words(speech, 0, text)).toEqual([
      ['Oh', 0, 100],
      ['well', 300, 500],
      ['now', 550, 700],
    ]);
  });

  it('wait, with their audio, until their end is known', async () => {
    const text = 'Oh well now';
    const one = await track(text);
    const first = one.push(sound(250), timed('Oh we'));
    const second = one.push(sound(200), timed('ll n'));
    expect(words(first, 0, text)).toEqual([
      ['Oh', 0, 100],
      ['well', 150, 250],
    ]);
    expect(lengths(first, 0)).toBe(250);
    expect(lengths(second, 0)).toBe(150);
    const rest = [...one.push(sound(100), timed('ow')), ...one.finish()];
    expect(words(rest, 0, text)).toEqual([['now', 400, 550]]);
    expect(lengths([...first, ...second, ...rest], 0)).toBe(550);
  });

  it('do not hold their audio for longer than 400 ms', async () => {
    const text = `Oh ${'x'.repeat(40)}`;
    const one = await track(text);
    const pieces = [one.push(sound(100), timed('Oh')), one.push(sound(300), timed('xxxxxx'))];
    expect(lengths(pieces.flat(), 0)).toBe(100);
    pieces.push(one.push(sound(200), timed('xxxx')));
    expect(lengths(pieces.flat(), 0)).toBe(600);
    expect(words(pieces.flat(), 0, text).at(-1)?.[0]).toBe('x'.repeat(40));
  });
});
