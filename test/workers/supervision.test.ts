import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, it } from 'vitest';
import type { Worker } from '../../src/workers/process.js';
import { closeAll, collect, echoes, isAlive, scripted, soon, start, until } from './rig.js';

afterEach(closeAll);

const stalled = async (worker: Worker) => {
  const output = worker.open({ method: 'stall', params: {}, signal: soon() })[Symbol.asyncIterator]();
  await output.next();
  return output;
};
const m = (worker: Worker) => collect(worker.open({ method: 'm', params: {}, signal: soon() }));

describe.each(echoes)('a $language worker', ({ program }) => {
  it.each(['SIGKILL', 'SIGTERM', 'SIGSEGV'] as const)('killed by %s fails its streams and is back', async (signal) => {
    const { worker, line } = start(program);
    await worker.ready(soon());
    const pid = worker.pid!;
    const streams = await Promise.all([stalled(worker), stalled(worker)]);
    const failures = streams.map((output) => expect(output.next()).rejects.toMatchObject({ code: 'worker_broken' }));
    process.kill(pid, signal);
    await Promise.all(failures);
    expect(worker.health()).not.toBe('up');
    await worker.ready(soon());
    expect(worker.pid).not.toBe(pid);
    expect(await collect(worker.open({ method: 'count', params: { to: 2 }, signal: soon() }))).toHaveLength(2);
    expect(await line((entry) => entry.msg === 'worker ended; it is started again')).toMatchObject({
      reason: `killed by ${signal}`,
      failures: 1,
      restartMs: 0,
    });
  });

  it('that is asked by Ctrl-C in the terminal leaves the decision to Parley', async () => {
    const { worker } = start(program);
    await worker.ready(soon());
    const { pid } = worker;
    process.kill(pid!, 'SIGINT');
    expect(await collect(worker.open({ method: 'count', params: { to: 2 }, signal: soon() }))).toHaveLength(2);
    expect(worker.pid).toBe(pid);
  });

  it('that refuses its settings is not started again, and the reason is told', async () => {
    const { worker, lines } = start(program, { settings: { refuse: 'no weights in /models' } });
    await expect(worker.ready(soon())).rejects.toMatchObject({
      code: 'worker_settings',
      message: 'test: worker_settings: no weights in /models',
    });
    expect(worker.health()).toEqual({ down: 'test: worker_settings: no weights in /models' });
    await expect(m(worker)).rejects.toMatchObject({ code: 'worker_settings' });
    expect(lines.map(({ msg }) => msg)).toContain('worker refused; it is not started again');
    expect(lines.map(({ msg }) => msg)).not.toContain('worker ended; it is started again');
  });

  it('that has no such engine says which ones it has', async () => {
    const { worker } = start(program, { engine: 'opera' });
    await expect(worker.ready(soon())).rejects.toThrow(/there is no engine opera; there are: .*echo/);
  });

  it('that never gets ready is given up after its time, and given more of it the next time', async () => {
    const { worker, line } = start(program, { settings: { never_ready: true }, readyMs: 700 });
    expect(worker.health()).toEqual({ down: 'starting' });
    await line((entry) => entry.msg === 'worker ended; it is started again' && entry.failures === 2);
    expect(worker.health()).toEqual({ down: 'not ready within 1400 ms' });
    await expect(worker.ready(AbortSignal.abort(new Error('left')))).rejects.toThrow('left');
  });

  it('closes with its streams, and is closed for good', async () => {
    const { worker } = start(program);
    await worker.ready(soon());
    const pid = worker.pid!;
    const output = await stalled(worker);
    const failure = expect(output.next()).rejects.toMatchObject({ code: 'worker_unavailable' });
    await worker.close();
    await failure;
    expect(isAlive(pid)).toBe(false);
    expect(worker.health()).toEqual({ down: 'closed' });
    await expect(worker.ready(soon())).rejects.toMatchObject({ code: 'worker_unavailable' });
    await expect(m(worker)).rejects.toMatchObject({ code: 'worker_unavailable' });
    await worker.close();
  });

  it('closes when its signal aborts, even while it is starting', async () => {
    const app = new AbortController();
    const { worker } = start(program, { signal: app.signal, settings: { never_ready: true } });
    const pid = worker.pid!;
    app.abort();
    await worker.close();
    expect(isAlive(pid)).toBe(false);
  });

  it('disappears when its parent is killed with -9', async () => {
    const parent = spawn(
      process.execPath,
      [fileURLToPath(new URL('programs/parent.mjs', import.meta.url)), program.file, ...program.args],
      { env: { ...process.env, ...program.env }, stdio: ['ignore', 'pipe', 'inherit'] },
    );
    const [text] = await once(parent.stdout, 'data');
    const pid = Number(String(text));
    expect(isAlive(pid)).toBe(true);
    parent.kill('SIGKILL');
    await once(parent, 'exit');
    await until(() => !isAlive(pid));
  });
});

