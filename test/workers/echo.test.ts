import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ParleyError } from '../../src/errors.js';
import type { Chunk, Worker } from '../../src/workers/process.js';
import { closeAll, collect, echoes, type Line, soon, start, until } from './rig.js';

afterAll(closeAll);

/** One promise of the wire after another, kept by the same calls in both languages. */
describe.each(echoes)('a $language worker', ({ program, language }) => {
  let worker: Worker;
  let line: (wanted: (line: Line) => boolean) => Promise<Line>;
  let lines: Line[];

  beforeAll(async () => {
    ({ worker, line, lines } = start(program, { settings: { voice: 'Zoë 🙂' }, pingMs: 1000 }));
    await worker.ready(soon());
  });

  const open = (
    method: string,
    params: Record<string, unknown> = {},
    more: Partial<Parameters<Worker['open']>[0]> = {},
  ) => worker.open({ method, params, signal: soon(), ...more });

  it('is ready with its info, after it was given its settings', async () => {
    const { info, methods, warmMs } = await worker.ready(soon());
    expect(info).toEqual({ settings: { voice: 'Zoë 🙂' }, pid: worker.pid });
    expect(methods).toContain('echo');
    expect(warmMs).toBeGreaterThanOrEqual(0);
    expect(worker.health()).toBe('up');
  });

  it('gives back what it gets, in order, bytes and data', async () => {
    const chunks = Array.from({ length: 200 }, (_, index): Chunk => {
      return { data: { index, text: '…🙂' }, body: Uint8Array.from({ length: index * 7 }, (_, n) => n) };
    });
    async function* input() {
      yield* chunks;
    }
    expect(await collect(open('echo', {}, { input: input() }))).toEqual(chunks);
  });

  it('sees an input of nothing end', async () => {
    expect(await collect(open('echo'))).toEqual([]);
  });

  it('carries the largest body both ways', async () => {
    const body = new Uint8Array(1024 * 1024).fill(7);
    async function* input() {
      for (let count = 0; count < 4; count += 1) yield { data: {}, body };
    }
    const echoed = await collect(open('echo', {}, { input: input() }));
    expect(echoed.map((chunk) => chunk.body.byteLength)).toEqual([1, 1, 1, 1].map(() => body.byteLength));
    expect(Buffer.compare(echoed[3]!.body, body)).toBe(0);
  });

  it('does not let a reader that stands still hold up another one, nor fill up memory', async () => {
    const still = open('count', { to: 100_000, bytes: 10_000 }, { credit: 4 })[Symbol.asyncIterator]();
    await still.next();
    const before = process.memoryUsage().arrayBuffers;
    expect(await collect(open('count', { to: 500, bytes: 100 }))).toHaveLength(500);
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(20_000_000);
    await still.return?.();
  });

  it('hears a cancel in the middle of a method', async () => {
    const turn = new AbortController();
    const output = open('stall', {}, { signal: turn.signal })[Symbol.asyncIterator]();
    expect((await output.next()).value.data).toEqual({ stalled: true });
    const waiting = output.next();
    turn.abort(new ParleyError('barge_in'));
    await expect(waiting).rejects.toMatchObject({ code: 'barge_in' });
    expect(await line((entry) => entry.text === 'stall ended')).toMatchObject({ fields: { cancelled: true } });
  });

  it('never lets a cancelled stream leak into the next one', async () => {
    for (let round = 0; round < 50; round += 1) {
      for await (const { data } of open('count', { to: 1000, bytes: 10 }, { credit: 64 })) {
        if (data.index === 3) break;
      }
      const chunks = await collect(open('count', { to: 3 }));
      expect(chunks.map(({ data }) => data.index)).toEqual([0, 1, 2]);
    }
  });

  it('ends one stream with the code that its method failed with', async () => {
    const seen: unknown[] = [];
    const failing = (async () => {
      for await (const { data } of open('fail', { after: 3, code: 'unknown_voice' })) seen.push(data.index);
    })();
    await expect(failing).rejects.toMatchObject({ code: 'unknown_voice', message: 'failed as asked' });
    expect(seen).toEqual([0, 1, 2]);
    await expect(collect(open('fail'))).rejects.toMatchObject({ code: 'engine_failed' });
    expect(await collect(open('count', { to: 1 }))).toHaveLength(1);
  });

  it('is not asked for a method that it does not have', async () => {
    await expect(collect(open('sing'))).rejects.toMatchObject({ code: 'internal' });
  });

  it('may print megabytes', async () => {
    expect(await collect(open('shout', { lines: 3 * 1024 }))).toEqual([
      { data: { printed: true }, body: new Uint8Array(0) },
    ]);
    await until(() => lines.filter((entry) => entry.msg === 'worker stdout').length >= 3 * 1024);
    expect(worker.health()).toBe('up');
  });

  it('keeps two thousand small streams apart, in the slots that eight of them need', async () => {
    const caller = async () => {
      for (let count = 0; count < 250; count += 1) expect(await collect(open('count', { to: 2 }))).toHaveLength(2);
    };
    const pid = worker.pid;
    await Promise.all(Array.from({ length: 8 }, caller));
    await until(() => worker.stats.streams === 0);
    expect(worker.stats.slots).toBeLessThanOrEqual(9);
    expect(worker.stats.rss_bytes).toBeGreaterThan(1_000_000);
    expect(worker.pid).toBe(pid);
  });

  if (language === 'python') {
    it('answers pings while it computes in Python', async () => {
      const busy = start(program, { pingMs: 1000 });
      await busy.worker.ready(soon());
      const turn = new AbortController();
      const call = { method: 'compute', params: { ms: 60_000 }, signal: turn.signal };
      const computing = expect(collect(busy.worker.open(call))).rejects.toMatchObject({ code: 'turn_cancelled' });
      // Its numbers come with each answer. The first may have been asked for before it began to compute.
      for (let answers = 0; answers < 3; answers += 1) {
        const { stats } = busy.worker;
        await until(() => busy.worker.stats !== stats);
      }
      turn.abort(new ParleyError('turn_cancelled'));
      await computing;
    });

    it('starts afresh when an engine is lost', async () => {
      const { pid } = worker;
      await expect(collect(open('lose'))).rejects.toMatchObject({ code: 'worker_broken' });
      await worker.ready(soon());
      expect(worker.pid).not.toBe(pid);
      expect(await line((entry) => entry.msg === 'worker ended; it is started again')).toMatchObject({
        reason: 'engine_failed: lost as asked',
      });
    });
  }
});
