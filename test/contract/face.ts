/**
 * What every face engine promises (src/engines/contract.ts). A new engine adds one file that calls faceContract; the
 * avatar it is tested with comes along, because an engine may need more of it than its bank.
 */
import { setImmediate as turnOfTheLoop } from 'node:timers/promises';
import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FACE_FRAME_SAMPLES, FRAME_MS, HEARING_RATE } from '../../src/audio/pcm.js';
import type { Avatar, EngineContext, FaceEngine, Picture } from '../../src/engines/contract.js';
import { ParleyError } from '../../src/errors.js';
import { within } from '../../src/flow.js';
import { GRID } from '../../src/protocol/pack.js';
import { promptly } from './promptly.js';

const log = pino({ level: 'silent' });
const forever = new AbortController().signal;
const context = (signal: AbortSignal = forever): EngineContext => ({ signal, log, turn: 'turn_test' });

/** 150 Hz with overtones, swelling and fading four times a second: enough of a voice to move any mouth. */
export function voiced(count: number, amplitude = 8000): Int16Array[] {
  return Array.from({ length: count }, (_, frame) =>
    Int16Array.from({ length: FACE_FRAME_SAMPLES }, (_, i) => {
      const t = (frame * FACE_FRAME_SAMPLES + i) / HEARING_RATE;
      const swell = Math.sin(Math.PI * 4 * t) ** 2;
      const tone = [1, 2, 3, 4, 5, 6, 7].reduce((sum, n) => sum + Math.sin(2 * Math.PI * 150 * n * t) / n, 0);
      return amplitude * swell * tone * 0.5;
    }),
  );
}

