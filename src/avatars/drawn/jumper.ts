/** A knitted jumper with a ribbed neck, and the collar of the shirt that lies over it. */
import type { Path2D } from '@napi-rs/canvas';
import { paintCollar } from './collar.js';
import type { Clothes, Design, Jumper } from './design.js';
import {
  along,
  DESIGN_SIZE,
  glow,
  inside,
  lerp,
  line,
  mix,
  outline,
  type Point,
  polyline,
  ramp,
  type Sheet,
  softly,
  tint,
} from './paint.js';

type Neck = Jumper['neck'];

export function paintJumper(sheet: Sheet, { face, clothes }: Design, { neck }: Jumper): void {
  const { ink } = sheet;
  ink.save();
  ink.translate(face.x, 0);
  const body = jumperShape(clothes, neck);
  ink.fillStyle = ramp(
    sheet,
    [-200, neck.top],
    [190, DESIGN_SIZE],
    [mix(clothes.base, clothes.light, 0.7), mix(clothes.base, clothes.light, 0.25), clothes.base, clothes.dark],
  );
  ink.fill(body);
  inside(sheet, body, () => {
    paintStitches(sheet, clothes);
    paintFolds(sheet, clothes);
  });
  paintRibbing(sheet, clothes, neck);
  paintCollar(sheet, clothes);
  ink.restore();
}

function jumperShape({ shoulder }: Clothes, neck: Neck): Path2D {
  const right: Point[] = [...along(shoulder, 40), [270, DESIGN_SIZE + 60]];
  return outline([...right, ...right.toReversed().map(([x, y]): Point => [-x, y]), ...neckEdge(neck, 0)]);
}

/** From left to right; `out` units outside the inner edge. */
function neckEdge({ half, top, bottom }: Neck, out: number): Point[] {
  const side: Point[] = [
    [half + out, top],
    [(half + out) * 0.93, lerp(top, bottom + out, 0.34)],
    [(half + out) * 0.68, lerp(top, bottom + out, 0.72)],
    [(half + out) * 0.34, lerp(top, bottom + out, 0.94)],
  ];
  return along([...side.map(([x, y]): Point => [-x, y]), [0, bottom + out], ...side.toReversed()], 61);
}

/** Columns of stitches, as broad as four pixels; they run down the body and out along the shoulders. */
function paintStitches(sheet: Sheet, { light, dark }: Clothes): void {
  for (let column = -36; column <= 36; column++) {
    const x = column * 6.4;
    const fall: Point[] = [
      [x * 0.82, 372],
      [x * 0.95, 420],
      [x * 1.04, 470],
      [x * 1.06, DESIGN_SIZE + 8],
    ];
    line(sheet, fall, { colour: dark, opacity: 0.2, width: 1.6, blur: 0.9 });
    const beside = fall.map(([at, y]): Point => [at + 3.2, y]);
    line(sheet, beside, { colour: light, opacity: 0.16, width: 1.8, blur: 1 });
  }
}

function paintFolds(sheet: Sheet, { light, dark, shoulder }: Clothes): void {
  const y = shoulder[2]![1] + 16;
  glow(sheet, { x: -118, y, rx: 84, ry: 30, colour: light, opacity: 0.75, turn: -0.36 });
  glow(sheet, { x: 118, y, rx: 76, ry: 26, colour: light, opacity: 0.3, turn: 0.36 });
  glow(sheet, { x: 74, y: DESIGN_SIZE - 20, rx: 66, ry: 80, colour: dark, opacity: 0.5, turn: 0.3 });
  for (const side of [-1, 1]) {
    const sleeve: Point[] = [
      [side * 172, 440],
      [side * 163, 480],
      [side * 158, 520],
    ];
    line(sheet, sleeve, { colour: dark, opacity: 0.7, width: 8, blur: 5 });
    const beside = sleeve.map(([x, at]): Point => [x + 14, at + 2]);
    line(sheet, beside, { colour: light, opacity: side < 0 ? 0.4 : 0.24, width: 8, blur: 5 });
  }
}

/** The band around the neck: a rounded edge, crossed by the ribs. */
function paintRibbing(sheet: Sheet, { base, light, dark }: Clothes, neck: Neck): void {
  const { ink } = sheet;
  const [inner, outer] = [neckEdge(neck, 0), neckEdge(neck, neck.rib)];
  softly(sheet, 3, () => {
    ink.strokeStyle = tint(dark, 0.8);
    ink.lineWidth = 4;
    ink.stroke(polyline(outer.map(([x, y]): Point => [x + 1, y + 2])));
  });
  const band = outline([...inner, ...outer.toReversed()]);
  ink.fillStyle = ramp(
    sheet,
    [-neck.half, neck.top],
    [neck.half, neck.bottom],
    [mix(base, light, 0.85), mix(base, light, 0.4), mix(base, dark, 0.25)],
  );
  ink.fill(band);
  inside(sheet, band, () => {
    const ends = [along(inner, 121), along(outer, 121)] as const;
    ends[0].forEach((from, at) => {
      const to = ends[1][at]!;
      ink.strokeStyle = tint(at % 2 === 0 ? dark : light, at % 2 === 0 ? 0.34 : 0.22);
      ink.lineWidth = 1.1;
      ink.stroke(polyline([from, to]));
    });
  });
  for (const [points, colour, opacity] of [
    [inner, mix(light, '#ffffff', 0.2), 0.4],
    [outer, light, 0.3],
  ] as const) {
    softly(sheet, 0.8, () => {
      ink.strokeStyle = tint(colour, opacity);
      ink.lineWidth = 1.2;
      ink.stroke(polyline(points.map(([x, y]): Point => [x, y + 1])));
    });
  }
}
