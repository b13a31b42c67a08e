import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ParleyError } from '../../src/errors.js';
import { abortable, Bell, delay, itemsUntil, merge, orLate, Queue, within } from '../../src/flow.js';

const never = new AbortController().signal;

async function collect<T>(source: AsyncIterable<T>): Promise<T[]> {
  const items: T[] = [];
  for await (const item of source) items.push(item);
  return items;
}

describe('Queue', () => {
  it('hands out what was put in, in order, and ends when closed', async () => {
    const queue = new Queue<number>(10);
    for (const item of [1, 2, 3]) expect(queue.offer(item)).toBe(true);
    queue.close();
    expect(await collect(queue)).toEqual([1, 2, 3]);
  });

  it('takes no more than its bound, in the unit of its weight', () => {
    const queue = new Queue<number>(100, (milliseconds) => milliseconds);
    expect(queue.offer(60)).toBe(true);
    expect(queue.offer(40)).toBe(true);
    expect(queue.offer(1)).toBe(false);
    expect(queue.weight).toBe(100);
  });

  it('takes one item of any weight when it is empty', () => {
    expect(new Queue<number>(10, (weight) => weight).offer(1000)).toBe(true);
  });

  it('makes writers wait for room, in their order', async () => {
    const queue = new Queue<string>(1);
    const pushed = ['a', 'b', 'c'].map((item) => queue.push(item, never));
    const reader = queue[Symbol.asyncIterator]();
    expect((await reader.next()).value).toBe('a');
    expect((await reader.next()).value).toBe('b');
    expect((await reader.next()).value).toBe('c');
    expect(await Promise.all(pushed)).toEqual([true, true, true]);
  });

  it('frees a waiting writer when the signal aborts, with its reason', async () => {
    const queue = new Queue<string>(1);
    queue.offer('full');
    const controller = new AbortController();
    const pushed = queue.push('waits', controller.signal);
    controller.abort(new ParleyError('barge_in'));
    await expect(pushed).rejects.toMatchObject({ code: 'barge_in' });
  });

  it('frees a waiting writer when the reader leaves', async () => {
    const queue = new Queue<string>(1);
    queue.offer('first');
    const pushed = [queue.push('takes the place of the first', never), queue.push('waits', never)];
    for await (const _item of queue) break;
    expect((await Promise.all(pushed))[1]).toBe(false);
    expect(queue.offer('late')).toBe(false);
  });

  it('drops what is queued and throws when it fails', async () => {
    const queue = new Queue<string>(5);
    queue.offer('lost');
    queue.fail(new ParleyError('worker_broken'));
    await expect(collect(queue)).rejects.toMatchObject({ code: 'worker_broken' });
  });

  it('drops what is queued when it fails after it was closed', async () => {
    const queue = new Queue<string>(5);
    queue.offer('stale');
    queue.close();
    queue.fail(new ParleyError('barge_in'));
    await expect(collect(queue)).rejects.toMatchObject({ code: 'barge_in' });
  });

  it('wakes a reader that waits', async () => {
    const queue = new Queue<string>(5);
    const reading = collect(queue);
    await queue.push('late', never);
    queue.close();
    expect(await reading).toEqual(['late']);
  });
});

describe('merge', () => {
  it('gives the items of both, each in its order, until both have ended', async () => {
    const [one, two] = [new Queue<string>(9), new Queue<number>(9)];
    for (const item of ['a', 'b', 'c']) one.offer(item);
    two.offer(1);
    const merged = collect(merge(one, two));
    await Promise.resolve();
    one.close();
    two.offer(2);
    two.close();
    const items = await merged;
    expect(items.filter((item) => typeof item === 'string')).toEqual(['a', 'b', 'c']);
    expect(items.filter((item) => typeof item === 'number')).toEqual([1, 2]);
  });

  it('lets the first go first when both are ready', async () => {
    const [one, two] = [new Queue<string>(9), new Queue<string>(9)];
    two.offer('second');
    one.offer('first');
    for (const queue of [one, two]) queue.close();
    expect(await collect(merge(one, two))).toEqual(['first', 'second']);
  });

  it('throws what either throws, also while the other waits', async () => {
    const silent = new Queue<string>(1);
    const failing = new Queue<string>(1);
    const merged = collect(merge(silent, failing));
    failing.fail(new ParleyError('engine_failed'));
    await expect(merged).rejects.toMatchObject({ code: 'engine_failed' });
    silent.fail(new ParleyError('barge_in')); // must not become an unhandled rejection
  });
});

