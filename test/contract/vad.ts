/** What every voice detector promises (src/engines/contract.ts). One file per engine runs this over its own. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setImmediate as turnOfTheLoop } from 'node:timers/promises';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { pcmSamples } from '../../src/audio/pcm.js';
import { type Engine, type EngineContext, VAD_FRAME_SAMPLES, type Vad } from '../../src/engines/contract.js';
import { ParleyError } from '../../src/errors.js';
import { within } from '../../src/flow.js';
import { promptly } from './promptly.js';

const FRAMES_A_SECOND = 16_000 / VAD_FRAME_SAMPLES;

export const silence = (count: number): Int16Array[] =>
  Array.from({ length: count }, () => new Int16Array(VAD_FRAME_SAMPLES));

/** White noise, the same at every run. */
export function noise(count: number, amplitude: number): Int16Array[] {
  let seed = 1;
  const next = () => {
    seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0;
    return (seed / 2 ** 31 - 1) * amplitude;
  };
  return silence(count).map((frame) => frame.map(next));
}

/** A spoken sentence of 3 s at 16 kHz. */
export function speech(): Int16Array[] {
  const file = readFileSync(join(import.meta.dirname, '../fixtures/mouth/sentence.wav'));
  const samples = pcmSamples(file.subarray(file.indexOf('data') + 8));
  const count = Math.floor(samples.length / VAD_FRAME_SAMPLES);
  return Array.from({ length: count }, (_, n) => samples.slice(n * VAD_FRAME_SAMPLES, (n + 1) * VAD_FRAME_SAMPLES));
}

export const context = (signal: AbortSignal = new AbortController().signal): EngineContext => ({
  signal,
  log: pino({ level: 'silent' }),
  turn: 'turn_test',
});

export async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  const list: T[] = [];
  for await (const item of items) list.push(item);
  return list;
}

/** Gives the frames as fast as they are taken; counts them and notices that the reader has left. */
export function source(frames: Iterable<Int16Array>) {
  const seen = { taken: 0, closed: false };
  async function* give(): AsyncGenerator<Int16Array, void, undefined> {
    try {
      for (const frame of frames) {
        seen.taken += 1;
        yield frame;
      }
    } finally {
      seen.closed = true;
    }
  }
  return { frames: give(), seen };
}

/** Gives the frames and then neither ends nor gives another. */
export async function* thenNothing(frames: Int16Array[]): AsyncGenerator<Int16Array, void, undefined> {
  yield* frames;
  await new Promise(() => {});
}

function* endless(): Generator<Int16Array> {
  for (;;) yield new Int16Array(VAD_FRAME_SAMPLES);
}

/** Longer than anything here takes on a busy machine; only a hang meets it. */
const timely = <T>(promise: Promise<T>): Promise<T> => within(promise, 15_000, 'deadline', 'took more than 15 seconds');

const largest = (values: readonly number[]): number => Math.max(...values);

