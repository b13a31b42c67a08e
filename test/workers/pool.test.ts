import { afterEach, describe, expect, it } from 'vitest';
import { type Pool, startPool } from '../../src/workers/pool.js';
import type { WorkerOptions } from '../../src/workers/process.js';
import { collect, echoes, isAlive, recordingLog, soon, until } from './rig.js';

const pools: Pool[] = [];
afterEach(async () => {
  await Promise.all(pools.splice(0).map((pool) => pool.close()));
});

const node = echoes[0]!.program;

function start(count: number, options: Partial<WorkerOptions> = {}) {
  const { log, lines } = recordingLog();
  const pool = startPool(count, { name: 'test', engine: 'echo', settings: {}, log, ...node, ...options });
  pools.push(pool);
  const isUp = (pid: number) => lines.some(({ msg, pid: ready }) => msg === 'worker is up' && ready === pid);
  return { pool, lines, allUp: () => until(() => pool.pids.filter(isUp).length === count) };
}

/** A stream that goes on until its process ends: `failed` tells why. */
async function held(pool: Pool): Promise<{ readonly failed: Promise<unknown>; isOver: boolean }> {
  const stream = pool.open({ method: 'stall', params: {}, signal: soon() })[Symbol.asyncIterator]();
  await stream.next();
  const state = {
    isOver: false,
    failed: stream.next().catch((thrown) => {
      state.isOver = true;
      return thrown;
    }),
  };
  return state;
}

const counted = (pool: Pool) => collect(pool.open({ method: 'count', params: { to: 2 }, signal: soon() }));

describe('a pool of workers', () => {
  it('is ready with its first process, and the others follow', async () => {
    const { pool, allUp } = start(3);
    expect(pool.health()).toEqual({ down: 'starting' });
    expect(pool.pids).toHaveLength(1);
    await pool.ready(soon());
    expect(pool.health()).toBe('up');
    expect(await counted(pool)).toHaveLength(2);
    await allUp();
    expect(new Set(pool.pids).size).toBe(3);
  });

  it('gives each stream to the process with the fewest', async () => {
    const { pool, allUp } = start(2);
    await allUp();
    const streams = [await held(pool), await held(pool), await held(pool), await held(pool)] as const;
    process.kill(pool.pids[0]!, 'SIGKILL');
    const broken = { code: 'worker_broken' };
    expect(await Promise.all([streams[0].failed, streams[2].failed])).toMatchObject([broken, broken]);
    expect(streams.map(({ isOver }) => isOver)).toEqual([true, false, true, false]);
  });

  it('gives the next stream to another process than the last, if they are equally busy', async () => {
    const { pool, allUp } = start(2);
    await allUp();
    expect(await counted(pool)).toHaveLength(2);
    const stream = await held(pool);
    process.kill(pool.pids[0]!, 'SIGKILL');
    await allUp();
    expect(stream.isOver).toBe(false);
  });

  it('stays up while one of them is, and names the trouble when none is', async () => {
    const { pool, allUp } = start(2);
    await allUp();
    const streams = [await held(pool), await held(pool)] as const;
    const [one, other] = pool.pids;
    process.kill(one!, 'SIGKILL');
    await streams[0].failed;
    expect(pool.health()).toBe('up');
    expect(await counted(pool)).toHaveLength(2);
    await allUp();
    const again = await held(pool);
    for (const pid of pool.pids) process.kill(pid, 'SIGKILL');
    await Promise.all([streams[1].failed, again.failed]);
    expect(pool.health()).toEqual({ down: expect.any(String) });
    await expect(counted(pool)).rejects.toMatchObject({ code: 'worker_unavailable' });
    await pool.ready(soon());
    expect(await counted(pool)).toHaveLength(2);
    expect(pool.pids).not.toContain(other);
  });

  it('is told once that its settings are wrong', async () => {
    const { pool, lines } = start(4, { settings: { refuse: 'no weights in /models' } });
    const refusal = { code: 'worker_settings', message: 'test: worker_settings: no weights in /models' };
    await expect(pool.ready(soon())).rejects.toMatchObject(refusal);
    await expect(counted(pool)).rejects.toMatchObject(refusal);
    expect(pool.health()).toEqual({ down: refusal.message });
    expect(lines.filter(({ msg }) => msg === 'worker refused; it is not started again')).toHaveLength(1);
  });

  it('waits no longer than its caller', async () => {
    const { pool } = start(2, { settings: { never_ready: true } });
    await expect(pool.ready(AbortSignal.abort(new Error('left')))).rejects.toThrow('left');
  });

  it('closes with every process, and starts none afterwards', async () => {
    const { pool, allUp } = start(3);
    await allUp();
    const { pids } = pool;
    await pool.close();
    expect(pids.filter(isAlive)).toEqual([]);
    expect(pool.health()).toEqual({ down: 'closed' });
    const { pool: early, lines } = start(3);
    await early.close();
    expect(early.pids).toEqual([]);
    expect(lines.filter(({ msg }) => msg === 'worker is up').length).toBeLessThan(2);
  });
});
