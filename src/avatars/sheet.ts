/** A preview of a drawn presenter for people: some pictures of the idle loop, and the mouth of every sound. */
import { writeFile } from 'node:fs/promises';
import { type Canvas, createCanvas, type SKRSContext2D } from '@napi-rs/canvas';
import type { Mouth } from '../engines/contract.js';
import type { Design } from './drawn/design.js';
import { type Layers, paintLayers, paintLowerFace } from './drawn/layers.js';
import { paintPicture, paintScene } from './drawn/picture.js';
import { poseAt } from './drawn/pose.js';
import { namedMouths, REST } from './mouths.js';

const PIXELS = 512;
const COLUMNS = 5;
const CELL = 184;
const LABEL = 22;
/** Moments of the loop: the first one, both ends of the sway, eyes half and wholly shut. */
const PHASES = [0, 0.12, 0.161, 0.172, 0.7] as const;

export async function writeSheet(design: Design, file: string): Promise<void> {
  const rows = Math.ceil(namedMouths.length / COLUMNS);
  const sheet = createCanvas(COLUMNS * CELL, CELL + rows * (CELL * 0.75 + LABEL));
  const ink = sheet.getContext('2d');
  ink.fillStyle = '#ffffff';
  ink.fillRect(0, 0, sheet.width, sheet.height);
  const layers = paintLayers(design, PIXELS);
  PHASES.forEach((phase, column) => {
    ink.drawImage(whole(design, layers, REST, phase), column * CELL, 0, CELL - 4, CELL - 4);
  });
  namedMouths.forEach(([name, mouth], index) => {
    const x = (index % COLUMNS) * CELL;
    const y = CELL + Math.floor(index / COLUMNS) * (CELL * 0.75 + LABEL);
    paintMouthCell(ink, whole(design, layers, mouth, 0), design, { x, y, name });
  });
  await writeFile(file, await sheet.encode('png'));
}

function whole(design: Design, layers: Layers, mouth: Mouth, phase: number): Canvas {
  const canvas = createCanvas(PIXELS, PIXELS);
  const scene = paintScene(design, layers, PIXELS, poseAt(phase));
  paintPicture(canvas, scene, design, paintLowerFace(design, PIXELS, mouth), {
    x: 0,
    y: 0,
    width: PIXELS,
    height: PIXELS,
  });
  return canvas;
}

/** The part of the face around the mouth, four wide by three high, with the name of its sounds below. */
function paintMouthCell(
  ink: SKRSContext2D,
  picture: Canvas,
  { face, mouth, frame }: Design,
  { x, y, name }: { x: number; y: number; name: string },
): void {
  const [width, height] = [176, 132];
  const scale = PIXELS / frame.side;
  const [fromX, fromY] = [(face.x - frame.left) * scale - width / 2, (mouth.y - frame.top) * scale - height * 0.42];
  ink.drawImage(picture, fromX, fromY, width, height, x, y, CELL - 4, CELL * 0.75 - 4);
  ink.fillStyle = '#333333';
  ink.font = '14px sans-serif';
  ink.fillText(name, x + 6, y + CELL * 0.75 + 12);
}
