/** The ears, as far as the hair leaves them free. */
import type { Design, Skin } from './design.js';
import { curve, glow, inside, line, mix, type Point, ramp, type Sheet } from './paint.js';

/** An ear of 60 units, its front edge at x = 0, its middle at y = 0. */
const OUTLINE: readonly Point[] = [
  [0, -22],
  [8, -31],
  [17, -29],
  [20, -16],
  [16, 2],
  [12, 18],
  [7, 28],
  [0, 30],
  [-4, 18],
];
const RIM: readonly Point[] = [
  [4, -20],
  [12, -24],
  [15, -14],
  [11, 2],
  [7, 12],
];
const HOLLOW: readonly Point[] = [
  [2, -6],
  [8, -8],
  [8, 2],
  [4, 10],
];

export function paintEars(sheet: Sheet, design: Design): void {
  for (const side of design.face.ears.sides) paintEar(sheet, design, side === 'left' ? -1 : 1);
}

function paintEar(sheet: Sheet, { skin, face }: Design, side: -1 | 1): void {
  const { ink } = sheet;
  const { y, height } = face.ears;
  const half = face.profile.find(([at]) => at >= y)![1];
  ink.save();
  ink.translate(face.x + side * (half - 3), y);
  ink.scale((side * height) / 60, height / 60);
  paintShell(sheet, skin);
  if (face.earring !== null) paintEarring(sheet, face.earring);
  ink.restore();
}

function paintShell(sheet: Sheet, skin: Skin): void {
  const shape = curve(OUTLINE, true);
  sheet.ink.fillStyle = ramp(
    sheet,
    [0, -30],
    [14, 30],
    [mix(skin.base, skin.blush, 0.25), mix(skin.base, skin.shade, 0.5), mix(skin.shade, skin.blush, 0.4)],
  );
  sheet.ink.fill(shape);
  inside(sheet, shape, () => {
    for (const fold of [RIM, HOLLOW]) line(sheet, fold, { colour: skin.deep, opacity: 0.55, width: 2.4, blur: 1.2 });
    glow(sheet, { x: 1, y: 4, rx: 9, ry: 26, colour: skin.deep, opacity: 0.5 });
  });
}

function paintEarring(sheet: Sheet, colour: string): void {
  const { ink } = sheet;
  ink.fillStyle = ramp(sheet, [1, 25], [9, 34], [mix(colour, '#ffffff', 0.75), colour, mix(colour, '#000000', 0.4)]);
  ink.beginPath();
  ink.arc(5.4, 29.5, 3.6, 0, Math.PI * 2);
  ink.fill();
}
