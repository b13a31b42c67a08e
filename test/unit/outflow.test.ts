import { describe, expect, it } from 'vitest';
import { ParleyError } from '../../src/errors.js';
import { Queue } from '../../src/flow.js';
import { Credit, sendAll } from '../../src/workers/outflow.js';

const never = new AbortController().signal;

function queueOf<T>(...items: T[]): Queue<T> {
  const queue = new Queue<T>(items.length);
  for (const item of items) queue.offer(item);
  queue.close();
  return queue;
}

function creditOf(chunks: number): Credit {
  const credit = new Credit();
  credit.grant(chunks);
  return credit;
}

describe('credit', () => {
  it('is taken at once where there is some, and not where there is none', () => {
    const credit = creditOf(2);
    expect([credit.takeAtOnce(), credit.takeAtOnce(), credit.takeAtOnce()]).toEqual([true, true, false]);
  });

  it('is waited for until there is some', async () => {
    const credit = new Credit();
    const taken = credit.take(never);
    credit.grant(1);
    await taken;
    expect(credit.takeAtOnce()).toBe(false);
  });

  it('is not waited for when the signal aborts', async () => {
    const { signal, abort } = aborting();
    const taken = new Credit().take(signal);
    abort();
    await expect(taken).rejects.toMatchObject({ code: 'turn_cancelled' });
  });
});

describe('sendAll', () => {
  it('sends no more than there is credit for', async () => {
    const sent: number[] = [];
    const credit = creditOf(2);
    const all = sendAll(queueOf(1, 2, 3), credit, never, (item) => void sent.push(item));
    await Promise.all([1, 2].map(() => new Promise(setImmediate)));
    expect(sent).toEqual([1, 2]);
    // One for the third, one to learn that there is no fourth.
    credit.grant(2);
    await all;
    expect(sent).toEqual([1, 2, 3]);
  });

  it('sends one after the other where sending takes its time', async () => {
    const log: string[] = [];
    await sendAll(queueOf('a', 'b'), creditOf(9), never, async (item) => {
      log.push(`${item} begins`);
      await new Promise(setImmediate);
      log.push(`${item} ends`);
    });
    expect(log).toEqual(['a begins', 'a ends', 'b begins', 'b ends']);
  });

  it.each([
    ['at once', () => fail()],
    ['later', async () => fail()],
  ])('tells the source to stop when sending fails %s', async (_, send) => {
    const queue = queueOf(1, 2);
    await expect(sendAll(queue, creditOf(9), never, send)).rejects.toMatchObject({ code: 'engine_failed' });
    expect(queue.weight).toBe(0);
  });

  it('tells the source to stop when the signal aborts while it waits for credit', async () => {
    const { signal, abort } = aborting();
    const queue = queueOf(1, 2, 3);
    const all = sendAll(queue, creditOf(1), signal, () => {});
    await new Promise(setImmediate);
    abort();
    await expect(all).rejects.toMatchObject({ code: 'turn_cancelled' });
    expect(queue.weight).toBe(0);
  });
});

function aborting() {
  const controller = new AbortController();
  return { signal: controller.signal, abort: () => controller.abort(new ParleyError('turn_cancelled')) };
}

function fail(): never {
  throw new ParleyError('engine_failed');
}
