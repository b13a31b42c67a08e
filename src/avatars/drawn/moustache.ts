/** The moustache: rooted under the nose, it ends on the upper lip and goes wherever that goes. */
import type { Beard, Design } from './design.js';
import type { MouthShape } from './mouth-shape.js';
import {
  along,
  bell,
  between,
  dice,
  ease,
  lerp,
  mix,
  outline,
  type Point,
  polyline,
  type Sheet,
  softly,
  tint,
} from './paint.js';

const STEPS = 81;

/** Around the middle of the mouth. */
export function paintMoustache(sheet: Sheet, design: Design, shape: MouthShape): void {
  const { beard } = design;
  if (beard === null) return;
  const { ink } = sheet;
  const { roots, tips } = moustacheLines(design, shape);
  // The ends are made of single hairs: a body would end there in an edge.
  const [upper, lower] = [roots.map(([x, y]): Point => [x, y + 2]), tips].map((edge) => edge.slice(9, -9));
  softly(sheet, 1.8, () => {
    ink.fillStyle = tint(beard.base, 0.66);
    ink.fill(outline([...upper!, ...lower!.toReversed()]));
  });
  paintHairs(sheet, beard, roots, tips);
}

/** From left to right: where its hairs begin, and where they end. */
export const moustacheLines = (design: Design, shape: MouthShape): { roots: Point[]; tips: Point[] } => ({
  roots: rootLine(design, shape),
  tips: tipLine(shape),
});

/** Left to right: from beside one corner up under the nose, with a dip in its middle, and down again. */
function rootLine({ nose, mouth }: Design, shape: MouthShape): Point[] {
  const under = nose.tip - mouth.y + 10;
  // Its ends grow on the cheeks, which follow the corners of the mouth by a third.
  const corner = lerp(mouth.half, shape.half, 0.35) + 5;
  const low = shape.upperOuter.at(-1)![1];
  const right: Point[] = [
    [6, under],
    [14, under + 1],
    [22, lerp(under, low, 0.3)],
    [corner - 3, lerp(under, low, 0.7)],
    [corner + 2, low + 4],
    [corner + 1, low + 13],
  ];
  return along([...right.toReversed().map(([x, y]): Point => [-x, y]), [0, under + 3], ...right], STEPS);
}

/** Along the edge of the upper lip, which it overhangs a little, and around the corners. */
function tipLine({ upperOuter }: MouthShape): Point[] {
  const [x, y] = upperOuter.at(-1)!;
  const lip = [4, 12, 18, 24, 30, 36, 44].map((at): Point => [upperOuter[at]![0], upperOuter[at]![1] + 1]);
  const around: Point[] = [
    [x + 1, y + 4],
    [x - 1, y + 12],
  ];
  return along([...around.toReversed().map(([at, low]): Point => [-at, low]), ...lip, ...around], STEPS);
}

function paintHairs({ ink }: Sheet, beard: Beard, roots: readonly Point[], tips: readonly Point[]): void {
  const chance = dice(29);
  ink.lineWidth = 0.7;
  for (let hair = 0; hair < beard.hairs / 7; hair++) {
    const at = Math.floor(chance() * STEPS);
    const [start, reach, drift, shade, grey] = [
      chance() * 0.8,
      lerp(0.2, 0.45, chance()),
      chance(),
      chance(),
      chance(),
    ];
    const away = (at / (STEPS - 1)) * 2 - 1;
    // Thin in the groove under the nose, along the upper edge, and where it goes over into the beard.
    const thin = 0.7 * bell(away, 0.05) + 0.5 * (1 - ease(0, 0.3, start)) + 0.8 * ease(0.6, 0.95, Math.abs(away));
    if (chance() < thin) continue;
    // Down to the lip in the middle, along the ends beside its corners.
    const turned = ease(0.5, 0.8, Math.abs(away));
    const aside = Math.sign(away) * lerp(lerp(0, 4, drift), 3 + 3 * drift, turned);
    const end = Math.min(STEPS - 1, Math.max(0, at + Math.round(aside)));
    const tone = mix(mix(beard.dark, beard.base, 0.35 + shade), beard.light, 0.5 * shade * bell(away + 0.4, 0.3));
    ink.strokeStyle = tint(
      grey < beard.grey.share * 0.16 ? mix(tone, beard.grey.colour, 0.6) : tone,
      lerp(0.44, 0.28, turned),
    );
    ink.stroke(
      polyline([
        between(roots[at]!, tips[at]!, start),
        between(roots[end]!, tips[end]!, Math.min(1.05, start + reach * (1 - turned))),
      ]),
    );
  }
}
