/** The lower face with each mouth: it is laid over the head of every picture, the one at rest included. */
import { type Canvas, createCanvas } from '@napi-rs/canvas';
import type { Mouth } from '../../engines/contract.js';
import { paintBeard } from './beard.js';
import type { Design } from './design.js';
import { paintMouth } from './mouth.js';
import { jawOf } from './mouth-shape.js';
import { neckShape } from './neck.js';
import { DESIGN_SIZE, FINER, lerp, newSheet, type Sheet, softly, tint } from './paint.js';
import { faceShape, type Jaw, paintFace } from './skin.js';

/** A part of a layer, and where its upper left corner lies, in design units. */
export interface Sprite {
  readonly canvas: Canvas;
  readonly x: number;
  readonly y: number;
  readonly scale: number;
}

/**
 * Paints lower faces. Many mouths share the position of their jaw, and skin and beard know nothing else of the mouth:
 * 64 mouths have 12 jaws, which are painted once each.
 */
export function lowerFacePainter(design: Design, pixels: number): (mouth: Mouth) => Sprite {
  const jaws = new Map<string, { skin: Sprite; shadow: Sprite }>();
  const jawFor = (jaw: Jaw) => {
    const name = `${jaw.drop} ${jaw.narrow}`;
    const painted = jaws.get(name) ?? {
      skin: paintJaw(design, pixels, jaw),
      shadow: paintShadow(design, pixels, jaw),
    };
    jaws.set(name, painted);
    return painted;
  };
  const sheet = sheetFor(design, pixels);
  return (mouth) => {
    const { skin, shadow } = jawFor(jawOf(mouth));
    sheet.ink.clearRect(0, 0, DESIGN_SIZE, DESIGN_SIZE);
    lay(sheet, skin);
    paintMouth(sheet, design, mouth);
    return cut(sheet, design, shadow);
  };
}

export const paintLowerFace = (design: Design, pixels: number, mouth: Mouth): Sprite =>
  lowerFacePainter(design, pixels)(mouth);

function paintJaw(design: Design, pixels: number, jaw: Jaw): Sprite {
  const sheet = sheetFor(design, pixels);
  paintFace(sheet, design, jaw);
  paintBeard(sheet, design, jaw);
  fadeIn(sheet, design);
  return cut(sheet, design);
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

/** What the chin throws on the neck. */
function paintShadow(design: Design, pixels: number, jaw: Jaw): Sprite {
  const sheet = sheetFor(design, pixels);
  const { ink } = sheet;
  ink.save();
  ink.clip(neckShape(design));
  softly(sheet, 2, () => {
    ink.translate(1, 3);
    ink.fillStyle = tint(design.skin.deep, 0.4);
    ink.fill(faceShape(design, jaw));
  });
  ink.restore();
  return cut(sheet, design);
}

/** Puts a sprite back where it was cut from, pixel on pixel. */
function lay({ ink }: Sheet, { canvas, x, y, scale }: Sprite): void {
  ink.save();
  ink.setTransform(1, 0, 0, 1, 0, 0);
  ink.drawImage(canvas, x * scale, y * scale);
  ink.restore();
}

/** What of the drawing belongs to a lower face. */
function extentOf({ face, nose }: Design): { x: number; y: number; right: number; bottom: number } {
  const half = Math.max(...face.profile.map(([, width]) => width)) + 4;
  const [x, y] = [Math.floor(face.x - half), Math.floor(nose.tip - 2)];
  return { x, y, right: x + half * 2, bottom: face.profile.at(-1)![0] + 56 };
}

function sheetFor(design: Design, pixels: number): Sheet {
  const { right, bottom } = extentOf(design);
  return newSheet(pixels * FINER, [right, bottom]);
}

/** The part of the sheet that a lower face is, with what lies under it. */
function cut(sheet: Sheet, design: Design, under?: Sprite): Sprite {
  const { x, y, right, bottom } = extentOf(design);
  const { scale } = sheet;
  const canvas = createCanvas(Math.ceil((right - x) * scale), Math.ceil((bottom - y) * scale));
  const ink = canvas.getContext('2d');
  if (under !== undefined) ink.drawImage(under.canvas, 0, 0);
  ink.drawImage(sheet.canvas, -x * scale, -y * scale);
  return { canvas, x, y, scale };
}
