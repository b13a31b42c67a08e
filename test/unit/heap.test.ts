import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, it } from 'vitest';
import { type HeapLeft, watchHeap } from '../../src/observe/heap.js';

const MEGABYTE = 2 ** 20;

/** V8's own, of the whole heap. */
function collector(): () => void {
  setFlagsFromString('--expose-gc');
  return runInNewContext('gc') as () => void;
}

it('reads the heap as a collection leaves it: with what is in use, without what is not', async () => {
  const collect = collector();
  const stop = new AbortController();
  const waiting: ((left: HeapLeft) => void)[] = [];
  watchHeap((left) => {
    for (const tell of waiting.splice(0)) tell(left);
  }, stop.signal);
  const collected = async () => {
    const left = new Promise<HeapLeft>((resolve) => waiting.push(resolve));
    collect();
    return left;
  };

  const empty = await collected();
  const held = Array.from({ length: 2e6 }, (_, at) => ({ at }));
  const full = await collected();
  expect(held.length).toBe(2e6);
  held.length = 0;
  const emptied = await collected();
  expect(full.dataBytes - empty.dataBytes).toBeGreaterThan(30 * MEGABYTE);
  expect(full.dataBytes - emptied.dataBytes).toBeGreaterThan(30 * MEGABYTE);
  // A few hundred functions at the least have been compiled in this process.
  expect(empty.codeBytes).toBeGreaterThan(MEGABYTE / 4);
  expect(Math.abs(full.codeBytes - empty.codeBytes)).toBeLessThan(5 * MEGABYTE);
  stop.abort();
});
