/** What the years leave on a face: lines that are felt more than seen. */
import type { Design } from './design.js';
import { line, type Point, type Sheet } from './paint.js';

interface Furrow {
  readonly points: readonly Point[];
  readonly opacity: number;
}

export function paintLines(sheet: Sheet, design: Design): void {
  const { face, skin } = design;
  if (face.lines === 0) return;
  sheet.ink.save();
  sheet.ink.translate(face.x + face.turn, 0);
  for (const { points, opacity } of [...onForehead(design), ...onSide(design, -1), ...onSide(design, 1)]) {
    const strength = opacity * face.lines;
    line(sheet, points, { colour: skin.deep, opacity: strength, width: 1.8, blur: 1.5 });
    // Every furrow has a lit lower bank.
    const bank = points.map(([x, y]): Point => [x, y + 2.4]);
    line(sheet, bank, { colour: skin.light, opacity: strength * 0.7, width: 2.4, blur: 1.6 });
  }
  sheet.ink.restore();
}

function onForehead({ eyes }: Design): Furrow[] {
  return [
    { above: 58, reach: 40, opacity: 0.2 },
    { above: 70, reach: 32, opacity: 0.16 },
  ].map(({ above, reach, opacity }) => {
    const y = eyes.y - above;
    const points: Point[] = [
      [-reach, y + 2],
      [-reach * 0.4, y - 1.4],
      [0, y + 0.6],
      [reach * 0.4, y - 1.4],
      [reach, y + 2],
    ];
    return { points, opacity };
  });
}

/** Beside the eye, and from the wing of the nose down past the corner of the mouth. */
function onSide({ eyes, nose, mouth }: Design, side: -1 | 1): Furrow[] {
  const corner = eyes.apart + eyes.width / 2;
  const smiling: Point[] = [
    [side * (corner + 6), eyes.y + 2],
    [side * (corner + 11), eyes.y + 4.4],
    [side * (corner + 15), eyes.y + 8.4],
  ];
  const beside: Point[] = [
    [side * (nose.width / 2 + 3), nose.tip - 9],
    [side * (nose.width / 2 + 12), nose.tip + 4],
    [side * (mouth.half + 8), nose.tip + 16],
  ];
  return [
    { points: smiling, opacity: 0.24 },
    { points: beside, opacity: 0.42 },
  ];
}
