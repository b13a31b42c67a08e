/**
 * What does not change from picture to picture, painted once. Layers have twice the resolution of the picture: they
 * are moved by fractions of a pixel, and would shimmer if they had the same one.
 */
import type { Canvas } from '@napi-rs/canvas';
import { createCanvas } from '@napi-rs/canvas';
import type { Mouth } from '../../engines/contract.js';
import { paintBackground } from './background.js';
import type { Design } from './design.js';
import { paintEars } from './ear.js';
import { paintLocks, paintParting, paintRim } from './hair.js';
import { paintMouth } from './mouth.js';
import { jawOf } from './mouth-shape.js';
import { neckShape } from './neck.js';
import { paintNose } from './nose.js';
import { DESIGN_SIZE, lerp, newSheet, type Sheet, softly, tint } from './paint.js';
import { faceShape, JAW_SHUT, type Jaw, paintFace } from './skin.js';
import { paintTorso } from './torso.js';

const FINER = 2;

export interface Layers {
  readonly background: Canvas;
  readonly hairBack: Canvas;
  readonly torso: Canvas;
  readonly head: Canvas;
  readonly nose: Canvas;
  readonly hairFront: Canvas;
}

export function paintLayers(design: Design, pixels: number): Layers {
  const layer = (paint: (sheet: Sheet) => void): Canvas => {
    const sheet = newSheet(pixels * FINER);
    paint(sheet);
    return sheet.canvas;
  };
  return {
    background: layer((sheet) => paintBackground(sheet, design)),
    hairBack: layer((sheet) => paintLocks(sheet, design.hair, design.hair.back, 11)),
    torso: layer((sheet) => paintTorso(sheet, design)),
    head: layer((sheet) => {
      paintEars(sheet, design);
      paintFace(sheet, design, JAW_SHUT);
    }),
    nose: layer((sheet) => paintNose(sheet, design)),
    hairFront: layer((sheet) => {
      paintLocks(sheet, design.hair, design.hair.front, 23);
      paintParting(sheet, design.hair);
      paintRim(sheet, design.hair);
    }),
  };
}

/** A part of a layer, and where its upper left corner lies, in design units. */
export interface Sprite {
  readonly canvas: Canvas;
  readonly x: number;
  readonly y: number;
  readonly scale: number;
}

/** The lower face with this mouth: it is laid over the head of every picture, the one at rest included. */
export function paintLowerFace(design: Design, pixels: number, mouth: Mouth): Sprite {
  const jaw = jawOf(mouth);
  const sheet = newSheet(pixels * FINER);
  paintFace(sheet, design, jaw);
  fadeIn(sheet, design);
  paintMouth(sheet, design, mouth);
  const under = newSheet(pixels * FINER);
  paintChinShadow(under, design, jaw);
  under.ink.setTransform(1, 0, 0, 1, 0, 0);
  under.ink.drawImage(sheet.canvas, 0, 0);
  return cut(under, design);
}

/** The skin above the mouth fades out, so that nothing but the jaw covers what the head layer shows already. */
function fadeIn(sheet: Sheet, { nose, mouth }: Design): void {
  const { ink } = sheet;
  const fade = ink.createLinearGradient(0, lerp(nose.tip, mouth.y, 0.2), 0, lerp(nose.tip, mouth.y, 0.6));
  fade.addColorStop(0, 'rgba(0, 0, 0, 0)');
  fade.addColorStop(1, 'rgba(0, 0, 0, 1)');
  ink.globalCompositeOperation = 'destination-in';
  ink.fillStyle = fade;
  ink.fillRect(0, 0, DESIGN_SIZE, DESIGN_SIZE);
  ink.globalCompositeOperation = 'source-over';
}

function paintChinShadow(sheet: Sheet, design: Design, jaw: Jaw): void {
  const { ink } = sheet;
  ink.save();
  ink.clip(neckShape(design));
  softly(sheet, 2, () => {
    ink.translate(1, 3);
    ink.fillStyle = tint(design.skin.deep, 0.4);
    ink.fill(faceShape(design, jaw));
  });
  ink.restore();
}

function cut(sheet: Sheet, { face, nose }: Design): Sprite {
  const half = Math.max(...face.profile.map(([, width]) => width)) + 4;
  const chin = face.profile.at(-1)![0];
  const [x, y] = [Math.floor(face.x - half), Math.floor(nose.tip - 2)];
  const { scale } = sheet;
  const [width, height] = [Math.ceil(half * 2 * scale), Math.ceil((chin + 56 - y) * scale)];
  const canvas = createCanvas(width, height);
  canvas.getContext('2d').drawImage(sheet.canvas, -x * scale, -y * scale);
  return { canvas, x, y, scale };
}

/** A box in design units. */
export interface Box {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

/** The tails of blurred shadows reach far, but change nothing by more than this many levels. */
const VISIBLE = 1;

/** The part of the sprites in which any of them differs from the first. */
export function changingBox(sprites: readonly Sprite[]): Box {
  const [first, ...others] = sprites;
  const { canvas, x, y, scale } = first!;
  const { width, height } = canvas;
  const changed = new Uint8Array(width * height);
  const rest = first!.canvas.data();
  for (const other of others) {
    const data = other.canvas.data();
    for (let at = 0; at < data.length; at++) if (Math.abs(data[at]! - rest[at]!) > VISIBLE) changed[at >> 2] = 1;
  }
  const columns: number[] = [];
  const rows: number[] = [];
  changed.forEach((is, at) => {
    if (is === 0) return;
    columns.push(at % width);
    rows.push(Math.floor(at / width));
  });
  const low = (all: readonly number[]): number => all.reduce((least, one) => Math.min(least, one), Infinity);
  const high = (all: readonly number[]): number => all.reduce((most, one) => Math.max(most, one), -Infinity);
  return {
    left: x + low(columns) / scale,
    top: y + low(rows) / scale,
    right: x + (high(columns) + 1) / scale,
    bottom: y + (high(rows) + 1) / scale,
  };
}
