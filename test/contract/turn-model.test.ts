import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { joinedSamples } from '../../src/audio/pcm.js';
import type { EndOfTurnEngine } from '../../src/engines/contract.js';
import { turnModel } from '../../src/engines/turn/turn-model.js';
import { sileroVad } from '../../src/engines/vad/silero.js';
import { eventually } from '../fixtures/eventually.js';
import { silence, tone } from '../fixtures/turn-model/sounds.js';
import { askedBy, endOfTurnContract } from './end-of-turn.js';
import { all, context, noise, source } from './vad.js';

const root = join(import.meta.dirname, '../..');
const workerFile = join(root, 'dist/engines/turn/turn-worker.js');
const file = join(root, 'test/fixtures/turn-model/falling.onnx');
const log = pino({ level: 'silent' });
const forever = new AbortController().signal;

async function ready(): Promise<EndOfTurnEngine> {
  const engine = turnModel({ file, workerFile, log });
  await engine.ready?.(forever);
  return engine;
}

endOfTurnContract('turn-model', ready);

describe('a model that hears a falling pitch', () => {
  let engine: EndOfTurnEngine;
  beforeAll(async () => {
    engine = await ready();
  });
  afterAll(() => engine.close());

  const begun = tone(0.7, 400);
  const fall = tone(0.5, 400, 200);
  const pause = silence(0.2);
  const heard = (...pieces: Int16Array[]) => engine.run(joinedSamples(pieces), askedBy('somebody'));

  it('takes a tone that falls for the end', async () => {
    expect(await heard(begun, fall, pause)).toBeGreaterThan(0.8);
  });

  it('takes the same tone, cut in the middle, for none', async () => {
    expect(await heard(begun, pause)).toBeLessThan(0.2);
  });

  it('hears the fall behind 20 s of sound, and not where they follow it', async () => {
    const long = tone(20, 400);
    expect(await heard(long, fall, pause)).toBeGreaterThan(0.8);
    expect(await heard(begun, fall, long, pause)).toBeLessThan(0.2);
  });

  it('hears the end where it is: a second of silence behind it is the end of what is heard', async () => {
    expect(await heard(begun, fall, silence(1.2))).toBeLessThan(0.2);
  });

  it('answers beside the voice detector, which runs native code in a thread of its own', async () => {
    const vad = sileroVad({ workerFile: join(root, 'dist/engines/vad/silero-worker.js'), log });
    await eventually(() => expect(vad.health()).toBe('up'));
    const answers = Array.from({ length: 10 }, (_, n) => engine.run(joinedSamples([begun, fall]), askedBy(`${n}`)));
    const probabilities = all(vad.run(source(noise(200, 3000)).frames, context()));
    expect(await probabilities).toHaveLength(200);
    expect(new Set(await Promise.all(answers)).size).toBe(1);
    await vad.close();
    expect(await heard(begun, fall, pause)).toBeGreaterThan(0.8);
  });
});

describe('a file that does not do', () => {
  const started = (name: string) => turnModel({ file: join(root, 'test/fixtures/turn-model', name), workerFile, log });

  it.each([
    ['README.md', /^it is no model that ONNX Runtime can load \(.*failed.*\)$/],
    ['nowhere.onnx', /^it is no model that ONNX Runtime can load \(.*exist.*\)$/],
    ['other-input.onnx', 'it takes mel (float32, batch x 80 x 3000) instead of input_features (float32, 1 x 80 x 800)'],
    ['two-answers.onnx', 'it gives logits (float32, batch x 2) instead of one probability (float32, 1 x 1)'],
    ['no-probability.onnx', /^its answer is 9\d\.\d+, and not a probability$/],
  ])('is told for what it is: %s', async (name, message) => {
    const engine = started(name);
    await expect(engine.ready?.(forever)).rejects.toMatchObject({
      code: 'engine_failed',
      message: typeof message === 'string' ? message : expect.stringMatching(message),
    });
    expect(engine.health()).toEqual({ down: typeof message === 'string' ? message : expect.stringMatching(message) });
    await expect(engine.run(silence(1), askedBy('ada'))).rejects.toMatchObject({ code: 'engine_failed' });
    await engine.close();
  });
});

