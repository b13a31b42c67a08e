import { mkdtemp, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Canvas, createCanvas } from '@napi-rs/canvas';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadCatalogue } from '../../src/avatars/catalogue.js';
import type { Design } from '../../src/avatars/drawn/design.js';
import { type Layers, paintLayers } from '../../src/avatars/drawn/layers.js';
import { lowerFacePainter, paintLowerFace, type Sprite } from '../../src/avatars/drawn/lower-face.js';
import { boxInPicture, paintPicture, paintScene } from '../../src/avatars/drawn/picture.js';
import { decodeJpeg, joinOf } from '../../src/avatars/drawn/place.js';
import { LOOP_PICTURES, poseAt } from '../../src/avatars/drawn/pose.js';
import { presenters } from '../../src/avatars/drawn/presenters.js';
import { type Extent, isRendered, renderAvatar } from '../../src/avatars/drawn/render.js';
import { bankMouths, namedMouths, REST } from '../../src/avatars/mouths.js';
import type { AvatarEntry } from '../../src/avatars/read-avatar.js';
import { decodePack } from '../../src/protocol/pack.js';

const signal = new AbortController().signal;
const onProgress = () => {};

/** The mean difference of two pictures, in levels. */
function difference(one: Uint8ClampedArray, other: Uint8ClampedArray): number {
  let sum = 0;
  for (let at = 0; at < one.length; at++) sum += Math.abs(one[at]! - other[at]!);
  return sum / one.length;
}

const pixelsOf = (canvas: Canvas) => canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data;

interface Drawn {
  readonly design: Design;
  readonly layers: Layers;
  readonly pixels: number;
}

/** The whole picture at this phase of the loop. */
function paint({ design, layers, pixels }: Drawn, phase: number, lowerFace: Sprite): Canvas {
  const canvas = createCanvas(pixels, pixels);
  const scene = paintScene(design, layers, pixels, poseAt(design.motion, phase));
  paintPicture(canvas, scene, design, lowerFace, { x: 0, y: 0, width: pixels, height: pixels });
  return canvas;
}

/** What of the hair is seen from the front. */
const hairOutline = ({ hair }: Design) =>
  hair.cut === 'short' ? hair.outer : hair.front.flatMap(({ from, to }) => [...from, ...to]);

describe.each(presenters)('the idle loop of $id as drawn', (design) => {
  it('has no seam and no jump: the last picture leads to the first like any other to its next', () => {
    const pixels = 64;
    const layers = paintLayers(design, pixels);
    const rest = paintLowerFace(design, pixels, REST);
    const pictures = Array.from({ length: LOOP_PICTURES }, (_, at) =>
      pixelsOf(paint({ design, layers, pixels }, at / LOOP_PICTURES, rest)),
    );
    const steps = pictures.map((picture, at) => difference(picture, pictures[(at + 1) % LOOP_PICTURES]!));
    expect(steps.at(-1)).toBeLessThanOrEqual(Math.max(...steps.slice(0, -1)));
    expect(Math.max(...steps)).toBeLessThan(3);
    expect(Math.min(...steps)).toBeGreaterThan(0);
  });

  it('is framed close: the head takes 55 to 70 % of the height, with air around the hair in every pose', () => {
    const pixels = 512;
    const { face } = design;
    const outline = hairOutline(design);
    const [xs, ys] = [outline.map(([x]) => x), outline.map(([, y]) => y)];
    const box = {
      left: Math.min(...xs),
      right: Math.max(...xs),
      top: Math.min(...ys),
      bottom: face.profile.at(-1)![0],
    };
    for (let at = 0; at < LOOP_PICTURES; at++) {
      const { left, top, right, bottom } = boxInPicture(design, poseAt(design.motion, at / LOOP_PICTURES), box, pixels);
      expect((bottom - top) / pixels).toBeGreaterThan(0.55);
      expect((bottom - top) / pixels).toBeLessThan(0.7);
      expect(Math.min(left, top, pixels - right)).toBeGreaterThan(pixels * 0.04);
    }
  });

  it('shows every named mouth differently at half size', () => {
    const pixels = 256;
    const layers = paintLayers(design, pixels);
    const lowerFace = lowerFacePainter(design, pixels);
    const drawn = namedMouths.map(([name, mouth]) => ({
      name,
      data: pixelsOf(paint({ design, layers, pixels }, 0, lowerFace(mouth))),
    }));
    for (const [at, one] of drawn.entries()) {
      for (const other of drawn.slice(at + 1)) {
        expect(difference(one.data, other.data), `${one.name} and ${other.name}`).toBeGreaterThan(0.03);
      }
    }
  });
});

