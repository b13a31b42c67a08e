/** Neck, shirt and jacket: everything below the head, which breathes as one piece. */
import { Path2D } from '@napi-rs/canvas';
import type { Clothes, Design } from './design.js';
import { paintNeck } from './neck.js';
import { curve, DESIGN_SIZE, glow, inside, line, mix, type Point, ramp, type Sheet, softly, tint } from './paint.js';

export function paintTorso(sheet: Sheet, design: Design): void {
  paintNeck(sheet, design);
  paintShirt(sheet, design);
  paintJacket(sheet, design);
}

function paintShirt(sheet: Sheet, { clothes, face }: Design): void {
  const { ink } = sheet;
  const { half, top, bottom } = clothes.neckline;
  const edge: Point[] = [
    [-half - 2, top + 12],
    [-half * 0.74, top + (bottom - top) * 0.5],
    [-half * 0.3, bottom - 5],
    [0, bottom],
    [half * 0.3, bottom - 5],
    [half * 0.74, top + (bottom - top) * 0.5],
    [half + 2, top + 12],
  ];
  const shape = curve(
    [...edge, [half + 6, top + 30], [half + 6, DESIGN_SIZE + 30], [-half - 6, DESIGN_SIZE + 30], [-half - 6, top + 30]],
    true,
  );
  ink.save();
  ink.translate(face.x, 0);
  softly(sheet, 4, () => {
    ink.fillStyle = tint('#5a2a1a', 0.34);
    ink.save();
    ink.translate(2, -4);
    ink.fill(shape);
    ink.restore();
  });
  ink.fillStyle = ramp(sheet, [-half, top], [half, DESIGN_SIZE], [clothes.shirt, clothes.shirt, clothes.shirtShade]);
  ink.fill(shape);
  inside(sheet, shape, () => paintShirtFolds(sheet, clothes));
  ink.strokeStyle = tint(mix(clothes.shirt, '#ffffff', 0.6), 0.9);
  ink.lineWidth = 1.6;
  ink.stroke(curve(edge.map(([x, y]) => [x, y + 1] as const)));
  ink.restore();
}

function paintShirtFolds(sheet: Sheet, { shirtShade, neckline: { half, top, bottom } }: Clothes): void {
  const folds: readonly (readonly Point[])[] = [
    [
      [-half * 0.5, top + 40],
      [-half * 0.3, bottom + 14],
      [-12, DESIGN_SIZE],
    ],
    [
      [half * 0.55, top + 44],
      [half * 0.34, bottom + 14],
      [20, DESIGN_SIZE],
    ],
    [
      [half * 0.1, bottom + 4],
      [half * 0.12, bottom + 30],
      [4, DESIGN_SIZE],
    ],
  ];
  for (const fold of folds) {
    softly(sheet, 3, () => {
      sheet.ink.strokeStyle = tint(shirtShade, 0.9);
      sheet.ink.lineWidth = 5;
      sheet.ink.stroke(curve(fold));
    });
  }
}

function paintJacket(sheet: Sheet, design: Design): void {
  for (const side of [-1, 1] as const) {
    sheet.ink.save();
    sheet.ink.translate(design.face.x, 0);
    sheet.ink.scale(side, 1);
    paintJacketHalf(sheet, design.clothes, side);
    sheet.ink.restore();
  }
}

/** One half, drawn as the right-hand one. The left-hand one (side -1) is mirrored and stands nearer the light. */
function paintJacketHalf(sheet: Sheet, clothes: Clothes, side: -1 | 1): void {
  const { lapel } = clothes;
  const lit = side < 0;
  const body = jacketShape(clothes);
  sheet.ink.fillStyle = ramp(
    sheet,
    [20, lapel.top],
    [225, DESIGN_SIZE],
    [
      mix(clothes.base, clothes.light, lit ? 0.35 : 0),
      mix(clothes.base, clothes.light, lit ? 0.62 : 0.1),
      clothes.base,
      clothes.dark,
    ],
  );
  sheet.ink.fill(body);
  inside(sheet, body, () => paintJacketFolds(sheet, clothes, lit));
  paintLapel(sheet, clothes, lit);
}

function jacketShape({ lapel, neckline, shoulder }: Clothes): Path2D {
  const inner: Point[] = [
    [neckline.half + 14, lapel.top + 8],
    [neckline.half + 4, lapel.top + 26],
    [neckline.half * 0.84, (lapel.top + lapel.bottom) / 2],
    [neckline.half * 0.42, DESIGN_SIZE - 6],
    [12, lapel.bottom + 40],
  ];
  const hem: Point[] = [
    [270, DESIGN_SIZE + 60],
    [60, DESIGN_SIZE + 60],
  ];
  return curve([...shoulder.slice(1), ...hem, ...inner.toReversed()], true);
}

function paintJacketFolds(sheet: Sheet, { light, dark, shoulder }: Clothes, lit: boolean): void {
  const y = shoulder[2]![1] + 14;
  glow(sheet, { x: 112, y, rx: 76, ry: 26, colour: light, opacity: lit ? 0.85 : 0.4, turn: 0.38 });
  glow(sheet, { x: 70, y: DESIGN_SIZE, rx: 60, ry: 90, colour: dark, opacity: 0.7, turn: 0.3 });
  const sleeve: Point[] = [
    [176, 452],
    [166, 486],
    [160, 520],
  ];
  line(sheet, sleeve, { colour: dark, opacity: 0.8, width: 7, blur: 5 });
  const beside = sleeve.map(([x, at]): Point => [x + 13, at + 2]);
  line(sheet, beside, { colour: light, opacity: 0.5, width: 7, blur: 5 });
}

function paintLapel(sheet: Sheet, clothes: Clothes, lit: boolean): void {
  const { ink } = sheet;
  const { lapel, neckline } = clothes;
  const half = neckline.half;
  const shape = new Path2D();
  shape.moveTo(half + 1, lapel.top - 6);
  shape.bezierCurveTo(half + 6, lapel.top - 4, half + 18, lapel.top + 6, half + 27, lapel.top + 20);
  shape.lineTo(half + 44, lapel.notch - 4);
  shape.lineTo(half + 34, lapel.notch + 5);
  shape.lineTo(half + 54, lapel.notch + 8);
  shape.bezierCurveTo(half + 48, lapel.notch + 46, half + 10, lapel.bottom - 6, 14, lapel.bottom + 50);
  shape.bezierCurveTo(half * 0.46, lapel.bottom - 8, half * 0.96, lapel.notch + 22, half + 1, lapel.notch - 14);
  shape.closePath();
  softly(sheet, 4, () => {
    ink.save();
    ink.translate(3, 5);
    ink.fillStyle = tint(clothes.dark, 0.75);
    ink.fill(shape);
    ink.restore();
  });
  ink.fillStyle = ramp(
    sheet,
    [half, lapel.top],
    [half + 40, lapel.bottom],
    [
      mix(clothes.base, clothes.light, lit ? 0.9 : 0.45),
      mix(clothes.base, clothes.light, lit ? 0.5 : 0.12),
      clothes.base,
    ],
  );
  ink.fill(shape);
  ink.strokeStyle = tint(mix(clothes.light, '#ffffff', 0.25), lit ? 0.55 : 0.3);
  ink.lineWidth = 0.9;
  ink.stroke(shape);
}
