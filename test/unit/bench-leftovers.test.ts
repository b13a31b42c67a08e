import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type Census, CODE } from '../../src/bench/heap-census.js';
import { type HeapSnapshots, openHeapSnapshots } from '../../src/bench/heap-snapshots.js';
import { leftoverLines, leftoversOf } from '../../src/bench/leftovers.js';
import type { Measured } from '../../src/bench/measuring.js';
import { measureAndWeigh } from '../../src/bench/weighing.js';

const census = (of: Record<string, [number, number]>): Census =>
  new Map(Object.entries(of).map(([kind, [count, bytes]]) => [kind, { count, bytes }]));

describe('what sessions leave', () => {
  const before = census({ 'object Turn': [3, 300], 'object Gone': [9, 900], strings: [100, 5000], [CODE]: [10, 1000] });

  it('is told without the code that was compiled meanwhile', () => {
    const after = census({
      'object Turn': [3, 300],
      'object Gone': [4, 400],
      strings: [101, 5100],
      [CODE]: [99, 9000],
    });
    expect(leftoversOf(before, after, 10)).toEqual({ sessions: 10, bytes: -40, codeBytes: 800, kinds: [] });
  });

  it('is less for what has wholly gone', () => {
    const after = census({ 'object Turn': [3, 300], strings: [100, 5000], [CODE]: [10, 1000] });
    expect(leftoversOf(before, after, 10)).toMatchObject({ bytes: -90, codeBytes: 0 });
  });

  const after = census({
    'object Turn': [33, 3300],
    'function onEnd': [60, 1920],
    'object Once': [24, 9000],
    strings: [500, 6000],
    [CODE]: [10, 1000],
  });

  it('is told by name if every other session leaves one, the most first', () => {
    const left = leftoversOf(before, after, 50);
    expect(left.kinds).toEqual([
      { kind: 'function onEnd', count: 60, bytes: 1920 },
      { kind: 'object Turn', count: 30, bytes: 3000 },
    ]);
    expect(leftoverLines(left).split('\n')).toEqual([
      '  left in the heap by each of 50 sessions: 280 bytes, and 0 of compiled code',
      '    60 more of function onEnd, 1920 bytes',
      '    30 more of object Turn, 3000 bytes',
      '',
    ]);
  });

  it('is not told by name if there are hardly any: nobody knows whose they are', () => {
    expect(leftoversOf(before, after, 4).kinds.map(({ kind }) => kind)).toEqual(['function onEnd', 'object Turn']);
    const few = census({ 'object Turn': [27, 2700] });
    expect(leftoversOf(before, few, 4).kinds).toEqual([]);
  });
});

/**
 * Keeps one `Left` for every visit of `/leave`. It has a session until its metrics have been read three times, and writes down
 * whether anybody asked for more before that.
 */
const SERVER = `
  class Left { constructor(number) { this.number = number; } }
  const left = [];
  let looks = 0;
  let early = 0;
  require('node:http').createServer(({ url }, response) => {
    if (url === '/leave') left.push(new Left(left.length));
    if (url === '/metrics') looks += 1;
    if (url === '/healthz' && looks < 3) early += 1;
    if (url === '/early') return response.end(String(early));
    response.end('parley_sessions_active ' + (looks < 3 ? 1 : 0) + '\\n');
  }).listen(0, '127.0.0.1', function () { console.log(this.address().port); });
`;