const widest = bankMouths.find(({ open, wide }) => open === 1 && wide === 1)!;

describe.each(presenters)('$id, drawn and on disk', (design) => {
  const pressed = bankMouths.find(({ press }) => press === 1)!;
  const pursed = bankMouths.find(({ open, wide }) => open === 0.45 && wide === 0)!;
  const teeth = bankMouths.find(({ teeth }) => teeth === 1)!;
  const extent: Extent = { pixels: 512, pictures: 4, mouths: [REST, widest, pressed, pursed, teeth] };
  let folder: string;
  let entry: AvatarEntry;
  const file = (name: string) => join(folder, design.id, name);

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'parley-avatar-'));
    await renderAvatar(design, folder, { onProgress, signal, extent });
    entry = (await loadCatalogue(folder)).get(design.id)!;
  });
  afterAll(() => rm(folder, { recursive: true }));

  it('comes back from the catalogue as it was drawn', async () => {
    const { avatar, pack, info } = entry;
    expect(avatar).toMatchObject({ id: design.id, name: design.name, width: 512, height: 512, frames: 4 });
    expect(avatar.hash).toMatch(/^[0-9a-f]{64}$/);
    expect(avatar.bank!.mouths).toEqual(extent.mouths);
    expect(info.background).toBe(design.background.page);
    expect(Buffer.from(pack).equals(await readFile(file('pack.bin')))).toBe(true);
    expect((await loadCatalogue(folder)).list()).toHaveLength(1);
  });

  it('joins every patch to its base picture within 4 levels along the whole rim', async () => {
    const { pictures } = decodePack(entry.pack);
    for (const [base, picture] of pictures.entries()) {
      const decoded = await decodeJpeg(picture);
      const place = entry.avatar.bank!.place(base);
      for (let mouth = 1; mouth < extent.mouths.length; mouth++) {
        const patch = await decodeJpeg(entry.avatar.bank!.patch(base, mouth));
        expect(joinOf(decoded, patch, place), `base ${base}, mouth ${mouth}`).toBeLessThanOrEqual(4);
      }
    }
  });

  it('has patches that all differ from the base picture', async () => {
    const { pictures } = decodePack(entry.pack);
    const base = await decodeJpeg(pictures[0]!);
    const { x, y, width, height } = entry.avatar.bank!.place(0);
    for (let mouth = 1; mouth < extent.mouths.length; mouth++) {
      const patch = await decodeJpeg(entry.avatar.bank!.patch(0, mouth));
      let most = 0;
      for (let row = 0; row < height; row++) {
        for (let column = 0; column < width; column++) {
          const inBase = ((row + y) * base.width + column + x) * 4;
          most = Math.max(most, Math.abs(patch.data[(row * width + column) * 4]! - base.data[inBase]!));
        }
      }
      expect(most, `mouth ${mouth}`).toBeGreaterThan(30);
    }
  });

  it('draws a patch at its place as the whole picture has it there', () => {
    const layers = paintLayers(design, 256);
    const scene = paintScene(design, layers, 256, poseAt(design.motion, 0.3));
    const rest = paintLowerFace(design, 256, REST);
    const whole = paint({ design, layers, pixels: 256 }, 0.3, rest);
    const part = createCanvas(96, 80);
    paintPicture(part, scene, design, rest, { x: 80, y: 112, width: 96, height: 80 });
    const inWhole = whole.getContext('2d').getImageData(80, 112, 96, 80).data;
    const inPart = pixelsOf(part);
    // The layers are moved by fractions of a pixel; rounding may differ by one level.
    expect(inWhole.every((value, at) => Math.abs(value - inPart[at]!) <= 1)).toBe(true);
  });

  it('is known as drawn, until the extent, the design or a file changes', async () => {
    expect(await isRendered(design, folder, extent)).toBe(true);
    expect(await isRendered(design, folder, { ...extent, pictures: 5 })).toBe(false);
    expect(await isRendered({ ...design, nose: { ...design.nose, width: 40 } }, folder, extent)).toBe(false);
    expect(await isRendered(design, join(folder, 'nowhere'), extent)).toBe(false);
  });

  it('is refused when damaged, by file and with the way to mend it', async () => {
    const damages: [string, () => Promise<void>, RegExp][] = [
      ['pack.bin', () => truncate(file('pack.bin'), 5000), /pack\.bin: .*cut off/],
      ['pack.bin', () => writeFile(file('pack.bin'), 'PARLEYPK'), /pack\.bin: .*does not start like a pack/],
      ['pack.bin', () => writeFile(file('pack.bin'), changed(entry.pack, 8, 9)), /pack\.bin: version 9/],
      [
        'pack.bin',
        () => writeFile(file('pack.bin'), changed(entry.pack, entry.pack.length - 40, 1)),
        /mouths\.bin: .*another pack/,
      ],
      ['mouths.bin', () => truncate(file('mouths.bin'), 5000), /mouths\.bin: 5000 bytes/],
      ['mouths.bin', () => rm(file('mouths.bin')), /mouths\.bin: ENOENT/],
    ];
    for (const [name, damage, message] of damages) {
      const whole = await readFile(file(name));
      await damage();
      const failed = loadCatalogue(folder);
      await expect(failed).rejects.toMatchObject({ code: 'bad_pack' });
      await expect(failed).rejects.toThrow(message);
      await expect(failed).rejects.toThrow(`Delete the folder ${join(folder, design.id)} and start again`);
      expect(await isRendered(design, folder, extent)).toBe(false);
      await writeFile(file(name), whole);
    }
    expect((await loadCatalogue(folder)).list()).toHaveLength(1);
  });
});

