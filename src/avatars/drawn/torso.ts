/** Neck, shirt and what is worn over it: everything below the head, which breathes as one piece. */
import type { Clothes, Design } from './design.js';
import { paintJacket } from './jacket.js';
import { paintJumper } from './jumper.js';
import { paintNeck } from './neck.js';
import { curve, DESIGN_SIZE, inside, mix, type Point, ramp, type Sheet, softly, tint } from './paint.js';

export function paintTorso(sheet: Sheet, design: Design): void {
  paintNeck(sheet, design);
  paintShirt(sheet, design);
  const { over } = design.clothes;
  if (over.kind === 'jacket') paintJacket(sheet, design, over);
  else paintJumper(sheet, design, over);
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
