import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createCanvas, loadImage, type SKRSContext2D } from '@napi-rs/canvas';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadCatalogue } from '../../src/avatars/catalogue.js';
import { presenters } from '../../src/avatars/drawn/presenters.js';
import { renderAvatar } from '../../src/avatars/drawn/render.js';
import { namedMouths, REST } from '../../src/avatars/mouths.js';
import type { AvatarEntry } from '../../src/avatars/read-avatar.js';
import { wholePictures } from '../../src/avatars/whole-picture.js';
import type { Picture, Place } from '../../src/engines/contract.js';
import { decodePack } from '../../src/protocol/pack.js';

const PIXELS = 256;
const MOUTHS = [REST, ...namedMouths.slice(1, 6).map(([, mouth]) => mouth)];

let folder: string;
let entry: AvatarEntry;
let bases: readonly Uint8Array[];
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'parley-whole-'));
  const extent = { pixels: PIXELS, pictures: 3, mouths: MOUTHS };
  await renderAvatar(presenters[0]!, folder, { extent, onProgress: () => {}, signal: new AbortController().signal });
  entry = (await loadCatalogue(folder)).list()[0]!;
  bases = decodePack(entry.pack).pictures;
});
afterAll(async () => await rm(folder, { recursive: true, force: true }));

/** The pictures, and the log as far as it complains. */
function open(from: readonly Uint8Array[] = bases) {
  const complaints: string[] = [];
  const log = pino({ level: 'error' }, { write: (line: string) => void complaints.push(line) });
  return { pictures: wholePictures(from, log), complaints };
}

const patchOf = (base: number, mouth: number): NonNullable<Picture['patch']> => {
  const { bank } = entry.avatar;
  return { place: bank!.place(base), jpeg: bank!.patch(base, mouth) };
};

async function draw(...layers: readonly (readonly [jpeg: Uint8Array, x: number, y: number])[]): Promise<SKRSContext2D> {
  const ink = createCanvas(PIXELS, PIXELS).getContext('2d');
  for (const [jpeg, x, y] of layers) ink.drawImage(await loadImage(jpeg), x, y);
  return ink;
}

/** How far two pictures are from one another in a part of them: at most, and in the mean. */
function difference(one: SKRSContext2D, other: SKRSContext2D, part: Place = whole): { most: number; mean: number } {
  const [a, b] = [one, other].map((ink) => ink.getImageData(part.x, part.y, part.width, part.height).data);
  const steps = Array.from(a!, (value, at) => Math.abs(value - b![at]!));
  const [most, sum] = steps.reduce<readonly [number, number]>(
    ([highest, all], step) => [Math.max(highest, step), all + step],
    [0, 0],
  );
  return { most, mean: sum / steps.length };
}

const inner = ({ x, y, width, height }: Place): Place => ({ x: x + 2, y: y + 2, width: width - 4, height: height - 4 });
const whole: Place = { x: 0, y: 0, width: PIXELS, height: PIXELS };

describe('a whole picture', () => {
  it('shows pixel for pixel what a client composes, but for the colours of 2 pixels along the join', async () => {
    const { pictures, complaints } = open();
    for (const base of [0, 1, 2]) {
      for (let mouth = 1; mouth < MOUTHS.length; mouth++) {
        const { place, jpeg } = patchOf(base, mouth);
        const seen = await draw([pictures.composed(base, { place, jpeg }), 0, 0]);
        const wanted = await draw([bases[base]!, 0, 0], [jpeg, place.x, place.y]);
        expect(difference(seen, wanted, inner(place)).most).toBe(0);
        expect(difference(seen, wanted).most).toBeLessThanOrEqual(6);
        expect(difference(seen, wanted).mean).toBeLessThan(0.01);
        expect(difference(seen, await draw([bases[base]!, 0, 0]), place).mean).toBeGreaterThan(0.2);
      }
    }
    expect(complaints).toEqual([]);
  });

  it('is the pack’s own bytes where there is no patch', () => {
    expect(open().pictures.base(1)).toBe(bases[1]);
    expect(open().pictures.frames).toBe(3);
  });

  it('takes a patch of another quality than its base picture', async () => {
    const { pictures, complaints } = open();
    const { place, jpeg } = patchOf(0, 2);
    const patch = await draw([jpeg, 0, 0]);
    const canvas = createCanvas(place.width, place.height);
    canvas.getContext('2d').drawImage(patch.canvas, 0, 0);
    const finer = canvas.encodeSync('jpeg', 95);
    const seen = await draw([pictures.composed(0, { place, jpeg: finer }), 0, 0]);
    const wanted = await draw([bases[0]!, 0, 0], [jpeg, place.x, place.y]);
    expect(difference(seen, wanted, place).mean).toBeLessThan(1.5);
    expect(complaints).toEqual([]);
  });

  it.each([
    ['off the grid', (): Parameters<typeof patchAs> => [{ x: 8 }]],
    ['over the rim', (): Parameters<typeof patchAs> => [{ x: PIXELS - 16 }]],
    ['cut off in the middle', (): Parameters<typeof patchAs> => [{}, (jpeg) => jpeg.subarray(0, jpeg.length >> 1)]],
    ['no JPEG', (): Parameters<typeof patchAs> => [{}, () => new Uint8Array([1, 2, 3])]],
    ['grey', (): Parameters<typeof patchAs> => [{}, inGrey]],
  ])('is the base picture when the patch is %s, and the log says so once', (_what, how) => {
    const { pictures, complaints } = open();
    for (const _time of [1, 2]) expect(pictures.composed(0, patchAs(...how()))).toBe(bases[0]);
    expect(complaints.length).toBe(1);
    expect(complaints[0]).toContain('bad_pack');
  });

  it('is there sooner when the base pictures were opened beforehand, in turns of the loop', async () => {
    const read: number[] = [];
    const noted = new Proxy([...bases], {
      get(target, name) {
        if (typeof name === 'string' && /^\d+$/.test(name)) read.push(Number(name));
        return Reflect.get(target, name);
      },
    });
    const { pictures, complaints } = open(noted);
    const prepared = pictures.prepare(new AbortController().signal);
    expect(read).toEqual([]);
    await prepared;
    expect(read).toEqual([0, 1, 2]);
    const picture = pictures.composed(1, patchOf(1, 2));
    expect(read).toEqual([0, 1, 2]);
    expect(picture).toEqual(open().pictures.composed(1, patchOf(1, 2)));
    expect(complaints).toEqual([]);
  });

  it('is not prepared for a caller who has gone, and a broken base picture is told of when it is needed', async () => {
    const { pictures, complaints } = open([new Uint8Array([1, 2, 3]), ...bases.slice(1)]);
    await pictures.prepare(AbortSignal.abort());
    await pictures.prepare(new AbortController().signal);
    expect(complaints).toEqual([]);
    pictures.composed(0, patchOf(0, 1));
    expect(complaints.length).toBe(1);
  });
});

function patchAs(move: Partial<Place>, change: (jpeg: Uint8Array) => Uint8Array = (jpeg) => jpeg) {
  const { place, jpeg } = patchOf(0, 1);
  return { place: { ...place, ...move }, jpeg: change(jpeg) };
}

/** The patch's frame header, telling of one component: what a grey picture has. */
function inGrey(jpeg: Uint8Array): Uint8Array {
  const changed = jpeg.slice();
  const frame = changed.findIndex((byte, at) => byte === 0xff && changed[at + 1] === 0xc0);
  changed[frame + 9] = 1;
  return changed;
}