describe('drawing', () => {
  const [design] = presenters;

  it('stops when told to, and leaves no file behind', async () => {
    const stop = new AbortController();
    const told: number[] = [];
    const progress = (done: number) => {
      told.push(done);
      stop.abort(new Error('enough'));
    };
    const other = await mkdtemp(join(tmpdir(), 'parley-stopped-'));
    const small: Extent = { pixels: 96, pictures: 3, mouths: [REST, widest] };
    await expect(
      renderAvatar(design!, other, { onProgress: progress, signal: stop.signal, extent: small }),
    ).rejects.toThrow('enough');
    expect(told).toEqual([1]);
    expect(await readdir(other)).toEqual([]);
    await rm(other, { recursive: true });
  });

  it('paints a lower face the same whether its jaw was painted for another mouth before or not', () => {
    for (const presenter of presenters) {
      const lowerFace = lowerFacePainter(presenter, 96);
      const pursed = { ...widest, wide: 0 };
      lowerFace(widest);
      expect(pixelsOf(lowerFace(pursed).canvas)).toEqual(pixelsOf(paintLowerFace(presenter, 96, pursed).canvas));
    }
  });

  it('leaves a catalogue empty where there is no folder', async () => {
    expect((await loadCatalogue(join(tmpdir(), 'parley-nowhere'))).list()).toEqual([]);
  });
});

function changed(bytes: Uint8Array, at: number, by: number): Uint8Array {
  const copy = Uint8Array.from(bytes);
  copy[at] = at === 8 ? by : copy[at]! ^ by;
  return copy;
}
