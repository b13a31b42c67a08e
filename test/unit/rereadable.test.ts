import { expect, it } from 'vitest';
import { rereadable } from '../../src/engines/tts/rereadable.js';

function source() {
  const given: ((value: IteratorResult<number>) => void)[] = [];
  let left = 0;
  const items: AsyncIterable<number> = {
    [Symbol.asyncIterator]: () => ({
      next: () => new Promise((resolve) => given.push(resolve)),
      return: async () => {
        left += 1;
        return { done: true, value: undefined };
      },
    }),
  };
  return {
    items,
    asked: () => given.length,
    left: () => left,
    give: (value: number) => given.shift()!({ done: false, value }),
    end: () => given.shift()!({ done: true, value: undefined }),
  };
}

it('gives all of it again from the beginning, and then what follows', async () => {
  const { items, give, end } = source();
  const again = rereadable(items);
  const first = again.read();
  const one = first.next();
  give(1);
  expect(await one).toEqual({ done: false, value: 1 });
  await first.return();
  const second = again.read();
  expect(await second.next()).toEqual({ done: false, value: 1 });
  const two = second.next();
  give(2);
  expect(await two).toEqual({ done: false, value: 2 });
  const last = second.next();
  end();
  expect((await last).done).toBe(true);
});

it('loses nothing that a reader who has left was waiting for', async () => {
  const { items, give, asked } = source();
  const again = rereadable(items);
  void again.read().next();
  const second = again.read().next();
  await Promise.resolve();
  expect(asked()).toBe(1);
  give(7);
  expect(await second).toEqual({ done: false, value: 7 });
});

it('tells its source only when everybody has left', async () => {
  const { items, give, left } = source();
  const again = rereadable(items);
  const reader = again.read();
  const one = reader.next();
  give(1);
  await one;
  await reader.return();
  expect(left()).toBe(0);
  again.leave();
  expect(left()).toBe(1);
});

it("passes on its source's error, to every reader", async () => {
  const failure = new Error('gone');
  const again = rereadable(
    (async function* (): AsyncGenerator<number> {
      yield 1;
      throw failure;
    })(),
  );
  const reader = again.read();
  await reader.next();
  await expect(reader.next()).rejects.toBe(failure);
  const other = again.read();
  expect(await other.next()).toEqual({ done: false, value: 1 });
  await expect(other.next()).rejects.toBe(failure);
});
