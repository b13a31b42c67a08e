import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Engine, Vad } from '../../src/engines/contract.js';
import { sileroVad } from '../../src/engines/vad/silero.js';
import { sileroObstacle } from '../../src/engines/vad/silero-package.js';
import { ParleyError } from '../../src/errors.js';
import { eventually } from '../fixtures/eventually.js';
import { all, context, silence, source, speech, thenNothing, vadContract } from './vad.js';

const built = join(import.meta.dirname, '../../dist/engines/vad');
const workerFile = join(built, 'silero-worker.js');
const log = pino({ level: 'silent' });

const isUp = (engine: Engine<Vad>) => eventually(() => expect(engine.health()).toBe('up'));

async function started() {
  const engine = sileroVad({ workerFile, log });
  await isUp(engine);
  return engine;
}

describe.skipIf(sileroObstacle() !== null)('silero', () => {
  vadContract('silero', started);

  it('listens while its model is still being loaded', async () => {
    const engine = sileroVad({ workerFile, log });
    expect(engine.health()).toEqual({ down: 'starting' });
    expect(await all(engine.run(source(silence(10)).frames, context()))).toHaveLength(10);
    await engine.close();
  });

  it('hears a voice behind a long silence as it hears one at the beginning, and the silence behind it', async () => {
    const engine = await started();
    const [voice, pause] = [speech(), silence(100)];
    const once = await all(engine.run(source(voice).frames, context()));
    const twice = await all(engine.run(source([...voice, ...pause, ...voice, ...pause]).frames, context()));
    const spoken = (from: number) => twice.slice(from, from + voice.length).map((speech) => speech > 0.5);
    expect(twice).toHaveLength(2 * (voice.length + pause.length));
    expect(once.filter((speech) => speech > 0.5).length).toBeGreaterThan(40);
    const second = spoken(voice.length + pause.length);
    const isOther = once.map((speech, n) => speech > 0.5 !== second[n]);
    // The second time its loudness is known from the first frame on; that may show in one or two.
    expect(isOther.filter(Boolean).length).toBeLessThan(6);
    expect(twice.slice(-60).every((speech) => speech < 0.1)).toBe(true);
    await engine.close();
  });

  it('says that it is closed, also to those who are listening', async () => {
    const engine = await started();
    const listening = all(engine.run(thenNothing(silence(1)), context()));
    const told = expect(listening).rejects.toMatchObject({ code: 'engine_failed', message: 'silero: closed' });
    await engine.close();
    await told;
    expect(engine.health()).toEqual({ down: 'closed' });
    const late = all(engine.run(source(silence(1)).frames, context()));
    await expect(late).rejects.toMatchObject({ name: 'ParleyError', code: 'engine_failed' });
  });

  it('can be closed in the middle of its work and while it loads, and the process lives on', async () => {
    for (const begun of [0, 1, 50]) {
      const engine = sileroVad({ workerFile, log });
      const reader = engine.run(source(speech()).frames, context())[Symbol.asyncIterator]();
      for (let n = 0; n < begun; n += 1) await reader.next();
      await engine.close();
      expect(engine.health()).toEqual({ down: 'closed' });
    }
  });

  it('hears a thousand streams, refuses one more by name, and has room again when they are gone', async () => {
    const engine = await started();
    const callers = Array.from({ length: 1000 }, () => new AbortController());
    const listen = ({ signal }: AbortController) =>
      engine.run(thenNothing(silence(1)), context(signal))[Symbol.asyncIterator]();
    const readers = callers.map(listen);
    const firsts = await Promise.all(readers.map((reader) => reader.next()));
    expect(firsts.every(({ done }) => done === false)).toBe(true);
    await expect(listen(new AbortController()).next()).rejects.toMatchObject({ code: 'at_capacity' });
    const nexts = readers.map((reader) => reader.next());
    for (const caller of callers) caller.abort(new ParleyError('client_gone'));
    const ends = await Promise.allSettled(nexts);
    expect(ends.every(({ status }) => status === 'rejected')).toBe(true);
    expect(await all(engine.run(source(silence(5)).frames, context()))).toHaveLength(5);
    await engine.close();
  }, 60_000);
});