describe.skipIf(process.platform === 'win32')('a count of what lies in the heap of another process', () => {
  let snapshots: HeapSnapshots;
  let child: ChildProcess;
  let ended: Promise<unknown>;
  let http: string;
  const never = new AbortController().signal;
  const count = () => snapshots.count({ child, http }, never);
  const folder = () => /--diagnostic-dir=(.*)/.exec(snapshots.flags.join('\n'))![1]!;

  beforeEach(async () => {
    snapshots = openHeapSnapshots();
    child = spawn(process.execPath, [...snapshots.flags, '-e', SERVER], { stdio: ['ignore', 'pipe', 'ignore'] });
    ended = once(child, 'exit');
    http = `http://127.0.0.1:${String((await once(child.stdout!, 'data'))[0]).trim()}`;
  });
  afterEach(async () => {
    child.kill();
    await ended;
    snapshots.remove();
  });

  it('finds every object that has been left, when the last session is over', async () => {
    const before = await count();
    expect(await (await fetch(`${http}/early`)).text()).toBe('0');
    for (let visit = 0; visit < 30; visit += 1) await fetch(`${http}/leave`);
    const { kinds } = leftoversOf(before, await count(), 30);
    expect(kinds).toContainEqual(expect.objectContaining({ kind: 'object Left', count: 30 }));
    expect(readdirSync(folder())).toEqual([]);
  });

  it('reads its own snapshot and no older one', async () => {
    writeFileSync(join(folder(), 'Heap.1.heapsnapshot'), '{"snapshot":');
    await expect(count()).resolves.toBeInstanceOf(Map);
  });

  it('of a server that dies of it says so, and of one that is dead, too', async () => {
    const dying = Object.create(child, { kill: { value: () => child.kill('SIGKILL') } }) as ChildProcess;
    await expect(snapshots.count({ child: dying, http }, never)).rejects.toThrow('ended while it wrote its heap into');
    await expect(count()).rejects.toThrow('ended before its heap was counted');
  });
});

describe('a run whose leftovers are counted', () => {
  const measured = (sessions: number, isStopped = false) =>
    ({ bytes: Array.from({ length: sessions }, () => ({ sent: 1, received: 1 })), isStopped }) as unknown as Measured;
  const nothing = census({});
  const some = census({ strings: [1, 400] });
  const { signal } = new AbortController();
  const run = {
    warmUp: async () => {},
    measure: async () => measured(4),
    count: vi.fn<() => Promise<Census>>(),
    restMs: 0,
  };
  beforeEach(() => run.count.mockReset().mockResolvedValue(nothing));

  it('is warmed up, counted, measured, and counted again', async () => {
    const done: string[] = [];
    const step = <T>(name: string, value: T) => {
      return async () => {
        done.push(name);
        return value;
      };
    };
    const count = run.count.mockImplementationOnce(step('count', nothing)).mockImplementationOnce(step('count', some));
    const steps = { warmUp: step('warm up', measured(9)), measure: step('measure', measured(4)), count, restMs: 0 };
    const { leftovers } = await measureAndWeigh(steps, signal);
    expect(done).toEqual(['warm up', 'count', 'measure', 'count']);
    expect(leftovers).toMatchObject({ sessions: 4, bytes: 100 });
  });

  it('does not begin if nothing can be counted', async () => {
    const measure = vi.fn(run.measure);
    run.count.mockRejectedValueOnce(new Error('no space left'));
    await expect(measureAndWeigh({ ...run, measure }, signal)).rejects.toThrow('no space left');
    expect(measure).not.toHaveBeenCalled();
  });

  it('keeps what was measured if it cannot be counted any more, and says why', async () => {
    const said = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
    const found = measured(4);
    run.count.mockResolvedValueOnce(nothing).mockRejectedValueOnce(new Error('no space left'));
    const done = await measureAndWeigh({ ...run, measure: async () => found }, signal);
    expect(done).toEqual({ measured: found, leftovers: null });
    expect(said.mock.calls.flat().join('')).toMatch(/could not be counted: .*no space left/);
    said.mockRestore();
  });

  it.each([
    ['was stopped', measured(4, true)],
    ['ended no session', measured(0)],
  ])('is not counted again if it %s', async (_what, found) => {
    const done = await measureAndWeigh({ ...run, measure: async () => found }, signal);
    expect(done.leftovers).toBeNull();
    expect(run.count).toHaveBeenCalledOnce();
  });

  it('does not begin if it was stopped while it warmed up', async () => {
    const stop = new AbortController();
    const warmUp = async () => stop.abort(new Error('stopped'));
    await expect(measureAndWeigh({ ...run, warmUp }, stop.signal)).rejects.toThrow('stopped');
    expect(run.count).not.toHaveBeenCalled();
  });

  it('was stopped if that happened while it was counted, and keeps what was measured', async () => {
    const stop = new AbortController();
    run.count.mockResolvedValueOnce(nothing).mockImplementationOnce(async () => {
      stop.abort(new Error('stopped'));
      return stop.signal.throwIfAborted() as never;
    });
    const { measured: found, leftovers } = await measureAndWeigh(run, stop.signal);
    expect(found).toMatchObject({ isStopped: true, bytes: { length: 4 } });
    expect(leftovers).toBeNull();
  });
});