describe('waiting', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it('delay ends at its time, or at once with the abort reason', async () => {
    const controller = new AbortController();
    const waited = delay(50, never);
    const aborted = delay(50, controller.signal);
    const seen = expect(aborted).rejects.toMatchObject({ code: 'barge_in' });
    controller.abort(new ParleyError('barge_in'));
    await seen;
    await vi.advanceTimersByTimeAsync(50);
    await waited;
    expect(vi.getTimerCount()).toBe(0);
  });

  it('within turns lateness into a code', async () => {
    const late = expect(within(new Promise(() => {}), 100, 'deadline', 'too late')).rejects.toMatchObject({
      code: 'deadline',
    });
    await vi.advanceTimersByTimeAsync(100);
    await late;
    expect(await within(Promise.resolve(7), 100, 'deadline', 'too late')).toBe(7);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('orLate says so and lets the promise go on', async () => {
    let answer = (_value: number) => {};
    const slow = new Promise<number>((resolve) => {
      answer = resolve;
    });
    const first = orLate(slow, 100);
    await vi.advanceTimersByTimeAsync(100);
    expect(await first).toBe('late');
    const second = orLate(slow, 100);
    answer(7);
    expect(await second).toBe(7);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('abortable rejects with the reason although the promise hangs', async () => {
    const controller = new AbortController();
    const hanging = abortable(new Promise(() => {}), controller.signal);
    controller.abort(new ParleyError('client_gone'));
    await expect(hanging).rejects.toMatchObject({ code: 'client_gone' });
  });

  it('a bell wakes everyone who waits, and tells those it did not wake', async () => {
    const bell = new Bell();
    const woken = Promise.all([bell.rung(1000, never), bell.rung(1000, never)]);
    bell.ring();
    expect(await woken).toEqual([true, true]);
    const late = bell.rung(1000, never);
    await vi.advanceTimersByTimeAsync(1000);
    expect(await late).toBe(false);
    const controller = new AbortController();
    const aborted = expect(bell.rung(1000, controller.signal)).rejects.toMatchObject({ code: 'barge_in' });
    controller.abort(new ParleyError('barge_in'));
    await aborted;
    expect(vi.getTimerCount()).toBe(0);
  });
});

describe('itemsUntil', () => {
  /** Gives 1, 2 and then nothing for ever; counts how often it is asked, and told to stop. */
  const endless = () => {
    const rest = [1, 2];
    const source = {
      asked: 0,
      told: 0,
      [Symbol.asyncIterator]: () => ({
        next() {
          source.asked += 1;
          const value = rest.shift();
          return value === undefined ? new Promise<never>(() => {}) : Promise.resolve({ done: false as const, value });
        },
        async return() {
          source.told += 1;
          return { done: true as const, value: undefined };
        },
      }),
    };
    return source;
  };
  /** A signal that counts how often it was listened to, and who still does. */
  const counted = () => {
    const controller = new AbortController();
    const { signal } = controller;
    const add = vi.spyOn(signal, 'addEventListener');
    const remove = vi.spyOn(signal, 'removeEventListener');
    return {
      controller,
      signal,
      listened: () => add.mock.calls.length,
      listening: () => add.mock.calls.length - remove.mock.calls.length,
    };
  };
  const bargeIn = new ParleyError('barge_in');

  it('gives what the source gives, and listens to the signal once for all', async () => {
    const queue = new Queue<number>(10);
    for (const item of [1, 2, 3]) queue.offer(item);
    queue.close();
    const { signal, listening, listened } = counted();
    expect(await collect(itemsUntil(queue, signal))).toEqual([1, 2, 3]);
    expect([listened(), listening()]).toEqual([1, 0]);
  });

  it('gives its reader the reason at once, and does not wait for the source', async () => {
    const source = endless();
    const { controller, signal, listening } = counted();
    const items = itemsUntil(source, signal);
    await items.next();
    await items.next();
    const third = items.next();
    controller.abort(bargeIn);
    await expect(third).rejects.toBe(bargeIn);
    await expect(items.next()).rejects.toBe(bargeIn);
    await items.return();
    expect([source.asked, source.told, listening()]).toEqual([3, 1, 0]);
  });

  it('tells the source at once of an abort between two items, and its reader when it asks', async () => {
    const source = endless();
    const { controller, signal } = counted();
    const items = itemsUntil(source, signal);
    await items.next();
    controller.abort(bargeIn);
    expect(source.told).toBe(1);
    await expect(items.next()).rejects.toBe(bargeIn);
    expect([source.asked, source.told]).toEqual([1, 1]);
  });

  it('tells the source to stop when its reader leaves, and leaves nobody waiting', async () => {
    const source = endless();
    const { signal, listening } = counted();
    const items = itemsUntil(source, signal);
    for await (const item of items) if (item === 2) break;
    expect(await items.next()).toEqual({ done: true, value: undefined });
    expect([source.asked, source.told, listening()]).toEqual([2, 1, 0]);

    const left = itemsUntil(endless(), signal);
    const waiting = [left.next(), left.next(), left.next()].at(-1);
    await left.return();
    expect(await waiting).toEqual({ done: true, value: undefined });
  });

  it('asks nothing of a source when the signal has aborted before', async () => {
    const source = endless();
    await expect(itemsUntil(source, AbortSignal.abort(bargeIn)).next()).rejects.toBe(bargeIn);
    expect([source.asked, source.told]).toEqual([0, 1]);
  });

  it('passes on what the source throws, and lets the signal go', async () => {
    const queue = new Queue<number>(1);
    queue.fail(bargeIn);
    const { signal, listening } = counted();
    await expect(collect(itemsUntil(queue, signal))).rejects.toBe(bargeIn);
    expect(listening()).toBe(0);
  });
});
