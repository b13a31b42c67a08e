/** The two leaves of an open shirt collar, each with the shadow that it throws. */
import { Path2D } from '@napi-rs/canvas';
import type { Clothes } from './design.js';
import { glow, inside, line, mix, type Point, ramp, type Sheet, softly, tint } from './paint.js';

/** Around the vertical axis of the neck. */
export function paintCollar(sheet: Sheet, clothes: Clothes): void {
  for (const side of [-1, 1] as const) {
    sheet.ink.save();
    sheet.ink.scale(side, 1);
    paintLeaf(sheet, clothes, side < 0);
    sheet.ink.restore();
  }
}

/** Drawn as the right-hand one. It stands up beside the neck, folds over, and ends in a point. */
function paintLeaf(sheet: Sheet, { shirt, shirtShade, dark, neckline }: Clothes, lit: boolean): void {
  const { ink } = sheet;
  const leaf = leafShape(neckline);
  softly(sheet, 4, () => {
    ink.save();
    ink.translate(3, 6);
    ink.fillStyle = tint(dark, 0.7);
    ink.fill(leaf);
    ink.restore();
  });
  const { half, top, bottom } = neckline;
  const far = mix(shirt, shirtShade, lit ? 0.25 : 0.6);
  ink.fillStyle = ramp(
    sheet,
    [half + 18, top],
    [half * 0.3, bottom],
    [far, mix(shirt, shirtShade, lit ? 0 : 0.25), far],
  );
  ink.fill(leaf);
  inside(sheet, leaf, () => {
    glow(sheet, { x: half + 4, y: top - 6, rx: 16, ry: 26, colour: shirtShade, opacity: 0.8 });
    const seam: Point[] = [
      [half + 15, top + 16],
      [half - 6, bottom + 4],
      [7, bottom - 5],
    ];
    line(sheet, seam, { colour: shirtShade, opacity: 0.35, width: 0.9, blur: 0.4 });
  });
  ink.strokeStyle = tint(mix(shirt, '#ffffff', 0.6), lit ? 0.5 : 0.25);
  ink.lineWidth = 0.8;
  ink.stroke(leaf);
}

function leafShape({ half, top, bottom }: Clothes['neckline']): Path2D {
  const shape = new Path2D();
  shape.moveTo(half - 1, top - 16);
  shape.bezierCurveTo(half + 7, top - 14, half + 14, top - 5, half + 17, top + 8);
  shape.bezierCurveTo(half + 15, top + 24, half + 2, bottom - 6, half - 7, bottom + 11);
  shape.bezierCurveTo(half * 0.6, bottom + 6, half * 0.3, bottom + 3, 3, bottom);
  shape.bezierCurveTo(half * 0.4, bottom - 16, half * 0.8, top + 22, half - 1, top - 16);
  shape.closePath();
  return shape;
}
