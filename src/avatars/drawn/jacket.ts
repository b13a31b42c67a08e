/** A jacket, open, with lapels. */
import { Path2D } from '@napi-rs/canvas';
import type { Clothes, Design, Jacket } from './design.js';
import { curve, DESIGN_SIZE, glow, inside, line, mix, type Point, ramp, type Sheet, softly, tint } from './paint.js';

type Lapel = Jacket['lapel'];

export function paintJacket(sheet: Sheet, { face, clothes }: Design, { lapel }: Jacket): void {
  for (const side of [-1, 1] as const) {
    sheet.ink.save();
    sheet.ink.translate(face.x, 0);
    sheet.ink.scale(side, 1);
    paintHalf(sheet, clothes, lapel, side);
    sheet.ink.restore();
  }
}

/** One half, drawn as the right-hand one. The left-hand one (side -1) is mirrored and stands nearer the light. */
function paintHalf(sheet: Sheet, clothes: Clothes, lapel: Lapel, side: -1 | 1): void {
  const lit = side < 0;
  const body = jacketShape(clothes, lapel);
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
  inside(sheet, body, () => paintFolds(sheet, clothes, lit));
  paintLapel(sheet, clothes, lapel, lit);
}

function jacketShape({ neckline, shoulder }: Clothes, lapel: Lapel): Path2D {
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

function paintFolds(sheet: Sheet, { light, dark, shoulder }: Clothes, lit: boolean): void {
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

function paintLapel(sheet: Sheet, clothes: Clothes, lapel: Lapel, lit: boolean): void {
  const { ink } = sheet;
  const { half } = clothes.neckline;
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
