/** What an open mouth shows: dark, teeth, tongue. */
import type { Mouth } from '../../engines/contract.js';
import type { Design } from './design.js';
import { type MouthShape, middle } from './mouth-shape.js';
import { curve, glow, inside, lerp, line, mix, outline, type Point, ramp, type Sheet, softly, tint } from './paint.js';

export function paintInside(sheet: Sheet, { mouth: design }: Design, shape: MouthShape, mouth: Mouth): void {
  const opening = outline([...shape.upperInner, ...shape.lowerInner.toReversed()]);
  const top = middle(shape.upperInner)[1];
  const bottom = middle(shape.lowerInner)[1];
  sheet.ink.fillStyle = ramp(
    sheet,
    [0, top],
    [0, bottom],
    [mix(design.inside, '#000000', 0.4), design.inside, mix(design.inside, design.tongue, 0.3)],
  );
  sheet.ink.fill(opening);
  // Under the soft edges of the lips, where skin would shine through as a bright ring.
  sheet.ink.strokeStyle = mix(design.inside, design.lip.dark, 0.6);
  sheet.ink.lineWidth = 2.4;
  sheet.ink.stroke(opening);
  inside(sheet, opening, () => {
    paintTeeth(sheet, design.tooth, shape, 'lower');
    if (mouth.tongue < 0.5) paintTongue(sheet, design.tongue, shape, mouth);
    paintTeeth(sheet, design.tooth, shape, 'upper');
    if (mouth.tongue >= 0.5) paintTongue(sheet, design.tongue, shape, mouth);
    paintLipShade(sheet, mix(design.inside, '#000000', 0.25), shape, mouth);
  });
}

/** The upper lip shades what lies under it, and the opening darkens into its corners; below, light comes in. */
function paintLipShade(sheet: Sheet, colour: string, shape: MouthShape, { bite }: Mouth): void {
  const calm = 1 - 0.6 * bite;
  line(sheet, shape.upperInner, { colour, opacity: 0.55 * calm, width: 3, blur: 1.5 });
  line(sheet, shape.lowerInner, { colour, opacity: 0.3 * calm, width: 1.6, blur: 0.9 });
  for (const corner of [shape.upperInner[0]!, shape.upperInner.at(-1)!]) {
    glow(sheet, { x: corner[0], y: corner[1], rx: 6, ry: 6, colour, opacity: 0.55 * calm });
  }
}

/** One band of teeth, curved with the jaw and darker to its sides, with faint gaps; no teeth drawn one by one. */
function paintTeeth(sheet: Sheet, tooth: string, shape: MouthShape, row: 'upper' | 'lower'): void {
  const { ink } = sheet;
  const upper = row === 'upper';
  const edge = upper ? shape.upperTeeth : shape.lowerTeeth;
  const far = upper ? middle(shape.upperInner)[1] - 14 : middle(shape.lowerInner)[1] + 14;
  const reach = shape.half * 0.94;
  const bend = (u: number): number => (upper ? -1 : 1) * u * u * Math.min(5, shape.gap * 0.22);
  const across = Array.from({ length: 25 }, (_, at) => at / 12 - 1);
  const band = outline([...across.map((u): Point => [u * reach, edge + bend(u)]), [reach, far], [-reach, far]]);
  const shadow = mix(tooth, '#8a5548', 0.55);
  ink.fillStyle = ramp(
    sheet,
    [-reach, 0],
    [reach, 0],
    [shadow, mix(tooth, shadow, 0.2), tooth, tooth, tooth, tooth, mix(tooth, shadow, 0.3), shadow],
  );
  softly(sheet, 0.45, () => ink.fill(band));
  ink.strokeStyle = tint(shadow, 0.26);
  ink.lineWidth = 0.7;
  const step = upper ? 7.4 : 5.6;
  for (let at = -3; at <= 3; at++) {
    const x = upper ? at * step : (at + 0.5) * step;
    if (Math.abs(x) > reach * 0.92) continue;
    const gap: Point[] = [
      [x, edge + bend(x / reach)],
      [x * 0.98, lerp(edge, far, 0.8)],
    ];
    ink.stroke(curve(gap));
  }
}

function paintTongue(sheet: Sheet, colour: string, shape: MouthShape, mouth: Mouth): void {
  const { ink } = sheet;
  const { tongueTop: top, tongueHalf: half } = shape;
  const floor = middle(shape.lowerInner)[1] + 8;
  const body = curve(
    [
      [-half, floor],
      [-half * 0.86, lerp(floor, top, 0.6)],
      [-half * 0.42, top + 0.8],
      [0, top],
      [half * 0.42, top + 0.8],
      [half * 0.86, lerp(floor, top, 0.6)],
      [half, floor],
    ],
    true,
  );
  ink.fillStyle = ramp(
    sheet,
    [0, top],
    [0, floor],
    [mix(colour, '#ffffff', 0.14 + 0.12 * mouth.tongue), colour, mix(colour, '#3a0a10', 0.5)],
  );
  softly(sheet, 0.8, () => ink.fill(body));
  inside(sheet, body, () => {
    glow(sheet, { x: -2, y: top + 4, rx: half * 0.6, ry: 4, colour: '#ffd9d0', opacity: 0.3 + 0.3 * mouth.tongue });
    glow(sheet, { x: 0, y: top + 12, rx: 2.6, ry: 12, colour: '#5a1620', opacity: 0.4 });
  });
}