describe('silero, when its thread fails', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'parley-silero-'));
  });
  afterEach(() => {
    vi.useRealTimers();
    rmSync(folder, { recursive: true });
  });
  const program = (text: string): string => {
    const file = join(folder, 'worker.mjs');
    writeFileSync(file, text);
    return file;
  };

  it('fails those who listen by name, and hears others with the next thread', async () => {
    const dyingAtTheThird = program(`
      import { parentPort } from 'node:worker_threads';
      let rounds = 0;
      parentPort.on('message', ({ steps }) => {
        rounds += 1;
        if (rounds === 3) throw new Error('out of luck');
        parentPort.postMessage(new Float32Array(steps.flat().length).fill(0.25));
      });
      parentPort.postMessage('ready');
    `);
    const engine = sileroVad({ workerFile: dyingAtTheThird, log });
    await isUp(engine);
    const listening = all(engine.run(source(silence(20)).frames, context()));
    await expect(listening).rejects.toMatchObject({ code: 'engine_failed', message: 'silero: out of luck' });
    await isUp(engine);
    const reader = engine.run(source(silence(20)).frames, context())[Symbol.asyncIterator]();
    expect(await reader.next()).toEqual({ done: false, value: 0.25 });
    await engine.close();
  });

  it('shows no silence after the first second of it, answers it in its place, and says how much it was', async () => {
    // A probability of 0.5, and of 0.1 for each ten frames that were not shown since the one before.
    const telling = program(`
      import { parentPort } from 'node:worker_threads';
      parentPort.on('message', ({ steps, rested }) => {
        const answers = new Float32Array(steps.flat().length).fill(0.5);
        for (const { frames } of rested) answers[0] = frames / 100;
        parentPort.postMessage(answers);
      });
      parentPort.postMessage('ready');
    `);
    const engine = sileroVad({ workerFile: telling, log });
    await isUp(engine);
    const loud = silence(3).map((frame) => frame.fill(1000));
    const frames = [...silence(51), ...loud, ...silence(41), ...loud, ...silence(40)];
    const told = await all(engine.run(source(frames).frames, context()));
    const shown = (count: number) => Array.from({ length: count }, () => 0.5);
    const unshown = (count: number) => Array.from({ length: count }, () => 0);
    expect(told.map((speech) => Math.round(speech * 100) / 100)).toEqual([
      ...[...shown(31), ...unshown(20)],
      ...[0.2, ...shown(2), ...shown(31), ...unshown(10)],
      ...[0.1, ...shown(2), ...shown(31), ...unshown(9)],
    ]);
    await engine.close();
  });

  it('lets others have their turns during a silence that comes all at once', async () => {
    const engine = await started();
    const stop = new AbortController();
    let given = 0;
    async function* endless(): AsyncGenerator<Int16Array, void, undefined> {
      for (;;) {
        given += 1;
        yield new Int16Array(512);
      }
    }
    const listening = all(engine.run(endless(), context(stop.signal)));
    await eventually(() => expect(given).toBeGreaterThan(500));
    stop.abort(new Error('enough'));
    await expect(listening).rejects.toThrow('enough');
    await engine.close();
  });

  it('gives up after five threads, with the reason', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    const errors: unknown[] = [];
    const counting = pino({ level: 'error' }, { write: (line: string) => errors.push(JSON.parse(line)) });
    const engine = sileroVad({ workerFile: program(`throw new Error('no such library');`), log: counting });
    const listening = all(engine.run(thenNothing(silence(1)), context()));
    await expect(listening).rejects.toMatchObject({ code: 'engine_failed', message: 'silero: no such library' });
    for (const failures of [1, 2, 3, 4, 5]) {
      await eventually(() => expect(errors).toHaveLength(failures));
      await vi.advanceTimersByTimeAsync(2000);
    }
    expect(engine.health()).toEqual({ down: 'no such library' });
    await vi.advanceTimersByTimeAsync(60_000);
    expect(errors).toHaveLength(5);
    expect(engine.health()).toEqual({ down: 'no such library' });
    await engine.close();
  });

  it('ends a thread that gives no answer', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    const engine = sileroVad({ workerFile: program('setInterval(() => {}, 1000);'), log });
    const listening = all(engine.run(thenNothing(silence(1)), context()));
    const told = expect(listening).rejects.toMatchObject({ message: 'silero: no answer in 10 s' });
    await vi.advanceTimersByTimeAsync(10_000);
    await told;
    await engine.close();
  });

  it('is down with the reason where onnxruntime does not load', async () => {
    const hooks = `export function resolve(name, context, next) {
      if (name !== 'onnxruntime-node') return next(name, context);
      throw new Error('GLIBC_2.99 not found\\nand much more');
    }`;
    const engine = sileroVad({
      workerFile: program(`
        import { register } from 'node:module';
        register('data:text/javascript,' + ${JSON.stringify(encodeURIComponent(hooks))});
        await import(${JSON.stringify(pathToFileURL(workerFile).href)});
      `),
      log,
    });
    const listening = all(engine.run(thenNothing(silence(1)), context()));
    await expect(listening).rejects.toMatchObject({ code: 'engine_failed', message: 'silero: GLIBC_2.99 not found' });
    await engine.close();
  });
});