export function vadContract(name: string, makeEngine: () => Promise<Engine<Vad>>): void {
  describe(`the voice detector "${name}" keeps the contract`, () => {
    let engine: Engine<Vad>;
    beforeAll(async () => {
      engine = await makeEngine();
    });
    afterAll(() => engine.close());

    const listen = (frames: AsyncIterable<Int16Array>, signal?: AbortSignal) => engine.run(frames, context(signal));
    const hear = (frames: Int16Array[]) => all(listen(source(frames).frames));

    it('is up, and reads ahead less than half a second', () => {
      expect(engine.health()).toBe('up');
      expect(engine.readAhead).toBeGreaterThan(0);
      expect(engine.readAhead).toBeLessThan(FRAMES_A_SECOND / 2);
    });

    it.each([0, 1, 2, 5, 100])('gives one probability for each of %i frames, and ends with them', async (count) => {
      const heard = await hear(noise(count, 3000));
      expect(heard).toHaveLength(count);
      for (const probability of heard) {
        expect(probability).toBeGreaterThanOrEqual(0);
        expect(probability).toBeLessThanOrEqual(1);
      }
    });

    it('answers a frame without waiting for the next', async () => {
      const stop = new AbortController();
      const reader = listen(thenNothing(silence(1)), stop.signal)[Symbol.asyncIterator]();
      expect(await timely(Promise.resolve(reader.next()))).toMatchObject({ done: false });
      stop.abort(new ParleyError('client_gone'));
    });

    it('hears nothing in silence', async () => {
      expect(largest(await hear(silence(100)))).toBeLessThan(0.2);
    });

    it('hears speech where it is, and not in the silence on either side', async () => {
      const [before, spoken, after] = [silence(30), speech(), silence(40)];
      const heard = await hear([...before, ...spoken, ...after]);
      const begun = before.length;
      const ended = begun + spoken.length;
      expect(largest(heard.slice(0, begun))).toBeLessThan(0.2);
      expect(heard.slice(begun, ended).filter((probability) => probability > 0.8).length).toBeGreaterThan(40);
      expect(largest(heard.slice(ended + 20))).toBeLessThan(0.2);
    });

    it('hears a voice that is far away', async () => {
      const far = speech().map((frame) => frame.map((sample) => sample / 10));
      const heard = await hear([...silence(30), ...far]);
      expect(heard.filter((probability) => probability > 0.8).length).toBeGreaterThan(40);
    });

    it('gets used to a steady noise within two seconds and a little', async () => {
      for (const amplitude of [500, 8000]) {
        const heard = await hear(noise(4 * FRAMES_A_SECOND, amplitude));
        expect(largest(heard.slice(Math.ceil(2.4 * FRAMES_A_SECOND)))).toBeLessThan(0.2);
      }
    });

    it('hears a voice over a steady noise', async () => {
      const alone = 100;
      const spoken = speech();
      const room = noise(alone + spoken.length, 300);
      const mixed = room.map((frame, n) => {
        const voice = spoken[n - alone];
        return voice === undefined ? frame : frame.map((sample, i) => sample + voice[i]! / 2);
      });
      expect(largest((await hear(mixed)).slice(alone))).toBeGreaterThan(0.8);
    });

    it('is silent again a second after a burst of noise', async () => {
      const heard = await hear([...silence(30), ...noise(6, 20_000), ...silence(60)]);
      expect(largest(heard.slice(30 + 6 + 30))).toBeLessThan(0.2);
    });

    it('hears each stream as if it were alone, and each anew', async () => {
      const spoken = speech();
      const alone = await hear(spoken);
      const others = Array.from({ length: 7 }, (_, n) => [
        ...noise(3 * n, 6000),
        ...spoken.slice(5 * n),
        ...silence(n),
      ]);
      const [beside] = await Promise.all([hear(spoken), ...others.map(hear)]);
      for (const [n, probability] of alone.entries()) expect(beside![n]).toBeCloseTo(probability, 3);
    });

    it('lets nobody wait for a caller who is 100 s behind', async () => {
      const backlog = Math.round(100 * FRAMES_A_SECOND);
      let done = 0;
      const behind = (async () => {
        for await (const _ of listen(source(noise(backlog, 2000)).frames)) done += 1;
      })();
      await hear(silence(1));
      const before = done;
      for (let frame = 0; frame < 20; frame += 1) await hear(silence(1));
      expect(before).toBeGreaterThan(0);
      expect(done).toBeGreaterThan(before);
      expect(done).toBeLessThan(backlog / 2);
      await behind;
      expect(done).toBe(backlog);
    });

    it('takes no more frames than it says before its probabilities are read', async () => {
      const { frames, seen } = source(endless());
      const reader = listen(frames)[Symbol.asyncIterator]();
      for (let read = 0; read < 50; read += 1) {
        await reader.next();
        expect(seen.taken - read).toBeLessThanOrEqual(engine.readAhead);
      }
      // Another caller's whole sentence: time enough for an engine without a bound to take a great many.
      await hear(speech());
      expect(seen.taken - 50).toBeLessThanOrEqual(engine.readAhead);
      await reader.return?.();
    });

    it('leaves its source when its reader leaves', async () => {
      const { frames, seen } = source(endless());
      for await (const _ of listen(frames)) break;
      await turnOfTheLoop();
      expect(seen.closed).toBe(true);
    });

    it.each([
      ['a reason of ours', new ParleyError('turn_cancelled')],
      ['any other reason', new Error('somebody else stopped it')],
    ])('ends in time with %s while it waits for a frame', async (_, reason) => {
      const stop = new AbortController();
      const reader = listen(thenNothing(silence(3)), stop.signal)[Symbol.asyncIterator]();
      for (let n = 0; n < 3; n += 1) await reader.next();
      const next = reader.next();
      stop.abort(reason);
      await expect(promptly(next)).rejects.toBe(reason);
      expect(await reader.next()).toEqual({ done: true, value: undefined });
    });

    it('gives nothing after an abort in the middle of much audio', async () => {
      const stop = new AbortController();
      const reason = new ParleyError('client_gone');
      let late = 0;
      let heard = 0;
      const reading = (async () => {
        for await (const _ of listen(source(endless()).frames, stop.signal)) {
          heard += 1;
          if (stop.signal.aborted) late += 1;
          if (heard === 10) setImmediate(() => stop.abort(reason));
        }
      })();
      await expect(timely(reading)).rejects.toBe(reason);
      expect(late).toBe(0);
    });

    it('does not begin under a signal that has aborted', async () => {
      const reason = new ParleyError('client_gone');
      const { frames, seen } = source(silence(5));
      await expect(all(listen(frames, AbortSignal.abort(reason)))).rejects.toBe(reason);
      expect(seen.taken).toBe(0);
    });

    it("passes on its input's error, under a name of ours", async () => {
      const failing = async function* (thrown: Error) {
        yield* silence(3);
        throw thrown;
      };
      const ours = new ParleyError('audio_backlog');
      await expect(all(listen(failing(ours)))).rejects.toBe(ours);
      const foreign = new Error('a socket broke');
      await expect(all(listen(failing(foreign)))).rejects.toMatchObject({ name: 'ParleyError', cause: foreign });
    });

    it.each([0, VAD_FRAME_SAMPLES - 1, 2 * VAD_FRAME_SAMPLES])('refuses a frame of %i samples', async (length) => {
      const reading = hear([...silence(2), new Int16Array(length)]);
      await expect(timely(reading)).rejects.toMatchObject({ name: 'ParleyError', code: 'engine_failed' });
      expect(await hear(silence(2))).toHaveLength(2);
    });
  });
}
