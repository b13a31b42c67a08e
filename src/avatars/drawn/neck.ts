/** The neck down to the collarbones, in the shadow of the chin. */
import type { Path2D } from '@napi-rs/canvas';
import type { Design } from './design.js';
import { curve, DESIGN_SIZE, glow, inside, line, mix, type Point, ramp, type Sheet, softly, tint } from './paint.js';

export function neckShape({ face, clothes }: Design): Path2D {
  const { width, top } = face.neck;
  const half = width / 2;
  const base = clothes.neckline.top;
  const side: Point[] = [
    [half + 2, top],
    [half - 1, top + (base - top) * 0.35],
    [half + 1, top + (base - top) * 0.7],
    [half + 8, base + 4],
    [half + 20, base + 34],
    [half + 40, DESIGN_SIZE + 20],
  ];
  return curve(
    [...side.map(([x, y]) => [face.x + x, y] as const), ...side.toReversed().map(([x, y]) => [face.x - x, y] as const)],
    true,
  );
}

export function paintNeck(sheet: Sheet, design: Design): void {
  const { skin, face } = design;
  const { width, top } = face.neck;
  const shape = neckShape(design);
  sheet.ink.fillStyle = ramp(
    sheet,
    [face.x - width, top],
    [face.x + width, top + 40],
    [skin.base, mix(skin.base, skin.shade, 0.18), mix(skin.base, skin.shade, 0.6)],
  );
  sheet.ink.fill(shape);
  inside(sheet, shape, () => {
    sheet.ink.translate(face.x, 0);
    paintChinShade(sheet, design);
    paintHairShade(sheet, design);
    for (const side of [-1, 1]) paintCords(sheet, design, side);
    glow(sheet, { x: 0, y: pitOf(design), rx: 12, ry: 13, colour: skin.deep, opacity: 0.34 });
  });
}

/** The hollow between the collarbones. */
const pitOf = ({ clothes }: Design): number => clothes.neckline.top + 46;

function paintChinShade(sheet: Sheet, design: Design): void {
  const { skin, face } = design;
  const { width, top } = face.neck;
  glow(sheet, { x: 10, y: top + 54, rx: width * 0.9, ry: 46, colour: skin.deep, opacity: 0.5 });
  const shade: Point[] = [
    [-width, top],
    [-width * 0.4, top + 54],
    [4, top + 74],
    [width * 0.42, top + 66],
    [width, top],
  ];
  softly(sheet, 4, () => {
    sheet.ink.fillStyle = tint(skin.deep, 0.5);
    sheet.ink.fill(curve(shade, true));
  });
  glow(sheet, { x: width * 0.5, y: top + 60, rx: 26, ry: 96, colour: skin.deep, opacity: 0.36 });
  glow(sheet, { x: -width * 0.56, y: top + 50, rx: 15, ry: 80, colour: skin.deep, opacity: 0.24 });
  glow(sheet, { x: -14, y: pitOf(design) - 34, rx: 20, ry: 50, colour: skin.light, opacity: 0.5 });
}

/** Hair on both sides keeps the light out. It also softens the step from dark hair to skin below the mouth. */
function paintHairShade(sheet: Sheet, { skin, face, hair }: Design): void {
  const { width, top } = face.neck;
  for (const side of [-1, 1]) {
    const edge: Point[] = [
      [side * width * 0.5, top],
      [side * width * 0.49, top + 40],
      [side * width * 0.52, top + 70],
      [side * width * 0.72, top + 92],
    ];
    line(sheet, edge, { colour: mix(skin.deep, hair.base, 0.5), opacity: face.neck.shade, width: 11, blur: 5 });
  }
}

/** The muscle that runs from behind the ear to the pit of the neck, and the collarbone with its lit upper edge. */
function paintCords(sheet: Sheet, design: Design, side: number): void {
  const { skin, face } = design;
  const { width, top } = face.neck;
  const pit = pitOf(design);
  const at = (points: readonly Point[]): Point[] => points.map(([x, y]) => [side * x, y]);
  const muscle = at([
    [width * 0.44, top + 40],
    [width * 0.28, pit - 34],
    [7, pit],
  ]);
  const bone = at([
    [8, pit + 3],
    [30, pit - 1],
    [62, pit - 10],
  ]);
  const edge = at([
    [12, pit - 3],
    [32, pit - 7],
    [60, pit - 16],
  ]);
  line(sheet, muscle, { colour: skin.deep, opacity: side < 0 ? 0.2 : 0.28, width: 4, blur: 3 });
  line(sheet, bone, { colour: skin.deep, opacity: 0.26, width: 3.4, blur: 2.4 });
  line(sheet, edge, { colour: skin.light, opacity: 0.55, width: 3.4, blur: 2.4 });
}
