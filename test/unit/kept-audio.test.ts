import { describe, expect, it } from 'vitest';
import { keepAudio } from '../../src/engines/resilience/kept-audio.js';
import { Queue } from '../../src/flow.js';

const piece = (value: number, length = 4) => new Int16Array(length).fill(value);
const values = async (pieces: AsyncIterable<Int16Array>) => {
  const found: number[] = [];
  for await (const samples of pieces) found.push(samples[0]!);
  return found;
};

function microphone(most = 100) {
  const source = new Queue<Int16Array>(Number.POSITIVE_INFINITY);
  return { source, kept: keepAudio(source, most) };
}

describe('audio that is kept while it is heard', () => {
  it('is the same for who hears it first and for who hears it again', async () => {
    const { source, kept } = microphone();
    for (const value of [1, 2, 3]) source.offer(piece(value));
    source.close();
    expect(await values(kept.play())).toEqual([1, 2, 3]);
    expect(kept.isWhole).toBe(true);
    expect(await values(kept.play())).toEqual([1, 2, 3]);
  });

  it('goes on with the second reader where the first has left, who was waiting for the next piece', async () => {
    const { source, kept } = microphone();
    source.offer(piece(1));
    const first = kept.play()[Symbol.asyncIterator]();
    await first.next();
    const waiting = first.next();
    const second = values(kept.play());
    void first.return?.();
    source.offer(piece(2));
    await waiting;
    source.offer(piece(3));
    source.close();
    expect(await second).toEqual([1, 2, 3]);
  });

  it('is read no faster than its reader asks', async () => {
    let given = 0;
    const source = (async function* () {
      for (; given < 10; ) yield piece(++given);
    })();
    const kept = keepAudio(source, 100);
    const reader = kept.play()[Symbol.asyncIterator]();
    await reader.next();
    await reader.next();
    expect(given).toBe(2);
  });

  it('lets go what is too long, and passes it on all the same', async () => {
    const { source, kept } = microphone(10);
    for (const value of [1, 2, 3, 4]) source.offer(piece(value));
    source.close();
    expect(await values(kept.play())).toEqual([1, 2, 3, 4]);
    expect(kept.isWhole).toBe(false);
  });

  it("gives every reader its source's error, and is not whole then", async () => {
    const { source, kept } = microphone();
    const failure = new Error('the microphone is gone');
    const reader = kept.play()[Symbol.asyncIterator]();
    source.offer(piece(1));
    await reader.next();
    const next = reader.next();
    source.fail(failure);
    await expect(next).rejects.toBe(failure);
    expect(kept.isWhole).toBe(false);
    await expect(values(kept.play())).rejects.toBe(failure);
  });

  it('tells its source that nobody reads it any more, and does not wait for that', async () => {
    let told = false;
    const source: AsyncIterable<Int16Array> = {
      [Symbol.asyncIterator]: () => ({
        next: () => new Promise(() => {}),
        return: () => {
          told = true;
          return new Promise(() => {});
        },
      }),
    };
    keepAudio(source, 100).leave();
    expect(told).toBe(true);
  });
});
