import { constants, type PerformanceEntry, PerformanceObserver } from 'node:perf_hooks';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { watchHeap } from '../../src/observe/heap.js';
import { createMetrics } from '../../src/observe/metrics.js';
import { readMetrics } from '../fixtures/metrics-text.js';

const MEGABYTE = 2 ** 20;

/** V8's own: of the whole heap, or of what is young. */
setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as (options?: { type: 'minor' }) => void;

type Collection = PerformanceEntry & { readonly detail?: { readonly kind?: number } };

/** Whoever began to listen before this has been told of a collection when this is. */
async function collected(kind: 'major' | 'minor'): Promise<void> {
  const wanted = kind === 'major' ? constants.NODE_PERFORMANCE_GC_MAJOR : constants.NODE_PERFORMANCE_GC_MINOR;
  // Node tells of it when its loop comes round, and a loop with nothing to do sleeps.
  const awake = setInterval(() => {}, 1);
  await new Promise<void>((resolve) => {
    const observer = new PerformanceObserver((list) => {
      if (!list.getEntries().some(({ detail }: Collection) => detail?.kind === wanted)) return;
      observer.disconnect();
      resolve();
    });
    observer.observe({ entryTypes: ['gc'] });
    if (kind === 'major') collect();
    else collect({ type: 'minor' });
  });
  clearInterval(awake);
}

let stop: AbortController;
let readings: number[];
beforeEach(() => {
  stop = new AbortController();
  readings = [];
});
afterEach(() => stop.abort());

it('reads the heap as a collection leaves it: with what is in use, without what is not', async () => {
  watchHeap((bytes) => readings.push(bytes), stop.signal);
  await collected('major');
  const empty = readings.at(-1)!;
  const held = Array.from({ length: 2e6 }, (_, at) => ({ at }));
  await collected('major');
  const full = readings.at(-1)!;
  expect(held.length).toBe(2e6);
  held.length = 0;
  await collected('major');
  const emptied = readings.at(-1)!;
  expect(full - empty).toBeGreaterThan(30 * MEGABYTE);
  expect(full - emptied).toBeGreaterThan(30 * MEGABYTE);
});

it('tells nothing when only what is young has been collected', async () => {
  let majors = 0;
  const others = new PerformanceObserver((list) => {
    majors += list
      .getEntries()
      .filter(({ detail }: Collection) => detail?.kind === constants.NODE_PERFORMANCE_GC_MAJOR).length;
  });
  others.observe({ entryTypes: ['gc'] });
  watchHeap((bytes) => readings.push(bytes), stop.signal);
  for (let times = 0; times < 5; times += 1) await collected('minor');
  others.disconnect();
  // V8 may have come by for the whole heap of itself.
  expect(readings.length).toBeLessThanOrEqual(majors);
});

it('tells nothing when its signal has aborted', async () => {
  watchHeap((bytes) => readings.push(bytes), stop.signal);
  await collected('major');
  const told = readings.length;
  expect(told).toBeGreaterThan(0);
  stop.abort();
  await collected('major');
  expect(readings.length).toBe(told);
});

it('is told to Prometheus', async () => {
  const metrics = createMetrics();
  const left = async () => readMetrics(await metrics.text()).value('parley_heap_after_gc_bytes');
  metrics.watchHeap(stop.signal);
  expect(await left()).toBe(0);
  await collected('major');
  expect(await left()).toBeGreaterThan(MEGABYTE);
});
