/** The simulated vendor with a real voice, and the times of characters that it makes of that voice's words. */
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { characterClock } from '../../src/bench/vendors/elevenlabs/character-times.js';
import { outputFormat } from '../../src/bench/vendors/elevenlabs/formats.js';
import { spokenPieces } from '../../src/bench/vendors/elevenlabs/spoken-pieces.js';
import type { SpokenWord, TtsEngine } from '../../src/engines/contract.js';
import { espeakTts } from '../../src/engines/tts/espeak.js';
import { silentLog, steadyTts } from '../fixtures/engines.js';
import { audioOf, type Heard, SOCKET, samplesIn, talk, vendor } from './vendor-elevenlabs-fixture.js';

const workerFile = join(import.meta.dirname, '../../dist/engines/tts/espeak-worker.js');

function installed(): boolean {
  try {
    return createRequire(import.meta.url).resolve('@echogarden/espeak-ng-emscripten') !== '';
  } catch {
    return false;
  }
}

const TEXT = 'Good evening, and welcome to the house. It is 10:42 — shall we begin? ';

/** When each word of the text begins, by the characters' times, in milliseconds. */
function onsets(pieces: readonly Heard[]): Map<number, number> {
  const found = new Map<number, number>();
  let pieceMs = 0;
  let at = 0;
  for (const { audio, alignment } of pieces) {
    alignment?.chars.forEach((character, n) => {
      found.set(at, pieceMs + alignment.charStartTimesMs[n]!);
      at += character.length;
    });
    pieceMs += Buffer.from(audio!, 'base64').length / 48;
  }
  return found;
}

describe.skipIf(!installed())('with espeak', () => {
  it('sounds, and times its characters by the words that sound', async () => {
    const engine = espeakTts({ workerFile, log: silentLog });
    onTestFinished(() => engine.close());
    const context = { signal: new AbortController().signal, log: silentLog, turn: 'turn' };
    await engine.ready(context.signal);
    const words: SpokenWord[] = [];
    const phrases = (async function* () {
      yield { index: 0, text: TEXT };
    })();
    for await (const piece of engine.run(phrases, { voice: 'clara', speed: 1 }, context)) words.push(...piece.words);

    const alice = 'Xb7hH8MSUJpSbSDYk0k2';
    const client = await talk(await vendor({ speak: engine }, 'any'), SOCKET, { 'xi-api-key': 'any' }, alice);
    client.say({ text: TEXT, context_id: 'a', flush: true });
    client.say({ context_id: 'a', close_context: true });
    await client.hear(({ isFinal }) => isFinal === true);
    const pieces = audioOf(client.heard, 'a');
    expect(pieces.flatMap(({ alignment }) => alignment?.chars ?? []).join('')).toBe(TEXT);
    expect(samplesIn(pieces).some((sample) => Math.abs(sample) > 3000)).toBe(true);
    const begins = onsets(pieces);
    expect(words.length).toBeGreaterThan(10);
    // The voice has noise in it, so that its quiet edges are cut some milliseconds earlier or later each time.
    for (const { from, start } of words)
      expect(Math.abs(begins.get(from)! - start / 24), TEXT.slice(from)).toBeLessThan(40);
  });
});

/** Says so much at a time, and when each word of the text begins and ends, in milliseconds. */
function timedTts(
  pieceMs: number,
  lengthMs: number,
  times: readonly (readonly [start: number, end: number])[],
): TtsEngine {
  return {
    ...steadyTts().engine,
    run: async function* (phrases) {
      for await (const { text } of phrases) {
        const words = [...text.matchAll(/\w+/g)].map(({ index, 0: word }, n) => {
          const [start, end] = times[n]!.map((ms) => ms * 24);
          return { from: index, to: index + word.length, start: start!, end: end! };
        });
        for (let ms = 0; ms < lengthMs; ms += pieceMs) {
          const isIn = ({ start }: SpokenWord) => start >= ms * 24 && start < (ms + pieceMs) * 24;
          const length = Math.min(pieceMs, lengthMs - ms) * 24;
          yield { phrase: 0, samples: new Int16Array(length).fill(1), words: words.filter(isIn) };
        }
      }
    },
  };
}

describe('the pieces of a text', () => {
  const pieces = async (speak: TtsEngine, format: string, isSynchronous = true) => {
    const saying = { text: 'ab, cd.', speaker: 'ada', speed: 1, format: outputFormat(format)!, isSynchronous };
    const context = { signal: new AbortController().signal, log: silentLog, turn: 'turn' };
    const found: { ms: number; said: string }[] = [];
    for await (const { bytes, characters } of spokenPieces(speak, saying, context)) {
      const ms = bytes.length / 2 / (Number(format.slice(4)) / 1000);
      found.push({ ms, said: characters.map(({ character }) => character).join('') });
    }
    return found;
  };

  it.each([10, 160, 1000])('are the same if the voice speaks %i ms at a time', async (pieceMs) => {
    const speak = timedTts(pieceMs, 660, [
      [0, 400],
      [450, 600],
    ]);
    expect(await pieces(speak, 'pcm_24000')).toEqual([
      { ms: 160, said: 'a' },
      { ms: 160, said: 'b' },
      { ms: 160, said: ', c' },
      { ms: 160, said: 'd.' },
      { ms: 20, said: '' },
    ]);
    // What the filter of another rate keeps back comes with the last piece, and nothing is lost or doubled.
    const resampled = await pieces(speak, 'pcm_16000');
    expect(resampled.reduce((sum, { ms }) => sum + ms, 0)).toBeCloseTo(660);
  });

  it('are none if there is nothing to hear', async () => {
    expect(
      await pieces(
        timedTts(160, 0, [
          [0, 0],
          [0, 0],
        ]),
        'pcm_24000',
      ),
    ).toEqual([]);
  });
});

describe('the times of characters', () => {
  const all = (clock: ReturnType<typeof characterClock>) =>
    clock.take(Number.POSITIVE_INFINITY, 'start').map(({ character, start, end }) => [character, start, end]);

  it('are even where no word has a time', () => {
    const clock = characterClock('a b');
    expect(clock.settled()).toBe(0);
    clock.end(300);
    expect(all(clock)).toEqual([
      ['a', 0, 100],
      [' ', 100, 200],
      ['b', 200, 300],
    ]);
  });

  it('give what stands between words the time between them, and the silence behind to the last one', () => {
    const clock = characterClock('ab, c');
    clock.hear([
      { from: 0, to: 2, start: 0, end: 200 },
      { from: 4, to: 5, start: 300, end: 400 },
    ]);
    expect(clock.settled()).toBe(300);
    clock.end(500);
    expect(all(clock)).toEqual([
      ['a', 0, 100],
      ['b', 100, 200],
      [',', 200, 250],
      [' ', 250, 300],
      ['c', 300, 500],
    ]);
  });

  it('are given out once each, up to a time', () => {
    const clock = characterClock('ab');
    clock.hear([{ from: 0, to: 2, start: 0, end: 200 }]);
    expect(clock.take(100, 'start').map(({ character }) => character)).toEqual(['a']);
    expect(clock.take(100, 'start')).toEqual([]);
    expect(clock.take(200, 'start').map(({ character }) => character)).toEqual(['b']);
    const whole = characterClock('ab');
    whole.hear([{ from: 0, to: 2, start: 0, end: 200 }]);
    expect(whole.take(100, 'wordStart').map(({ character }) => character)).toEqual(['a', 'b']);
  });
});
