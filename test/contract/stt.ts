/** What every recogniser promises (src/engines/contract.ts). One file per engine runs this over its own. */
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { EngineContext, HearingOptions, SttEngine, Transcript } from '../../src/engines/contract.js';
import { ParleyError } from '../../src/errors.js';
import { joined, silence } from '../fixtures/hearing/recordings.js';
import { promptly } from './promptly.js';

/** 20 ms: what a browser's microphone gives at a time. */
const LIVE_PIECE = 320;

export interface Spoken {
  readonly samples: Int16Array;
  readonly text: string;
}

export interface SttSounds {
  /** Two utterances that it understands. */
  readonly phrases: readonly [Spoken, Spoken];
  /** Speech that it may understand or not. */
  readonly speech: Int16Array;
}

export function sttContract(name: string, makeEngine: () => Promise<SttEngine>, sounds: SttSounds): void {
  describe(`${name} keeps the promises of a recogniser`, () => {
    let engine: SttEngine;
    beforeAll(async () => {
      engine = await makeEngine();
    });
    afterAll(() => engine.close());

    const hear = (audio: AsyncIterable<Int16Array>, signal = new AbortController().signal) =>
      engine.run(audio, options, context(signal));
    const heard = (samples: Int16Array, piece = LIVE_PIECE) => all(hear(given(samples, piece)));
    const [phrase, other] = sounds.phrases;

    it('is up', () => {
      expect(engine.health()).toBe('up');
    });

    it.each([
      ['as it is spoken', LIVE_PIECE],
      ['in odd pieces', 333],
      ['all at once', Number.POSITIVE_INFINITY],
    ])('hears what is said, given %s', async (_, piece) => {
      expect(endOf(await heard(phrase.samples, piece))).toEqual({ kind: 'final', text: phrase.text });
    });

    it('gives partial transcripts, then exactly one end', async () => {
      for (const samples of [phrase.samples, sounds.speech, silence(1)]) {
        const kinds = (await heard(samples)).map(({ kind }) => kind);
        expect(kinds.slice(0, -1).every((kind) => kind === 'partial')).toBe(true);
        expect(['final', 'unclear']).toContain(kinds.at(-1));
      }
    });

    it.each([
      ['no audio', silence(0)],
      ['a sample', new Int16Array(1)],
      ['silence', silence(2)],
    ])('hears no words in %s', async (_, samples) => {
      expect(await heard(samples)).toEqual([{ kind: 'final', text: '' }]);
    });

    it('takes pieces without samples', async () => {
      const audio = (async function* () {
        yield silence(0);
        yield* given(phrase.samples);
        yield silence(0);
      })();
      expect(endOf(await all(hear(audio)))).toEqual({ kind: 'final', text: phrase.text });
    });

    it('keeps apart what callers say at the same time, and what one says after the other', async () => {
      const both = [phrase, other, phrase, other, phrase, other, phrase, other];
      const ends = await Promise.all(both.map(async ({ samples }) => endOf(await heard(samples))));
      expect(ends).toEqual(both.map(({ text }) => ({ kind: 'final', text })));
      expect(await heard(silence(1))).toEqual([{ kind: 'final', text: '' }]);
    });

    it('stops within 200 ms in the middle of an utterance, with the reason, and yields nothing more', async () => {
      const abort = new AbortController();
      const reason = new ParleyError('barge_in');
      const long = joined(...Array.from({ length: 10 }, () => sounds.speech));
      const { audio, taken } = watched(given(long));
      const end = all(hear(audio, abort.signal));
      await taken(100);
      abort.abort(reason);
      await expect(promptly(end)).rejects.toBe(reason);
    });

    it('stops while it waits for sound', async () => {
      const abort = new AbortController();
      const reason = new ParleyError('client_gone');
      const { audio, taken } = watched(endless(given(phrase.samples)));
      const end = all(hear(audio, abort.signal));
      await taken(phrase.samples.length / LIVE_PIECE);
      abort.abort(reason);
      await expect(promptly(end)).rejects.toBe(reason);
    });

    it('does not begin under a signal that has aborted', async () => {
      const reason = new ParleyError('turn_cancelled');
      await expect(all(hear(given(phrase.samples), AbortSignal.abort(reason)))).rejects.toBe(reason);
    });

    it('is there for others after many have left in the middle', async () => {
      for (let n = 0; n < 20; n += 1) {
        const abort = new AbortController();
        const { audio, taken } = watched(endless(given(sounds.speech)));
        const end = all(hear(audio, abort.signal));
        await taken(20);
        abort.abort(new ParleyError('client_gone'));
        await expect(end).rejects.toMatchObject({ code: 'client_gone' });
      }
      expect(endOf(await heard(other.samples))).toEqual({ kind: 'final', text: other.text });
    });

    it("passes on its input's error", async () => {
      const failure = new ParleyError('engine_failed', 'the microphone is gone');
      const audio = (async function* () {
        yield* given(phrase.samples);
        throw failure;
      })();
      await expect(all(hear(audio))).rejects.toBe(failure);
    });

    it('hears the loudest square wave, and sound that never ends in words', async () => {
      const square = Int16Array.from({ length: 32_000 }, (_, n) => (n % 80 < 40 ? 32_767 : -32_768));
      expect(endOf(await heard(square)).kind).not.toBe('partial');
    });
  });

  it(`${name} says that it is closed`, async () => {
    const engine = await makeEngine();
    await engine.close();
    expect(engine.health()).not.toBe('up');
    const end = all(engine.run(given(silence(1)), options, context(new AbortController().signal)));
    await expect(end).rejects.toBeInstanceOf(ParleyError);
  });
}

export const options: HearingOptions = { language: null, prompt: null };

export const context = (signal: AbortSignal): EngineContext => ({
  signal,
  log: pino({ level: 'silent' }),
  turn: 'turn_test',
});

export async function* given(samples: Int16Array, piece = LIVE_PIECE): AsyncGenerator<Int16Array> {
  for (let at = 0; at < samples.length; at += piece) yield samples.subarray(at, at + piece);
}

export async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  const list: T[] = [];
  for await (const item of items) list.push(item);
  return list;
}

export function endOf(transcripts: readonly Transcript[]): Transcript {
  expect(transcripts.length).toBeGreaterThan(0);
  return transcripts.at(-1)!;
}

/** Goes on as silence that does not come: a caller who holds the line. */
export async function* endless(audio: AsyncIterable<Int16Array>): AsyncGenerator<Int16Array> {
  yield* audio;
  await new Promise(() => {});
}

/** The same audio, and a way to wait until so many pieces of it were taken. */
export function watched(audio: AsyncIterable<Int16Array>) {
  let count = 0;
  const waiting: { pieces: number; resolve: () => void }[] = [];
  const taken = (pieces: number) =>
    new Promise<void>((resolve) => {
      if (count >= pieces) resolve();
      else waiting.push({ pieces, resolve });
    });
  async function* counted() {
    for await (const samples of audio) {
      count += 1;
      for (const { pieces, resolve } of waiting) if (count >= pieces) resolve();
      yield samples;
    }
  }
  return { audio: counted(), taken };
}
