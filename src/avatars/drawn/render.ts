/** Draws a presenter's idle loop and mouth bank and writes them as the two files that a catalogue reads. */
import { createHash } from 'node:crypto';
import { access, constants, mkdir, open, readFile, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { setImmediate as breathe } from 'node:timers/promises';
import { type Canvas, createCanvas } from '@napi-rs/canvas';
import type { Mouth, Place } from '../../engines/contract.js';
import { ParleyError } from '../../errors.js';
import { encodePack } from '../../protocol/pack.js';
import { decodeBankInfo, encodeBank } from '../bank.js';
import { bankMouths } from '../mouths.js';
import { changingBox } from './changes.js';
import type { Design } from './design.js';
import { drawingKey } from './key.js';
import { paintLayers } from './layers.js';
import { lowerFacePainter, type Sprite } from './lower-face.js';
import { boxInPicture, paintPicture, paintScene } from './picture.js';
import { choosePlace, decodeJpeg, joinOf } from './place.js';
import { LOOP_PICTURES, poseAt } from './pose.js';

/** At 76 a base picture takes 21 KB and a patch 3.3; at 84 both are a quarter larger, below 75 the skin shows steps. */
const JPEG_QUALITY = 76;

/** Tests draw small; everyone else takes it as it is. */
export interface Extent {
  readonly pixels: number;
  readonly pictures: number;
  readonly mouths: readonly Mouth[];
}

export const FULL_EXTENT: Extent = { pixels: 512, pictures: LOOP_PICTURES, mouths: bankMouths };

export interface RenderOptions {
  readonly onProgress: (done: number, total: number) => void;
  readonly signal: AbortSignal;
  readonly extent?: Extent;
}

interface Drawing {
  readonly pictures: Uint8Array[];
  readonly places: Place[];
  /** For each base picture one patch for each mouth but the first. */
  readonly patches: Uint8Array[][];
}

export async function renderAvatar(design: Design, folder: string, options: RenderOptions): Promise<void> {
  const extent = options.extent ?? FULL_EXTENT;
  // First of all: a folder that cannot be written to should not cost half a minute of drawing.
  await mkdir(folder, { recursive: true });
  await access(folder, constants.W_OK);
  const { pictures, places, patches } = await draw(design, { ...options, extent });
  const { id, name, credit, background } = design;
  const size = { width: extent.pixels, height: extent.pixels };
  const pack = encodePack({ id, name, credit, fps: 25, ...size, background: background.page }, pictures);
  const bank = encodeBank(
    {
      id,
      pack: sha256(pack),
      drawing: drawingKey([design, extent]),
      mouths: [...extent.mouths],
      places: places.map(({ x, y, width, height }) => [x, y, width, height]),
    },
    patches,
  );
  options.signal.throwIfAborted();
  const home = join(folder, id);
  await mkdir(home, { recursive: true });
  await writeWhole(join(home, 'pack.bin'), [pack]);
  await writeWhole(join(home, 'mouths.bin'), bank);
}

/** True if both files are there, whole, belong together and were drawn from this design by this code. */
export async function isRendered(design: Design, folder: string, extent: Extent = FULL_EXTENT): Promise<boolean> {
  const home = join(folder, design.id);
  try {
    const bankFile = join(home, 'mouths.bin');
    const { info, total } = decodeBankInfo(await head(bankFile));
    if (info.drawing !== drawingKey([design, extent]) || total !== (await stat(bankFile)).size) return false;
    return info.pack === sha256(await readFile(join(home, 'pack.bin')));
  } catch (error) {
    // Whatever is missing or damaged is drawn again; a file that may not be read is for the writer to report.
    if (error instanceof ParleyError || (error instanceof Error && 'code' in error)) return false;
    throw error;
  }
}

async function draw(design: Design, { extent, signal, onProgress }: Required<RenderOptions>): Promise<Drawing> {
  const { pixels, pictures: count, mouths } = extent;
  const layers = paintLayers(design, pixels);
  const lowerFaces = await paintLowerFaces(design, extent, signal);
  const box = changingBox(lowerFaces);
  // One mouth of each opening stands for all when a join is measured: what the rim sees of a mouth is its jaw.
  const probes = lowerFaces.filter((_, at) => mouths.findIndex(({ open }) => open === mouths[at]!.open) === at);
  const drawing: Drawing = { pictures: [], places: [], patches: [] };
  const whole = createCanvas(pixels, pixels);
  const sizes = new Map<string, Canvas>();
  for (let index = 0; index < count; index++) {
    await pause(signal);
    const scene = paintScene(design, layers, pixels, poseAt(design.motion, index / count));
    paintPicture(whole, scene, design, lowerFaces[0]!, { x: 0, y: 0, width: pixels, height: pixels });
    drawing.pictures.push(jpeg(whole));
    const base = await decodeJpeg(drawing.pictures[index]!);
    const patchAt = (place: Place, lowerFace: Sprite): Uint8Array => {
      const target = canvasOf(sizes, place);
      paintPicture(target, scene, design, lowerFace, place);
      return jpeg(target);
    };
    const place = await choosePlace(boxInPicture(design, scene.pose, box, pixels), pixels, async (candidate) => {
      const joins = probes.map(async (lowerFace) =>
        joinOf(base, await decodeJpeg(patchAt(candidate, lowerFace)), candidate),
      );
      return Math.max(...(await Promise.all(joins)));
    });
    drawing.places.push(place);
    drawing.patches.push(lowerFaces.slice(1).map((lowerFace) => patchAt(place, lowerFace)));
    onProgress(index + 1, count);
  }
  return drawing;
}

async function paintLowerFaces(design: Design, { pixels, mouths }: Extent, signal: AbortSignal): Promise<Sprite[]> {
  const paint = lowerFacePainter(design, pixels);
  const sprites: Sprite[] = [];
  for (const mouth of mouths) {
    await pause(signal);
    sprites.push(paint(mouth));
  }
  return sprites;
}

/** Lets a signal come in between two pieces of work. */
async function pause(signal: AbortSignal): Promise<void> {
  await breathe();
  signal.throwIfAborted();
}

const jpeg = (canvas: Canvas): Uint8Array => canvas.encodeSync('jpeg', JPEG_QUALITY);

/** The mouth's rectangle has one of a few sizes as the head moves over the grid. */
function canvasOf(sizes: Map<string, Canvas>, { width, height }: Place): Canvas {
  const name = `${width}x${height}`;
  const canvas = sizes.get(name) ?? createCanvas(width, height);
  sizes.set(name, canvas);
  return canvas;
}

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

/** Enough of the file's start for the description of a bank. */
async function head(file: string): Promise<Uint8Array> {
  const handle = await open(file);
  try {
    const bytes = new Uint8Array(Math.min((await handle.stat()).size, 1024 * 1024 + 64));
    const { bytesRead } = await handle.read(bytes, 0, bytes.byteLength, 0);
    return bytes.subarray(0, bytesRead);
  } finally {
    await handle.close();
  }
}

/** A reader sees the old file or the new one, never a part of it. */
async function writeWhole(file: string, parts: readonly Uint8Array[]): Promise<void> {
  const draft = `${file}.${process.pid}.tmp`;
  try {
    const handle = await open(draft, 'w');
    try {
      await handle.writev([...parts]);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(draft, file);
  } catch (error) {
    await rm(draft, { force: true });
    throw error;
  }
}