describe("the model's thread", () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'parley-turn-'));
  });
  afterEach(() => {
    vi.useRealTimers();
    rmSync(folder, { recursive: true });
  });

  /** An engine whose thread runs this program instead; each start of it leaves a mark. */
  function running(text: string, to = log): EndOfTurnEngine {
    const program = join(folder, 'worker.mjs');
    const marks = JSON.stringify(join(folder, 'starts'));
    writeFileSync(join(folder, 'starts'), '');
    writeFileSync(
      program,
      `import { appendFileSync } from 'node:fs';
       import { parentPort } from 'node:worker_threads';
       appendFileSync(${marks}, 'x');
       ${text}`,
    );
    return turnModel({ file, workerFile: program, log: to });
  }
  const starts = () => readFileSync(join(folder, 'starts'), 'utf8').length;
  const asked = (engine: EndOfTurnEngine) => engine.run(silence(1), askedBy('ada'));

  it('is not started again where it could never load', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    const engine = running(`throw new Error('no such library\\nand much more');`);
    const waiting = asked(engine);
    await expect(waiting).rejects.toMatchObject({ code: 'engine_failed', message: 'turn-model: no such library' });
    await expect(engine.ready?.(forever)).rejects.toThrow(/^no such library$/);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(engine.health()).toEqual({ down: 'no such library' });
    await engine.close();
    expect(starts()).toBe(1);
  });

  const dyingAtTheSecond = `
    let questions = 0;
    parentPort.on('message', () => {
      questions += 1;
      if (questions === 2) throw new Error('out of luck');
      parentPort.postMessage(0.25);
    });
    parentPort.postMessage('ready');`;

  it('fails those who wait when it dies, and answers others with the next one', async () => {
    const engine = running(dyingAtTheSecond);
    expect(await asked(engine)).toBe(0.25);
    const dying = ['ada', 'ben'].map((caller) => engine.run(silence(1), askedBy(caller)));
    const reason = expect.objectContaining({ code: 'engine_failed', message: 'turn-model: out of luck' });
    const died = { status: 'rejected', reason };
    expect(await Promise.allSettled(dying)).toEqual([died, died]);
    await eventually(() => expect(engine.health()).toBe('up'));
    expect(await asked(engine)).toBe(0.25);
    expect(starts()).toBe(2);
    await engine.close();
  });

  it('gives up after five of them, with the reason', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    const lines: { failures: number }[] = [];
    const counting = pino({ level: 'error' }, { write: (line: string) => lines.push(JSON.parse(line)) });
    const engine = running(
      `parentPort.on('message', () => { throw new Error('out of luck'); });
       parentPort.postMessage('ready');`,
      counting,
    );
    for (const failures of [1, 2, 3, 4, 5]) {
      await eventually(() => expect(engine.health()).toBe('up'));
      await expect(asked(engine)).rejects.toMatchObject({ message: 'turn-model: out of luck' });
      expect(lines.map((line) => line.failures).at(-1)).toBe(failures);
      // The longest wait between two of them.
      await vi.advanceTimersByTimeAsync(2000);
    }
    await vi.advanceTimersByTimeAsync(60_000);
    expect(engine.health()).toEqual({ down: 'out of luck' });
    await engine.close();
    expect(starts()).toBe(5);
  });

  it.each([
    ['a model', 'setInterval(() => {}, 1000);'],
    ['an answer', `parentPort.on('message', () => {}); parentPort.postMessage('ready');`],
  ])('is ended when %s does not come', async (_, text) => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    const engine = running(text);
    if (text.includes('ready')) await engine.ready?.(forever);
    const told = expect(asked(engine)).rejects.toMatchObject({ message: 'turn-model: no answer in 10 s' });
    await vi.advanceTimersByTimeAsync(10_000);
    await told;
    await engine.close();
  });
});
