/** The skin of the face, and all of its shading that belongs to neither eyes nor mouth. */
import type { Path2D } from '@napi-rs/canvas';
import type { Design } from './design.js';
import { frontShape } from './hair.js';
import {
  along,
  clamp,
  curve,
  ease,
  glow,
  inside,
  lerp,
  mix,
  type Point,
  ramp,
  type Sheet,
  softly,
  tint,
} from './paint.js';

/** How far the jaw hangs, in design units, and how much narrower that makes it. */
export interface Jaw {
  readonly drop: number;
  readonly narrow: number;
}

export const JAW_SHUT: Jaw = { drop: 0, narrow: 0 };

/** The outline of the face. Below the nose it follows the jaw; above it never changes. */
export function faceShape(design: Design, jaw: Jaw): Path2D {
  const { face } = design;
  const hang = hangAt(design);
  // Closely spaced, so that a moved point bends no part of the curve above the hinge.
  const moved = along(face.profile, 72).map(([y, half]): Point => {
    const share = hang(y);
    return [half - jaw.narrow * 4 * share * (1 - share), y + jaw.drop * share];
  });
  const right = moved.map(([half, y]): Point => [face.x + half, y]);
  const left = moved
    .slice(0, -1)
    .toReversed()
    .map(([half, y]): Point => [face.x - half, y]);
  return curve([...right, ...left], true);
}

/** How much of the jaw's drop a height of the resting face takes part in: 0 above the hinge, 1 at the chin. */
function hangAt({ face, nose }: Design): (y: number) => number {
  const chin = face.profile.at(-1)![0];
  const hinge = lerp(nose.tip, chin, 0.42);
  return (y) => ease(hinge, chin, y);
}

/** Where a point of the resting skin, measured from the face's axis, goes with the jaw. */
export function jawMove(design: Design, jaw: Jaw): (point: Point) => Point {
  const hang = hangAt(design);
  return ([x, y]) => {
    const share = hang(y);
    const narrowed = jaw.narrow * 4 * share * (1 - share);
    return [x - narrowed * clamp(x / 40, -1, 1), y + jaw.drop * share];
  };
}

export function paintFace(sheet: Sheet, design: Design, jaw: Jaw): void {
  const { skin, face } = design;
  const { ink } = sheet;
  const shape = faceShape(design, jaw);
  const top = face.profile[0]![0];
  const chin = face.profile.at(-1)![0];
  const width = Math.max(...face.profile.map(([, half]) => half));
  ink.fillStyle = ramp(
    sheet,
    [face.x - width, top + 20],
    [face.x + width, chin - 10],
    [mix(skin.light, skin.base, 0.35), skin.base, mix(skin.base, skin.shade, 0.42)],
  );
  ink.fill(shape);
  inside(sheet, shape, () => {
    paintForm(sheet, design, width, jaw);
    paintHairShadow(sheet, design);
  });
}

/** Light from the upper left: the far side turns away, the near cheek and the forehead catch it. */
function paintForm(sheet: Sheet, design: Design, width: number, jaw: Jaw): void {
  const { skin, face, eyes, nose } = design;
  const axis = face.x + face.turn;
  const chin = face.profile.at(-1)![0];
  const { deep } = skin;
  const [far, near] = [face.x + width, face.x - width];
  glow(sheet, { x: far + 3, y: eyes.y + 40, rx: width * 0.5, ry: 170, colour: deep, opacity: 0.5, turn: 0.12 });
  glow(sheet, { x: near - 5, y: eyes.y + 56, rx: width * 0.26, ry: 150, colour: deep, opacity: 0.4, turn: -0.16 });
  glow(sheet, { x: axis - 22, y: eyes.y - 62, rx: 74, ry: 46, colour: skin.light, opacity: 0.8 });
  for (const side of [-1, 1]) {
    paintCheek(sheet, design, side);
    paintSocket(sheet, design, side);
  }
  glow(sheet, { x: axis, y: chin + jaw.drop - 24, rx: 26, ry: 17, colour: skin.light, opacity: 0.4 });
  glow(sheet, { x: face.x + 10, y: chin + jaw.drop + 2, rx: 60, ry: 20, colour: deep, opacity: 0.5 });
  // The sides of the jaw stay where they are however far it drops: a patch shows nothing out there.
  glow(sheet, { x: far - width * 0.28, y: chin - 48, rx: 34, ry: 62, colour: deep, opacity: 0.34, turn: 0.72 });
  glow(sheet, { x: near + width * 0.24, y: chin - 46, rx: 24, ry: 56, colour: deep, opacity: 0.2, turn: -0.72 });
  glow(sheet, { x: axis, y: nose.tip + 4, rx: 34, ry: 15, colour: skin.shade, opacity: 0.3 });
}

function paintCheek(sheet: Sheet, { skin, face, eyes, mouth }: Design, side: number): void {
  const x = face.x + face.turn + side * (eyes.apart + 12);
  const y = lerp(eyes.y, mouth.y, 0.58);
  const near = side < 0;
  const turn = side * -0.3;
  glow(sheet, { x, y: y - 6, rx: 58, ry: 46, colour: skin.blush, opacity: near ? 0.26 : 0.32, turn });
  const lit = { x: x - side * 3 - 5, y: y - 14, rx: 30, ry: 19, turn };
  glow(sheet, { ...lit, colour: skin.light, opacity: near ? 0.34 : 0.16 });
}

/** The hollow under the brow, and the softer one under the eye. */
function paintSocket(sheet: Sheet, { skin, face, eyes }: Design, side: number): void {
  const x = face.x + face.turn + side * (eyes.apart - 2);
  const { width, y } = eyes;
  glow(sheet, { x, y: y - 10, rx: width * 0.82, ry: 21, colour: skin.shade, opacity: 0.6, turn: side * 0.08 });
  glow(sheet, { x, y: y + 15, rx: width * 0.62, ry: 9, colour: skin.shade, opacity: 0.36 });
}

function paintHairShadow(sheet: Sheet, { skin, face, hair }: Design): void {
  if (face.hairShadow === 0) return;
  softly(sheet, 7, () => {
    sheet.ink.translate(5, 11);
    sheet.ink.fillStyle = tint(skin.deep, face.hairShadow);
    sheet.ink.fill(frontShape(hair));
  });
}
