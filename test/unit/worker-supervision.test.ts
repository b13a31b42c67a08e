import { PassThrough } from 'node:stream';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { failuresAfter, restartDelayMs } from '../../src/workers/backoff.js';
import { startPinging } from '../../src/workers/pinging.js';
import { exitMeaning, type RunEnd } from '../../src/workers/run.js';
import { readLines } from '../../src/workers/text-lines.js';

describe('back-off', () => {
  it('starts again at once, then after 0.5, 1, 2, 4, 8 s, never later than 10 s', () => {
    expect([1, 2, 3, 4, 5, 6, 7, 8, 100, 5000].map(restartDelayMs)).toEqual([
      0, 500, 1000, 2000, 4000, 8000, 10_000, 10_000, 10_000, 10_000,
    ]);
  });

  it('forgets earlier failures after a minute of service', () => {
    expect(failuresAfter(0, 0)).toBe(1);
    expect(failuresAfter(7, 59_999)).toBe(8);
    expect(failuresAfter(7, 60_000)).toBe(1);
  });
});

describe('pinging', () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  function rig() {
    const asked: number[] = [];
    const told: string[] = [];
    let clock = 100;
    const pinging = startPinging(
      1000,
      {
        ping: (at) => asked.push(at),
        slow: (ms) => told.push(`slow ${ms}`),
        dead: (ms) => told.push(`dead ${ms}`),
      },
      () => clock,
    );
    return {
      asked,
      told,
      pinging,
      pass(ms: number) {
        clock += ms;
        vi.advanceTimersByTime(ms);
      },
    };
  }

  it('asks at once and then every round, while answers come', () => {
    const { asked, told, pinging, pass } = rig();
    expect(asked).toEqual([100]);
    for (let round = 0; round < 10; round += 1) {
      pinging.pong(asked.at(-1)!);
      pass(1000);
    }
    expect(asked).toHaveLength(11);
    expect(told).toEqual([]);
    pinging.stop();
  });

  it('is slow after one round, dead after four', () => {
    const { asked, told, pass } = rig();
    pass(999);
    expect(told).toEqual([]);
    pass(1);
    expect(told).toEqual(['slow 1000']);
    pass(2000);
    expect(told).toEqual(['slow 1000']);
    pass(1000);
    expect(told).toEqual(['slow 1000', 'dead 4000']);
    pass(60_000);
    expect(told).toHaveLength(2);
    expect(asked).toHaveLength(1);
  });

  it('recovers with a late answer, and tells how late; an answer to nothing counts for nothing', () => {
    const { asked, told, pinging, pass } = rig();
    pass(3000);
    pinging.pong(99);
    pinging.pong(asked[0]!);
    expect(told).toEqual(['slow 1000', 'slow 3000']);
    pass(1000);
    expect(asked).toHaveLength(2);
    pass(3000);
    expect(told.filter((line) => line.startsWith('dead'))).toEqual([]);
    pinging.stop();
  });
});

describe('the meaning of an exit', () => {
  const cause: RunEnd = { code: 'worker_broken', why: 'worker_settings: no weights', again: true };

  it('42 is for good, with the reason that the worker gave', () => {
    expect(exitMeaning({ kind: 'exited', code: 42 }, cause)).toEqual({
      code: 'worker_settings',
      why: 'worker_settings: no weights',
      again: false,
    });
    expect(exitMeaning({ kind: 'exited', code: 42 }, undefined)).toMatchObject({
      code: 'worker_settings',
      again: false,
    });
  });

  it('a program that does not exist is for good', () => {
    expect(exitMeaning({ kind: 'unspawned', why: 'spawn x ENOENT', again: false }, undefined)).toMatchObject({
      again: false,
    });
    expect(exitMeaning({ kind: 'unspawned', why: 'spawn x EAGAIN', again: true }, undefined)).toMatchObject({
      again: true,
    });
  });

  it('anything else is worth another start, even an exit with 0 that nobody asked for', () => {
    expect(exitMeaning({ kind: 'killed', signal: 'SIGSEGV' }, undefined)).toMatchObject({
      again: true,
      why: 'killed by SIGSEGV',
    });
    expect(exitMeaning({ kind: 'exited', code: 0 }, undefined)).toMatchObject({
      again: true,
      why: 'exited with code 0',
    });
    expect(exitMeaning({ kind: 'killed', signal: 'SIGKILL' }, cause)).toBe(cause);
  });
});

describe('lines of text', () => {
  function lines(...pieces: (string | Uint8Array)[]) {
    const stream = new PassThrough();
    const told: string[] = [];
    readLines(stream, (line) => told.push(line));
    for (const piece of pieces) stream.write(piece);
    return new Promise<string[]>((resolve) => stream.on('end', () => resolve(told)).end());
  }

  it('end with a line feed, a carriage return, or the stream', async () => {
    expect(await lines('one\ntwo\r\n\n  \n10%\r20%\rth', 'ree')).toEqual(['one', 'two', '10%', '20%', 'three']);
  });

  it('are put together from pieces, inside a character too', async () => {
    const bytes = new TextEncoder().encode('grüß\n');
    expect(await lines(...[...bytes].map((byte) => Uint8Array.of(byte)))).toEqual(['grüß']);
  });

  it('are cut at 4000 characters, with an end or without', async () => {
    const told = await lines('x'.repeat(10_000), `${'y'.repeat(9000)}\n`);
    expect(told.every((line) => line.length <= 4000)).toBe(true);
    expect(told.join('').length).toBe(19_000);
  });
});