/** Gives the frames as fast as they are taken; counts them and notices that the reader has left. */
function source(frames: Iterable<Int16Array>) {
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
async function* thenNothing(frames: Int16Array[]): AsyncGenerator<Int16Array, void, undefined> {
  yield* frames;
  await new Promise(() => {});
}

function* endless(): Generator<Int16Array> {
  for (;;) yield* voiced(25);
}

type Patch = NonNullable<Picture['patch']>;

const distinct = (patches: Patch[]): number =>
  new Set(patches.map(({ jpeg }) => Buffer.from(jpeg).toString('base64'))).size;

async function all(pictures: AsyncIterable<Picture>): Promise<Picture[]> {
  const list: Picture[] = [];
  for await (const picture of pictures) list.push(picture);
  return list;
}

/** Longer than anything here takes on a busy machine; only a hang meets it. */
const timely = <T>(promise: Promise<T>): Promise<T> => within(promise, 15_000, 'deadline', 'took more than 15 seconds');

export function faceContract(
  name: string,
  makeEngine: () => Promise<FaceEngine>,
  makeAvatar: (frames: number) => Promise<Avatar>,
  /** What it draws may differ by a rounding when others are drawn beside it. */
  alike: (picture: Picture) => unknown = (picture) => picture,
): void {
  describe(`the face "${name}" keeps the contract`, () => {
    let engine: FaceEngine;
    let avatar: Avatar;

    beforeEach(async () => {
      engine = await makeEngine();
      avatar = await makeAvatar(7);
    });
    afterEach(() => engine.close());

    const run = (frames: AsyncIterable<Int16Array>, base = 0, signal = forever) =>
      engine.run(frames, { avatar, base }, context(signal))[Symbol.asyncIterator]();
    const pictures = (frames: Int16Array[], base = 0) =>
      all(engine.run(source(frames).frames, { avatar, base }, context()));

    it('is healthy and says how far it looks and reads ahead', () => {
      expect(engine.health()).toBe('up');
      expect(engine.lookAheadMs).toBeGreaterThanOrEqual(0);
      expect(engine.readAhead * FRAME_MS).toBeGreaterThan(engine.lookAheadMs);
    });

    it.each([0, 1, 2, 3, 4, 60])('gives one picture for each of %i frames, in order', async (count) => {
      const list = await pictures(voiced(count));
      expect(list.map(({ index }) => index)).toEqual(Array.from({ length: count }, (_, i) => i));
    });

    it('lays picture n on the base that the loop has reached, around its end', async () => {
      const list = await pictures(voiced(20), 5);
      expect(list.map(({ base }) => base)).toEqual(Array.from({ length: 20 }, (_, n) => (5 + n) % 7));
    });

    it('moves the mouth, with patches on the grid and inside the picture', async () => {
      const patches: Patch[] = [];
      // On a slow machine an engine may leave out what would be late: it is asked again.
      for (let asked = 0; asked < 10 && (patches.length <= 10 || distinct(patches) <= 3); asked += 1) {
        const options = { avatar, base: 0, released: () => 0 };
        const list = await all(engine.run(source(voiced(50)).frames, options, context()));
        patches.push(...list.flatMap(({ patch }) => (patch === null ? [] : [patch])));
      }
      expect(patches.length).toBeGreaterThan(10);
      expect(distinct(patches)).toBeGreaterThan(3);
      for (const { place, jpeg } of patches) {
        expect([place.x % GRID, place.y % GRID, place.width % GRID, place.height % GRID]).toEqual([0, 0, 0, 0]);
        expect(place.x + place.width).toBeLessThanOrEqual(avatar.width);
        expect(place.y + place.height).toBeLessThanOrEqual(avatar.height);
        expect([...jpeg.subarray(0, 2)]).toEqual([0xff, 0xd8]);
      }
    });

    it('gives the first picture once it has heard its frame and the look-ahead', async () => {
      const needed = 1 + Math.ceil(engine.lookAheadMs / FRAME_MS);
      const stop = new AbortController();
      const reader = run(thenNothing(voiced(needed)), 0, stop.signal);
      expect(await timely(reader.next())).toMatchObject({ done: false, value: { index: 0, base: 0 } });
      stop.abort(new ParleyError('turn_cancelled'));
    });

    it('takes no more frames than it says before its pictures are read', async () => {
      const { frames, seen } = source(endless());
      const reader = run(frames);
      for (let read = 0; read < 200; read += 1) {
        await reader.next();
        expect(seen.taken - read).toBeLessThanOrEqual(engine.readAhead);
      }
      for (let i = 0; i < 20; i += 1) await turnOfTheLoop();
      expect(seen.taken - 200).toBeLessThanOrEqual(engine.readAhead);
      await reader.return?.();
    });

    it('leaves its source when its reader leaves', async () => {
      const { frames, seen } = source(endless());
      let read = 0;
      for await (const picture of engine.run(frames, { avatar, base: 0 }, context())) {
        expect(picture.index).toBe(read);
        read += 1;
        if (read === 3) break;
      }
      await turnOfTheLoop();
      expect(seen.closed).toBe(true);
    });

    it('ends with the reason of an abort while it waits for a frame', async () => {
      const stop = new AbortController();
      const reader = run(thenNothing([]), 0, stop.signal);
      const next = reader.next();
      const reason = new ParleyError('barge_in');
      await turnOfTheLoop();
      stop.abort(reason);
      await expect(promptly(next)).rejects.toBe(reason);
      expect(await reader.next()).toEqual({ done: true, value: undefined });
    });

    it('ends with the reason of an abort in the middle of a fast voice, and gives nothing after it', async () => {
      const stop = new AbortController();
      const reason = new ParleyError('barge_in');
      setImmediate(() => stop.abort(reason));
      let late = 0;
      const reading = (async () => {
        for await (const _ of engine.run(source(endless()).frames, { avatar, base: 0 }, context(stop.signal))) {
          if (stop.signal.aborted) late += 1;
        }
      })();
      await expect(timely(reading)).rejects.toBe(reason);
      expect(late).toBe(0);
    });

    it('gives nothing when it was aborted before it began', async () => {
      const reason = new ParleyError('client_gone');
      const reader = run(source(voiced(10)).frames, 0, AbortSignal.abort(reason));
      await expect(timely(Promise.resolve(reader.next()))).rejects.toBe(reason);
    });

    it('passes on what its source throws', async () => {
      const broken = new ParleyError('tts_failed');
      async function* breaking(): AsyncGenerator<Int16Array, void, undefined> {
        yield* voiced(10);
        throw broken;
      }
      const reading = all(engine.run(breaking(), { avatar, base: 0 }, context()));
      await expect(timely(reading)).rejects.toBe(broken);
    });

    it('refuses a frame of another length by name', async () => {
      const reading = pictures([...voiced(5), new Int16Array(FACE_FRAME_SAMPLES - 1)]);
      await expect(timely(reading)).rejects.toMatchObject({ name: 'ParleyError', code: 'face_failed' });
    });

    it('keeps two voices at once apart', async () => {
      const loud = voiced(40);
      const soft = voiced(40).reverse();
      const alone = [await pictures(loud, 1), await pictures(soft, 4)];
      const together = await Promise.all([pictures(loud, 1), pictures(soft, 4)]);
      expect(together.map((list) => list.map(alike))).toEqual(alone.map((list) => list.map(alike)));
    });
  });
}
