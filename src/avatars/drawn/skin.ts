/** The skin of the head: ears, face, and all shading that belongs to neither eyes nor mouth. */
import type { Path2D } from '@napi-rs/canvas';
import type { Design } from './design.js';
import { lockShape } from './hair.js';
import { along, curve, ease, glow, inside, lerp, mix, type Point, ramp, type Sheet, softly, tint } from './paint.js';

/** How far the jaw hangs, in design units, and how much narrower that makes it. */
export interface Jaw {
  readonly drop: number;
  readonly narrow: number;
}

export const JAW_SHUT: Jaw = { drop: 0, narrow: 0 };

/** The outline of the face. Below the nose it follows the jaw; above it never changes. */
export function faceShape(design: Design, jaw: Jaw): Path2D {
  const { face, nose } = design;
  const chin = face.profile.at(-1)![0];
  const hinge = lerp(nose.tip, chin, 0.42);
  // Closely spaced, so that a moved point bends no part of the curve above the hinge.
  const moved = along(face.profile, 72).map(([y, half]): Point => {
    const share = ease(hinge, chin, y);
    return [half - jaw.narrow * 4 * share * (1 - share), y + jaw.drop * share];
  });
  const right = moved.map(([half, y]): Point => [face.x + half, y]);
  const left = moved
    .slice(0, -1)
    .toReversed()
    .map(([half, y]): Point => [face.x - half, y]);
  return curve([...right, ...left], true);
}

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
  const shape = curve(
    [
      [0, -22],
      [8, -31],
      [17, -29],
      [20, -16],
      [16, 2],
      [12, 18],
      [7, 28],
      [0, 30],
      [-4, 18],
    ],
    true,
  );
  ink.fillStyle = ramp(
    sheet,
    [0, -30],
    [14, 30],
    [mix(skin.base, skin.blush, 0.25), mix(skin.base, skin.shade, 0.5), mix(skin.shade, skin.blush, 0.4)],
  );
  ink.fill(shape);
  inside(sheet, shape, () => {
    softly(sheet, 1.2, () => {
      ink.strokeStyle = tint(skin.deep, 0.55);
      ink.lineWidth = 2.4;
      ink.stroke(
        curve([
          [4, -20],
          [12, -24],
          [15, -14],
          [11, 2],
          [7, 12],
        ]),
      );
      ink.stroke(
        curve([
          [2, -6],
          [8, -8],
          [8, 2],
          [4, 10],
        ]),
      );
    });
    glow(sheet, { x: 1, y: 4, rx: 9, ry: 26, colour: skin.deep, opacity: 0.5 });
  });
  if (face.earring !== null) paintEarring(sheet, face.earring);
  ink.restore();
}

function paintEarring(sheet: Sheet, colour: string): void {
  const { ink } = sheet;
  ink.fillStyle = ramp(sheet, [1, 25], [9, 34], [mix(colour, '#ffffff', 0.75), colour, mix(colour, '#000000', 0.4)]);
  ink.beginPath();
  ink.arc(5.4, 29.5, 3.6, 0, Math.PI * 2);
  ink.fill();
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
function paintForm(sheet: Sheet, { skin, face, eyes, mouth, nose }: Design, width: number, jaw: Jaw): void {
  const axis = face.x + face.turn;
  const chin = face.profile.at(-1)![0] + jaw.drop;
  const cheek = lerp(eyes.y, mouth.y, 0.58);
  glow(sheet, {
    x: face.x + width * 1.04,
    y: eyes.y + 40,
    rx: width * 0.5,
    ry: 170,
    colour: skin.deep,
    opacity: 0.5,
    turn: 0.12,
  });
  glow(sheet, {
    x: face.x - width * 1.06,
    y: eyes.y + 56,
    rx: width * 0.26,
    ry: 150,
    colour: skin.deep,
    opacity: 0.4,
    turn: -0.16,
  });
  glow(sheet, { x: axis - 22, y: eyes.y - 62, rx: 74, ry: 46, colour: skin.light, opacity: 0.8 });
  for (const side of [-1, 1]) {
    glow(sheet, {
      x: axis + side * (eyes.apart + 12),
      y: cheek - 6,
      rx: 58,
      ry: 46,
      colour: skin.blush,
      opacity: side < 0 ? 0.26 : 0.32,
      turn: side * -0.3,
    });
    glow(sheet, {
      x: axis + side * (eyes.apart + 9) - 5,
      y: cheek - 14,
      rx: 30,
      ry: 19,
      colour: skin.light,
      opacity: side < 0 ? 0.34 : 0.16,
      turn: side * -0.35,
    });
    glow(sheet, {
      x: axis + side * (eyes.apart - 3),
      y: eyes.y - 10,
      rx: eyes.width * 0.82,
      ry: 21,
      colour: skin.shade,
      opacity: 0.6,
      turn: side * 0.08,
    });
    glow(sheet, {
      x: axis + side * (eyes.apart - 1),
      y: eyes.y + 15,
      rx: eyes.width * 0.62,
      ry: 9,
      colour: skin.shade,
      opacity: 0.36,
    });
  }
  glow(sheet, { x: axis, y: chin - 24, rx: 26, ry: 17, colour: skin.light, opacity: 0.4 });
  glow(sheet, { x: face.x + 10, y: chin + 2, rx: 60, ry: 20, colour: skin.deep, opacity: 0.5 });
  glow(sheet, {
    x: face.x + width * 0.72,
    y: chin - jaw.drop - 48,
    rx: 34,
    ry: 62,
    colour: skin.deep,
    opacity: 0.34,
    turn: 0.72,
  });
  glow(sheet, {
    x: face.x - width * 0.76,
    y: chin - jaw.drop - 46,
    rx: 24,
    ry: 56,
    colour: skin.deep,
    opacity: 0.2,
    turn: -0.72,
  });
  glow(sheet, { x: axis, y: nose.tip + 4, rx: 34, ry: 15, colour: skin.shade, opacity: 0.3 });
}

function paintHairShadow(sheet: Sheet, { skin, face, hair }: Design): void {
  if (face.hairShadow === 0) return;
  softly(sheet, 7, () => {
    sheet.ink.translate(5, 11);
    sheet.ink.fillStyle = tint(skin.deep, face.hairShadow);
    for (const lock of hair.front) sheet.ink.fill(lockShape(lock));
  });
}