describe.each(echoes.filter(({ language }) => language === 'python'))('a $language engine that errs', ({ program }) => {
  it.each([
    ['ends the process', { exit: true }],
    ['fails with a code that the wire does not take', { code: 'x'.repeat(65) }],
  ])('and %s fails its own stream at once, and serves the next', async (_what, params) => {
    const { worker } = start(program);
    await worker.ready(soon());
    const { pid } = worker;
    await expect(collect(worker.open({ method: 'fail', params, signal: soon() }))).rejects.toMatchObject({
      code: 'engine_failed',
    });
    expect(await collect(worker.open({ method: 'count', params: { to: 2 }, signal: soon() }))).toHaveLength(2);
    expect(worker.pid).toBe(pid);
  });

  it('and has numbers that are none goes on without them', async () => {
    const { worker } = start(program, { settings: { bad_stats: true }, pingMs: 1000 });
    await worker.ready(soon());
    await until(() => worker.stats.good === 1);
    expect(worker.stats).not.toHaveProperty('bad');
    expect(worker.health()).toBe('up');
  });

  it('and has grown is started afresh once nobody uses it, and nobody takes that for a fault', async () => {
    const { worker, line, lines } = start(program, {
      recycle: { grownBytes: Number.NEGATIVE_INFINITY, idleMs: 0 },
      pingMs: 3000,
    });
    await worker.ready(soon());
    const pid = worker.pid!;
    const used = await stalled(worker);
    const told = worker.stats;
    await until(() => worker.stats !== told && worker.stats.streams === 1);
    expect(worker.pid).toBe(pid);
    await used.return?.();
    expect(await line(({ msg }) => msg === 'worker has grown; it is started afresh')).toMatchObject({ pid });
    await until(() => worker.health() === 'up' && worker.pid !== pid);
    expect(isAlive(pid)).toBe(false);
    expect(lines.map(({ msg }) => msg)).not.toContain('worker ended; it is started again');
  });

  // One in Node that hangs answers no pings, either.
  it('and hangs is started afresh', async () => {
    const settings = { hung: 'a library has been at it for a minute' };
    const { worker, line } = start(program, { settings, pingMs: 1000 });
    await worker.ready(soon());
    const pid = worker.pid!;
    expect(await line(({ msg }) => msg === 'worker ended; it is started again')).toMatchObject({
      reason: 'engine_failed: a library has been at it for a minute',
    });
    await until(() => worker.health() === 'up' && worker.pid !== pid);
  });
});

