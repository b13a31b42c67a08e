import { describe, expect, it } from 'vitest';
import type { Speaker } from '../../src/engines/tts/espeak-speaker.js';
import { speakMethod } from '../../src/engines/tts/espeak-speech.js';
import type { Chunk } from '../../src/workers/serve.js';

const nobody = new Uint8Array(0);
const MS = 24;

/** Says every character in 100 ms, of constant loudness, and reports each word. */
const talker =
  (said: string[] = []): Speaker =>
  (text) => {
    said.push(text);
    const words = [...text.matchAll(/\w+/g)].map(({ index }) => ({ at: index, start: index * 100 * MS }));
    return { samples: new Int16Array(text.length * 100 * MS).fill(1000), words };
  };

async function* pieces(...texts: string[]): AsyncGenerator<Chunk> {
  for (const [index, text] of texts.entries()) yield { data: { index, from: 0, text, last: true }, body: nobody };
}

function speak(input: AsyncIterable<Chunk>, options: { speaker?: Speaker; signal?: AbortSignal; speed?: number } = {}) {
  const context = { signal: options.signal ?? new AbortController().signal, log: () => {} };
  return speakMethod(options.speaker ?? talker())({ voice: 'ada', speed: options.speed ?? 1 }, input, context);
}

interface Heard {
  phrase: number;
  words?: { from: number; to: number; start: number; end: number }[];
  done?: true;
  samples: Int16Array;
}

async function heard(chunks: AsyncIterable<Chunk>): Promise<Heard[]> {
  const list: Heard[] = [];
  for await (const { data, body } of chunks) {
    const samples = new Int16Array(body.buffer.slice(body.byteOffset, body.byteOffset + body.byteLength));
    list.push({ ...(data as unknown as Omit<Heard, 'samples'>), samples });
  }
  return list;
}

const silenceMs = (chunks: Heard[]): number =>
  chunks.flatMap(({ samples }) => [...samples]).filter((value) => value === 0).length / MS;

describe('speakMethod', () => {
  it('gives chunks of at most 100 ms and ends each phrase with an empty one', async () => {
    const chunks = await heard(speak(pieces('one', 'two')));
    for (const { samples } of chunks) expect(samples.length).toBeLessThanOrEqual(100 * MS);
    expect(chunks.filter(({ done }) => done).map(({ phrase }) => phrase)).toEqual([0, 1]);
    expect(chunks.findIndex(({ phrase }) => phrase === 1)).toBeGreaterThan(chunks.findIndex(({ done }) => done));
  });

  it('pauses between sentences 320 ms, after commas 150 ms, and at the end of an answer only shortly', async () => {
    expect(silenceMs(await heard(speak(pieces('one. two'))))).toBe(320 + 60);
    expect(silenceMs(await heard(speak(pieces('one, two'))))).toBe(150 + 60);
    expect(silenceMs(await heard(speak(pieces('one.', 'two.'))))).toBe(320 + 120);
    expect(silenceMs(await heard(speak(pieces('one.'))))).toBe(120);
    expect(silenceMs(await heard(speak(pieces('one.', '...', '😀'))))).toBe(120);
  });

  it('lets the beginning of a pause follow its phrase at once: a face must not wait for the next phrase', async () => {
    const chunks = await heard(speak(pieces('one.', 'two.')));
    expect(
      silenceMs(
        chunks.slice(
          0,
          chunks.findIndex(({ done }) => done),
        ),
      ),
    ).toBe(120);
  });

  it('shortens its pauses when it speaks faster', async () => {
    expect(silenceMs(await heard(speak(pieces('one, two'), { speed: 1.25 })))).toBe((150 + 60) / 1.25);
  });

  it('counts a pause to the phrase that it follows', async () => {
    const chunks = await heard(speak(pieces('one.', 'two.')));
    expect(silenceMs(chunks.filter(({ phrase }) => phrase === 0))).toBe(320);
    expect(chunks.find(({ phrase }) => phrase === 1)?.samples[0]).toBe(1000);
  });

  it('times words from the first sample of their phrase, over clauses and pauses', async () => {
    const text = 'ab cd, ef';
    const chunks = await heard(speak(pieces('x.', text)));
    const words = chunks.filter(({ phrase }) => phrase === 1).flatMap((chunk) => chunk.words ?? []);
    expect(words.map(({ from, to }) => text.slice(from, to))).toEqual(['ab', 'cd', 'ef']);
    // "ab cd," lasts 600 ms, the pause 150 ms.
    expect(words.map(({ start, end }) => [start / MS, end / MS])).toEqual([
      [0, 300],
      [300, 600],
      [750, 950],
    ]);
  });

  it('joins the pieces of one phrase', async () => {
    async function* halves(): AsyncGenerator<Chunk> {
      yield { data: { index: 0, from: 0, text: 'ab ', last: false }, body: nobody };
      yield { data: { index: 0, from: 3, text: 'cd', last: true }, body: nobody };
    }
    const chunks = await heard(speak(halves()));
    const words = chunks.flatMap((chunk) => chunk.words ?? []);
    expect(words).toEqual([
      { from: 0, to: 2, start: 0, end: 200 * MS },
      { from: 3, to: 5, start: 260 * MS, end: 460 * MS },
    ]);
    expect(chunks.filter(({ done }) => done)).toHaveLength(1);
  });

  it('hears a cancel before each clause', async () => {
    const abort = new AbortController();
    const said: string[] = [];
    const chunks = speak(pieces('one, two, three, four'), { speaker: talker(said), signal: abort.signal });
    const reader = chunks[Symbol.asyncIterator]();
    await reader.next();
    abort.abort(new Error('enough'));
    await expect(heard({ [Symbol.asyncIterator]: () => reader })).rejects.toThrow('enough');
    expect(said).toEqual(['one,']);
  });

  it('takes turns with other streams, clause by clause', async () => {
    const said: string[] = [];
    const speaker = talker(said);
    await Promise.all([heard(speak(pieces('a, b, c'), { speaker })), heard(speak(pieces('x, y, z'), { speaker }))]);
    expect(said).toEqual(['a,', 'x,', 'b,', 'y,', 'c', 'z']);
  });

  it('refuses a voice that it has not', async () => {
    const chunks = speakMethod(talker())({ voice: 'nobody', speed: 1 }, pieces('one'), {
      signal: new AbortController().signal,
      log: () => {},
    });
    await expect(heard(chunks)).rejects.toMatchObject({ code: 'unknown_voice' });
  });
});
