/** Paints a mouth: what is inside it, then the lips, then the shadows they throw on the skin. */
import type { Mouth } from '../../engines/contract.js';
import type { Design } from './design.js';
import { paintMoustache } from './moustache.js';
import { paintInside } from './mouth-inside.js';
import { type MouthShape, middle, mouthShape } from './mouth-shape.js';
import {
  bell,
  clamp,
  curve,
  dice,
  ease,
  glow,
  inside,
  lerp,
  line,
  mix,
  outline,
  type Point,
  ramp,
  type Sheet,
  softly,
  tint,
} from './paint.js';

export function paintMouth(sheet: Sheet, design: Design, mouth: Mouth): void {
  const shape = mouthShape(design.mouth, mouth);
  sheet.ink.save();
  sheet.ink.translate(design.face.x + design.face.turn, design.mouth.y);
  paintSkinAround(sheet, design, shape, mouth);
  if (shape.gap > 0.3) paintInside(sheet, design, shape, mouth);
  paintLowerLip(sheet, design, shape, mouth);
  paintUpperLip(sheet, design, shape);
  paintMoustache(sheet, design, shape);
  paintSeam(sheet, design, shape, mouth);
  sheet.ink.restore();
}

function paintSkinAround(sheet: Sheet, { skin, beard }: Design, shape: MouthShape, mouth: Mouth): void {
  const [, below] = middle(shape.lowerOuter);
  const [, above] = middle(shape.upperOuter);
  glow(sheet, { x: 2, y: below + 7, rx: shape.half * 0.8, ry: 9, colour: skin.deep, opacity: 0.5 });
  // A moustache covers the groove above the lip and the folds beside it.
  const bare = beard === null;
  if (bare) {
    glow(sheet, { x: 3, y: above - 4, rx: 5.5, ry: 6, colour: skin.shade, opacity: 0.5 });
    glow(sheet, { x: -6, y: above - 4.5, rx: 4, ry: 6, colour: skin.light, opacity: 0.4 });
  }
  const pull = clamp((mouth.wide - 0.4) * 1.6) * (1 - 0.4 * mouth.open);
  for (const side of [-1, 1]) {
    const [x, y] = side < 0 ? shape.upperOuter[0]! : shape.upperOuter.at(-1)!;
    glow(sheet, {
      x: x + side * 2,
      y: y + 1,
      rx: 6.5,
      ry: 7.5,
      colour: skin.deep,
      opacity: 0.2 + 0.14 * pull + 0.14 * mouth.press,
    });
    const fold: Point[] = [
      [side * 29, -19],
      [side * 35, -12],
      [x + side * 10, y - 1],
    ];
    const opacity = (side > 0 ? 0.16 : 0.1) + 0.12 * pull;
    if (bare) line(sheet, fold, { colour: skin.deep, opacity, width: 3, blur: 2.6 });
  }
}

function paintLowerLip(sheet: Sheet, { mouth: { lip, gloss } }: Design, shape: MouthShape, mouth: Mouth): void {
  const body = outline([...shape.lowerInner, ...shape.lowerOuter.toReversed()]);
  const top = middle(shape.lowerInner)[1];
  const bottom = middle(shape.lowerOuter)[1];
  const { ink } = sheet;
  const { half } = shape;
  ink.fillStyle = ramp(
    sheet,
    [0, top - 2],
    [0, bottom + 1],
    [lip.dark, lip.base, mix(lip.base, lip.light, 0.45), lip.base, mix(lip.base, lip.dark, 0.5)],
  );
  softly(sheet, 0.75, () => ink.fill(body));
  inside(sheet, body, () => {
    paintTexture(sheet, lip.dark, half, top, bottom);
    const y = (top + bottom) / 2;
    glow(sheet, { x: half * 0.8, y, rx: half * 0.5, ry: 12, colour: lip.dark, opacity: 0.5 });
    glow(sheet, { x: -half * 0.9, y, rx: half * 0.36, ry: 12, colour: lip.dark, opacity: 0.4 });
    const shine = gloss * (0.62 * (1 - 0.6 * mouth.press) * (1 - 0.5 * mouth.bite) + 0.2 * shape.pout);
    const height = bottom - top;
    const lit = { x: -half * 0.16, y: top + height * 0.4, rx: half * 0.4, ry: height * 0.34 };
    glow(sheet, { ...lit, colour: lip.light, opacity: shine });
    const spark = { x: -half * 0.2, y: top + height * 0.38, rx: half * 0.2, ry: height * 0.16 };
    glow(sheet, { ...spark, colour: '#fff1ea', opacity: shine * 0.8 });
  });
}

function paintUpperLip(sheet: Sheet, { mouth: { lip }, skin }: Design, shape: MouthShape): void {
  const body = outline([...shape.upperOuter, ...shape.upperInner.toReversed()]);
  const top = middle(shape.upperOuter)[1];
  const bottom = middle(shape.upperInner)[1];
  const { ink } = sheet;
  ink.fillStyle = ramp(
    sheet,
    [0, top - 3],
    [0, bottom + 1],
    [mix(lip.base, lip.light, 0.35), mix(lip.base, lip.dark, 0.12), mix(lip.base, lip.dark, 0.6)],
  );
  softly(sheet, 0.75, () => ink.fill(body));
  inside(sheet, body, () => {
    paintTexture(sheet, lip.dark, shape.half, top, bottom);
    glow(sheet, { x: shape.half * 0.85, y: bottom - 3, rx: shape.half * 0.5, ry: 10, colour: lip.dark, opacity: 0.5 });
    glow(sheet, { x: -shape.half * 0.3, y: top + 3, rx: shape.half * 0.28, ry: 4, colour: lip.light, opacity: 0.4 });
  });
  softly(sheet, 0.8, () => {
    ink.strokeStyle = tint(skin.light, 0.5);
    ink.lineWidth = 1.2;
    ink.stroke(curve(shape.upperOuter.slice(13, 36).map(([x, y]): Point => [x, y - 1.4])));
  });
}

function paintTexture(sheet: Sheet, colour: string, half: number, top: number, bottom: number): void {
  const chance = dice(5);
  sheet.ink.lineWidth = 0.5;
  for (let at = 0; at < 26; at++) {
    const x = (chance() * 2 - 1) * half * 0.85;
    sheet.ink.strokeStyle = tint(colour, 0.05 + 0.08 * chance());
    sheet.ink.stroke(
      curve([
        [x, top],
        [x * 1.05, lerp(top, bottom, 0.5)],
        [x * 1.02, bottom],
      ]),
    );
  }
}

/** The line between the lips: whole when they touch, only the corners when they part. */
function paintSeam(sheet: Sheet, { mouth: { lip } }: Design, shape: MouthShape, mouth: Mouth): void {
  const { ink } = sheet;
  const shut = 1 - ease(0.5, 5, shape.gap);
  ink.strokeStyle = tint(lip.line, 0.78 * shut + 0.12);
  const points = shape.upperInner;
  softly(sheet, 0.35, () => {
    ink.lineWidth = 1.1 + 0.5 * mouth.press;
    ink.stroke(curve(points));
    for (const side of [0, points.length - 1]) {
      const [x, y] = points[side]!;
      const way = side === 0 ? -1 : 1;
      ink.strokeStyle = tint(lip.line, 0.42 - 0.2 * shape.pout);
      ink.lineWidth = 1.3;
      ink.stroke(
        curve([
          [x - way * 3, y + 0.7],
          [x + way * 0.2, y],
          [x + way * 1.4, y - 0.7 * bell(shape.pout, 0.4)],
        ]),
      );
    }
  });
}
