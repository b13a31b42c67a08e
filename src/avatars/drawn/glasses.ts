/** Glasses: a rim around each lens, the bridge, the arms to the ears, and what they throw on the skin. */
import type { Design, Glasses } from './design.js';
import { curve, glow, inside, mix, type Point, ramp, type Sheet, softly, tint } from './paint.js';

export function paintGlasses(sheet: Sheet, design: Design, glasses: Glasses): void {
  const { ink } = sheet;
  const { face, eyes, skin } = design;
  ink.save();
  ink.translate(face.x + face.turn, eyes.y + glasses.drop);
  softly(sheet, 2.2, () => {
    ink.translate(3, 5);
    ink.strokeStyle = tint(skin.deep, 0.5);
    ink.lineWidth = glasses.thickness;
    for (const part of parts(design, glasses)) ink.stroke(part);
  });
  for (const side of [-1, 1]) paintLens(sheet, design, glasses, side);
  paintRims(sheet, design, glasses);
  ink.restore();
}

/** A lens that is flatter above than below. The right-hand one for side 1. */
function lensPoints({ eyes }: Design, { half, height }: Glasses, side: number): Point[] {
  const middle = side * (eyes.apart + 0.5);
  return (
    [
      [-0.97, -0.5],
      [-0.66, -0.93],
      [0, -1.0],
      [0.68, -0.96],
      [1.0, -0.56],
      [0.98, 0.1],
      [0.68, 0.78],
      [0.06, 1.02],
      [-0.56, 0.84],
      [-0.92, 0.22],
    ] as const
  ).map(([x, y]): Point => [middle + side * x * half, y * height]);
}

function parts(design: Design, glasses: Glasses) {
  const { eyes, face } = design;
  const { half, height } = glasses;
  const inner = eyes.apart + 0.5 - half;
  const bridge = curve([
    [-inner - 0.4, -height * 0.3],
    [-inner * 0.5, -height * 0.52],
    [inner * 0.5, -height * 0.52],
    [inner + 0.4, -height * 0.3],
  ]);
  const widest = Math.max(...face.profile.map(([, at]) => at));
  const arms = [-1, 1].map((side) =>
    curve([
      [side * (eyes.apart + half), -height * 0.56],
      [side * (eyes.apart + half + 5), -height * 0.6],
      [side * (widest - 4) - face.turn, -height * 0.52],
    ]),
  );
  return [bridge, ...arms, ...[-1, 1].map((side) => curve(lensPoints(design, glasses, side), true))];
}

/** Clear glass: seen by a veil of the room's light at its upper edge, and by one slanting gleam. */
function paintLens(sheet: Sheet, design: Design, glasses: Glasses, side: number): void {
  const { ink } = sheet;
  const { half, height } = glasses;
  const middle = side * (design.eyes.apart + 0.5);
  inside(sheet, curve(lensPoints(design, glasses, side), true), () => {
    glow(sheet, {
      x: middle - half * 0.5,
      y: -height,
      rx: half * 1.2,
      ry: height * 0.9,
      colour: '#fff2dc',
      opacity: 0.16,
    });
    softly(sheet, 1.4, () => {
      ink.fillStyle = tint('#fff6e8', 0.1);
      ink.fill(
        curve(
          [
            [middle + half * 0.42, -height * 1.1],
            [middle + half * 0.72, -height * 1.1],
            [middle + half * 0.1, height * 1.1],
            [middle - half * 0.2, height * 1.1],
          ],
          true,
        ),
      );
    });
  });
}

function paintRims(sheet: Sheet, design: Design, glasses: Glasses): void {
  const { ink } = sheet;
  const { rim, gleam, thickness, height } = glasses;
  const all = parts(design, glasses);
  ink.strokeStyle = ramp(sheet, [0, -height], [0, height], [mix(rim, gleam, 0.22), rim, mix(rim, '#000000', 0.25)]);
  ink.lineWidth = thickness;
  for (const part of all) ink.stroke(part);
  softly(sheet, 0.35, () => {
    ink.translate(-0.4, -thickness * 0.24);
    ink.strokeStyle = ramp(sheet, [0, -height], [0, height * 0.2], [tint(gleam, 0.75), tint(gleam, 0)]);
    ink.lineWidth = thickness * 0.24;
    for (const part of all) ink.stroke(part);
  });
}
