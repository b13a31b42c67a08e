/** A preview of a drawn presenter for people: some pictures of the idle loop, and the mouth of every sound. */
import { writeFile } from 'node:fs/promises';
import { type Canvas, createCanvas, type SKRSContext2D } from '@napi-rs/canvas';
import type { Design } from './drawn/design.js';
import { type Layers, paintLayers } from './drawn/layers.js';
import { lowerFacePainter, type Sprite } from './drawn/lower-face.js';
import { paintPicture, paintScene } from './drawn/picture.js';
import { poseAt } from './drawn/pose.js';
import { namedMouths, REST } from './mouths.js';

const PIXELS = 512;
const COLUMNS = 5;
const CELL = 184;
const LABEL = 22;

export async function writeSheet(design: Design, file: string): Promise<void> {
  const rows = Math.ceil(namedMouths.length / COLUMNS);
  const sheet = createCanvas(COLUMNS * CELL, CELL + rows * (CELL * 0.75 + LABEL));
  const ink = sheet.getContext('2d');
  ink.fillStyle = '#ffffff';
  ink.fillRect(0, 0, sheet.width, sheet.height);
  const layers = paintLayers(design, PIXELS);
  const lowerFace = lowerFacePainter(design, PIXELS);
  momentsOf(design).forEach((phase, column) => {
    ink.drawImage(whole(design, layers, lowerFace(REST), phase), column * CELL, 0, CELL - 4, CELL - 4);
  });
  namedMouths.forEach(([name, mouth], index) => {
    const x = (index % COLUMNS) * CELL;
    const y = CELL + Math.floor(index / COLUMNS) * (CELL * 0.75 + LABEL);
    paintMouthCell(ink, whole(design, layers, lowerFace(mouth), 0), design, { x, y, name });
  });
  await writeFile(file, await sheet.encode('png'));
}

/** The first one, before a blink and while the lids close, and a later one. */
function momentsOf({ motion }: Design): number[] {
  const blink = motion.blinks[0]!.at;
  return [0, blink - 0.035, blink + 0.006, blink + 0.017, 0.7];
}

function whole(design: Design, layers: Layers, lowerFace: Sprite, phase: number): Canvas {
  const canvas = createCanvas(PIXELS, PIXELS);
  const scene = paintScene(design, layers, PIXELS, poseAt(design.motion, phase));
  paintPicture(canvas, scene, design, lowerFace, {
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
