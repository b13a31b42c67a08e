import { pino } from 'pino';
import { expect, it } from 'vitest';
import { byHeart } from '../../src/bench/by-heart.js';
import type { EngineContext, Phrase, Speech, SpeechOptions, TtsEngine } from '../../src/engines/contract.js';

const context: EngineContext = {
  signal: new AbortController().signal,
  log: pino({ level: 'silent' }),
  turn: 'turn_test',
};
const options: SpeechOptions = { voice: 'somebody', speed: 1 };

/** Speaks one piece for each word, and counts what it was asked. After so many words it has no voice left. */
function counting(words = Number.POSITIVE_INFINITY, samplesOfAWord = 1) {
  const asked: string[] = [];
  const voice = {
    name: 'counting',
    async *run(phrases: AsyncIterable<Phrase>): AsyncGenerator<Speech, void, undefined> {
      for await (const { index, text } of phrases) {
        asked.push(text);
        for (const [n, word] of text.split(' ').entries()) {
          if (n === words) throw new Error('hoarse');
          yield { phrase: index, samples: new Int16Array(samplesOfAWord).fill(word.length), words: [] };
        }
      }
    },
  } as unknown as TtsEngine;
  return { asked, voice };
}

async function said(voice: TtsEngine, texts: readonly string[], wanted = options): Promise<number[][]> {
  async function* phrases(): AsyncGenerator<Phrase, void, undefined> {
    for (const [index, text] of texts.entries()) yield { index, text };
  }
  const pieces: number[][] = [];
  for await (const { phrase, samples } of voice.run(phrases(), wanted, context)) pieces.push([phrase, samples[0]!]);
  return pieces;
}

it('has a line spoken once, and says it again wherever it stands', async () => {
  const { asked, voice } = counting();
  const heart = byHeart(voice);
  expect(await said(heart, ['a bee'])).toEqual([
    [0, 1],
    [0, 3],
  ]);
  expect(await said(heart, ['hello', 'a bee'])).toEqual([
    [0, 5],
    [1, 1],
    [1, 3],
  ]);
  expect(asked).toEqual(['a bee', 'hello']);
  expect(heart.name).toBe('counting');
});

it('knows voices and paces apart', async () => {
  const { asked, voice } = counting();
  const heart = byHeart(voice);
  await said(heart, ['hello']);
  await said(heart, ['hello'], { ...options, speed: 1.5 });
  await said(heart, ['hello'], { ...options, voice: 'another' });
  expect(asked).toHaveLength(3);
});

it('forgets what was said longest ago, when it knows ten minutes', async () => {
  const { asked, voice } = counting(Number.POSITIVE_INFINITY, 50 * 24_000);
  const heart = byHeart(voice);
  for (let n = 0; n < 12; n += 1) await said(heart, [`${n}`]);
  // That it was said again is what saves it.
  await said(heart, ['0']);
  await said(heart, ['12']);
  expect(asked).toHaveLength(13);
  await said(heart, ['0']);
  expect(asked).toHaveLength(13);
  await said(heart, ['1']);
  expect(asked).toHaveLength(14);
});

it('does not keep a line of minutes', async () => {
  const { asked, voice } = counting(Number.POSITIVE_INFINITY, 61 * 24_000);
  const heart = byHeart(voice);
  await said(heart, ['long']);
  await said(heart, ['long']);
  expect(asked).toHaveLength(2);
});

it('says nothing after an abort', async () => {
  const heart = byHeart(counting().voice);
  await said(heart, ['a bee']);
  const stop = new AbortController();
  const pieces: Speech[] = [];
  const listening = (async () => {
    const phrases = (async function* () {
      yield { index: 0, text: 'a bee' };
    })();
    for await (const piece of heart.run(phrases, options, { ...context, signal: stop.signal })) {
      pieces.push(piece);
      stop.abort(new Error('enough'));
    }
  })();
  await expect(listening).rejects.toThrow('enough');
  expect(pieces).toHaveLength(1);
});

it('does not keep what broke off', async () => {
  const { asked, voice } = counting(1);
  const heart = byHeart(voice);
  await expect(said(heart, ['one two'])).rejects.toThrow('hoarse');
  await expect(said(heart, ['one two'])).rejects.toThrow('hoarse');
  expect(asked).toHaveLength(2);
});
