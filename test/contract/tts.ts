/** What every voice promises (src/engines/contract.ts). One file per engine runs this over its own. */
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { EngineContext, Phrase, Speech, TtsEngine } from '../../src/engines/contract.js';
import { ParleyError } from '../../src/errors.js';
import { promptly } from './promptly.js';

const GREETING = ['Good morning, Ada.', 'It is 10:42; shall we go? Yes!', 'Café and naïve are words, too.'];

export function ttsContract(name: string, makeEngine: () => Promise<TtsEngine>): void {
  describe(`${name} keeps the promises of a voice`, () => {
    let engine: TtsEngine;
    beforeAll(async () => {
      engine = await makeEngine();
    });
    afterAll(() => engine.close());

    const speak = (phrases: AsyncIterable<Phrase>, signal = new AbortController().signal, speed = 1) =>
      engine.run(phrases, { voice: engine.voices[0]!.id, speed }, context(signal));
    const say = (texts: readonly string[]) => all(speak(given(texts)));

    it('is up and names its voices', () => {
      expect(engine.health()).toBe('up');
      expect(engine.voices.length).toBeGreaterThan(0);
      expect(new Set(engine.voices.map(({ id }) => id)).size).toBe(engine.voices.length);
    });

    it('answers phrases in order, each with its index and with sound', async () => {
      const speech = await say(GREETING);
      const indices = speech.map(({ phrase }) => phrase);
      expect(indices).toEqual([...indices].sort((a, b) => a - b));
      GREETING.forEach((_, index) => {
        const samples = samplesOf(speech, index);
        expect(samples.length).toBeGreaterThan(24_000 / 4);
        expect(loudness(samples)).toBeGreaterThan(300);
      });
    });

    it('times its words within the audio, in order, no later than they sound', async () => {
      const speech = await say(GREETING);
      GREETING.forEach((text, index) => {
        let begun = 0;
        let last = { to: 0, end: 0 };
        const length = samplesOf(speech, index).length;
        for (const { phrase, samples, words } of speech) {
          if (phrase !== index) continue;
          for (const word of words) {
            expect(word.from).toBeGreaterThanOrEqual(last.to);
            expect(word.to).toBeGreaterThan(word.from);
            expect(word.to).toBeLessThanOrEqual(text.length);
            expect(word.start).toBeGreaterThanOrEqual(last.end);
            expect(word.end).toBeGreaterThan(word.start);
            expect(word.end).toBeLessThanOrEqual(length);
            expect(word.start).toBeGreaterThanOrEqual(begun);
            last = word;
          }
          begun += samples.length;
        }
      });
    });

    it('ends when its input ends, also when there was none', async () => {
      expect(await say([])).toEqual([]);
    });

    it.each([
      ['empty', ''],
      ['blank', ' \n\t '],
      ['only punctuation', '... — !?'],
      ['only emoji', '😀🎉 👩‍👩‍👧'],
      ['only control characters', '\u0000\u0007\u001b'],
    ])('makes no sound of a phrase that is %s, and no error', async (_, text) => {
      const speech = await say(['Before.', text, 'After.']);
      expect(samplesOf(speech, 1)).toHaveLength(0);
      expect(samplesOf(speech, 0).length).toBeGreaterThan(0);
      expect(samplesOf(speech, 2).length).toBeGreaterThan(0);
    });

    it('serves two callers at once', async () => {
      const [one, two] = await Promise.all([say(GREETING), say(['Something else entirely.'])]);
      expect(samplesOf(one, 2).length).toBeGreaterThan(0);
      expect(samplesOf(two, 0).length).toBeGreaterThan(0);
      expect(two.every(({ phrase }) => phrase === 0)).toBe(true);
    });

    it('speaks faster at a higher speed', async () => {
      const slow = await all(speak(given(GREETING), undefined, 0.8));
      const fast = await all(speak(given(GREETING), undefined, 1.4));
      expect(countSamples(fast)).toBeLessThan(countSamples(slow) * 0.8);
    });

    it('stops within 200 ms in the middle of a phrase, with the reason, and yields nothing more', async () => {
      const abort = new AbortController();
      const reason = new ParleyError('barge_in');
      const reader = speak(given(['One. Two. Three. '.repeat(30), 'Four.']), abort.signal)[Symbol.asyncIterator]();
      expect((await reader.next()).done).toBe(false);
      abort.abort(reason);
      await expect(promptly(reader.next())).rejects.toBe(reason);
      expect(await reader.next()).toEqual({ done: true, value: undefined });
    });

    it('stops while it waits for its first phrase', async () => {
      const abort = new AbortController();
      const reason = new ParleyError('client_gone');
      const next = speak(silent(), abort.signal)[Symbol.asyncIterator]().next();
      setImmediate(() => abort.abort(reason));
      await expect(next).rejects.toBe(reason);
    });

    it('does not begin under a signal that has aborted', async () => {
      const reason = new ParleyError('turn_cancelled');
      await expect(all(speak(given(GREETING), AbortSignal.abort(reason)))).rejects.toBe(reason);
    });

    it('takes at most readAhead phrases beyond what its reader has taken, and goes on as that reads on', async () => {
      let taken = 0;
      const source = (async function* () {
        for (; taken < 12; ) {
          taken += 1;
          yield { index: taken - 1, text: `Phrase number ${taken}.` };
        }
      })();
      const reader = speak(source)[Symbol.asyncIterator]();
      expect((await reader.next()).done).toBe(false);
      // Another caller's whole answer: time enough for an engine without a bound to take everything.
      await say(GREETING);
      expect(taken).toBeLessThanOrEqual(1 + engine.readAhead);
      const rest = await all({ [Symbol.asyncIterator]: () => reader });
      expect(rest.at(-1)?.phrase).toBe(11);
    });

    it('is there for others after a reader has left early', async () => {
      for await (const _ of speak(given(['A long one, '.repeat(40)]))) break;
      expect(countSamples(await say(['Still here.']))).toBeGreaterThan(0);
    });

    it("passes on its input's error", async () => {
      const failure = new ParleyError('engine_failed', 'the model is gone');
      const source = (async function* () {
        yield { index: 0, text: 'So far so good.' };
        throw failure;
      })();
      await expect(all(speak(source))).rejects.toBe(failure);
    });

    it('has a name for a voice that it has not', async () => {
      const speech = engine.run(given(GREETING), { voice: 'nobody', speed: 1 }, context(new AbortController().signal));
      await expect(all(speech)).rejects.toMatchObject({ name: 'ParleyError', code: 'unknown_voice' });
    });

    it('speaks a very long phrase to its end', async () => {
      const text = 'This sentence is one of many, and none of them may be lost. '.repeat(42);
      const speech = await say([text]);
      expect(samplesOf(speech, 0).length).toBeGreaterThan(60 * 24_000);
      const words = speech.flatMap((piece) => piece.words);
      if (words.length > 0) expect(words.at(-1)!.to).toBeGreaterThan(text.length - 10);
    });

    it('begins 10,000 characters without a blank, and can be stopped', async () => {
      const abort = new AbortController();
      const reader = speak(given(['x'.repeat(10_000)]), abort.signal)[Symbol.asyncIterator]();
      expect((await reader.next()).done).toBe(false);
      abort.abort(new ParleyError('barge_in'));
      await expect(reader.next()).rejects.toMatchObject({ code: 'barge_in' });
    });

    it.each([
      ['SSML', 'One <break time="20s"/> <prosody rate="x-slow">two</prosody> <audio src="file:///etc/passwd"/> three.'],
      ['broken markup', 'One << two >> & three &#0; </speak> <speak <'],
      ['control characters', 'One\u0000 two\u0007 \u001b[31mthree\u009f.'],
      ['right to left', 'One שלום two \u202eevif\u202c مرحبا three.'],
      ['emoji and lone surrogates', 'One 😀 two \ud83d three \udc00.'],
      ['stacked accents', `O${'\u0301'.repeat(300)}ne two three.`],
    ])('takes text as data: %s', async (_, text) => {
      const speech = await say([text, 'And on.']);
      const seconds = samplesOf(speech, 0).length / 24_000;
      expect(seconds).toBeGreaterThan(0.3);
      expect(seconds).toBeLessThan(10);
      expect(samplesOf(speech, 1).length).toBeGreaterThan(0);
    });
  });

  it(`${name} says that it is closed`, async () => {
    const engine = await makeEngine();
    await engine.close();
    expect(engine.health()).not.toBe('up');
    const options = { voice: engine.voices[0]!.id, speed: 1 };
    const speech = engine.run(given(['Hello.']), options, context(new AbortController().signal));
    await expect(all(speech)).rejects.toBeInstanceOf(ParleyError);
  });
}

export const context = (signal: AbortSignal): EngineContext => ({
  signal,
  log: pino({ level: 'silent' }),
  turn: 'turn_test',
});

export async function* given(texts: readonly string[]): AsyncGenerator<Phrase> {
  for (const [index, text] of texts.entries()) yield { index, text };
}

/** A source that never gives anything. */
const silent = (): AsyncIterable<Phrase> => ({
  [Symbol.asyncIterator]: () => ({
    next: () => new Promise(() => {}),
    return: async () => ({ done: true, value: undefined }),
  }),
});

export async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  const list: T[] = [];
  for await (const item of items) list.push(item);
  return list;
}

const samplesOf = (speech: readonly Speech[], phrase: number): number[] =>
  speech.filter((piece) => piece.phrase === phrase).flatMap(({ samples }) => Array.from(samples));

export const countSamples = (speech: readonly Speech[]): number =>
  speech.reduce((count, { samples }) => count + samples.length, 0);

const loudness = (samples: readonly number[]): number =>
  Math.sqrt(samples.reduce((sum, value) => sum + value * value, 0) / samples.length);