describe('a parent that is out of descriptors', () => {
  it('lives, and has its worker as soon as there are some', async () => {
    const program = fileURLToPath(new URL('programs/starving.mjs', import.meta.url));
    const parent = spawn('sh', ['-c', `ulimit -n 512; exec "${process.execPath}" "${program}"`], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let said = '';
    parent.stdout.on('data', (text) => {
      said += text;
    });
    const [code] = await once(parent, 'exit');
    expect({ said, code }).toEqual({ said: 'up', code: 0 });
  });
});

describe('a worker that does not keep to the wire', () => {
  const cases: [name: string, script: string, reason: RegExp][] = [
    ['writes garbage', "raw(Buffer.from('Loading model shards: 100%'));", /a header of 1684107084 bytes/],
    ['sends a message that does not exist', "raw(frame({ type: 'sing' }));", /not a message of the wire \(sing\)/],
    ['sends a field with a wrong value', "raw(frame({ type: 'end', stream: 0, generation: 'x' }));", /generation/],
    ['sends a stream that nobody opened', "raw(frame({ type: 'end', stream: 7, generation: 1 }));", /stream 7/],
    [
      'sends a chunk before anybody grants it',
      "raw(Buffer.concat(Array(17).fill(frame({ type: 'chunk', stream: 0, generation: 1 }))));",
      /beyond the credit/,
    ],
    ['says ready twice', 'ready();', /ready twice/],
    ['ends inside a frame', 'raw(Buffer.from([9, 0, 0])); process.exit(0);', /end inside a frame/],
    ['closes the wire and stays', "(await import('node:fs')).closeSync(4);", /closed its pipe/],
  ];
  it.each(cases)('%s: it is killed, its streams fail, another one is started', async (_name, script, reason) => {
    const { worker, line } = start(scripted(`ready(); await heard('open'); ${script}`));
    await worker.ready(soon());
    const { pid } = worker;
    await expect(m(worker)).rejects.toMatchObject({ code: 'worker_broken' });
    expect(worker.health()).not.toBe('up');
    await worker.ready(soon());
    expect(worker.pid).not.toBe(pid);
    expect(isAlive(pid!)).toBe(false);
    const { reason: told } = await line((entry) => entry.msg === 'worker ended; it is started again');
    expect(told).toMatch(reason);
  });

  it('speaks another version: it is refused, with both numbers', async () => {
    const { worker } = start(scripted('ready(2);'));
    await expect(worker.ready(soon())).rejects.toMatchObject({
      code: 'worker_settings',
      message: 'test: it speaks version 2 of the wire; this is version 1',
    });
  });

  it('answers no ping: it is slow, then dead', async () => {
    const { worker, line } = start(scripted('ready(); '), {
      pingMs: 50,
    });
    await worker.ready(soon());
    await line((entry) => entry.msg === 'worker answers late');
    const { reason } = await line((entry) => entry.msg === 'worker ended; it is started again');
    expect(reason).toBe('no answer to a ping within 200 ms');
  });

  it('does not listen to its shutdown: it is killed after 3 s', async () => {
    const { worker } = start(scripted('ready(); wire.removeAllListeners();'));
    await worker.ready(soon());
    const pid = worker.pid!;
    const began = performance.now();
    await worker.close();
    expect(performance.now() - began).toBeGreaterThan(2500);
    expect(isAlive(pid)).toBe(false);
  });

  it('has grown, and cannot come back: it is given up, or waited for, like any other', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'parley-worker-'));
    const second = join(folder, 'second');
    // Ready once; in its second life it refuses its settings.
    const program = scripted(`
      const { existsSync, writeFileSync } = await import('node:fs');
      if (existsSync(${JSON.stringify(second)})) process.exit(42);
      writeFileSync(${JSON.stringify(second)}, '');
      ready();
      await heard('ping');
      raw(frame({ type: 'stats', values: { rss_bytes: 1 } }));
    `);
    const recycle = { grownBytes: 0, idleMs: 0 };
    const { worker, line } = start(program, { recycle, pingMs: 200 });
    await line(({ msg }) => msg === 'worker has grown; it is started afresh');
    await line(({ msg }) => msg === 'worker refused; it is not started again');
    await expect(worker.ready(soon())).rejects.toMatchObject({ code: 'worker_settings' });
    rmSync(folder, { recursive: true });
  });

  it('dies again and again: each start waits longer', async () => {
    const { worker, line, lines } = start(scripted('process.exit(3);'));
    await line((entry) => entry.msg === 'worker ended; it is started again' && entry.failures === 3);
    const ends = lines.filter((entry) => entry.msg === 'worker ended; it is started again');
    expect(ends.map(({ restartMs }) => restartMs)).toEqual([0, 500, 1000]);
    expect(worker.health()).toEqual({ down: 'exited with code 3' });
    await expect(m(worker)).rejects.toMatchObject({ code: 'worker_unavailable', message: /exited with code 3/ });
  });
});

it('a program that does not exist is told at once, and not tried again', async () => {
  const { worker } = start({ file: '/no/such/program', args: [] });
  await expect(worker.ready(soon())).rejects.toMatchObject({ code: 'worker_unavailable', message: /ENOENT/ });
});

it('settings that do not fit into a message are told at once', async () => {
  const { worker } = start(scripted(''), { settings: { text: 'x'.repeat(70_000) } });
  await expect(worker.ready(soon())).rejects.toMatchObject({ code: 'worker_settings', message: /settings do not fit/ });
});
