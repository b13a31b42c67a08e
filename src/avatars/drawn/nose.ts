/** The nose, by its shadows and lights only: a drawn outline would age the face. */
import type { Design } from './design.js';
import { curve, glow, lerp, type Sheet, softly, tint } from './paint.js';

export function paintNose(sheet: Sheet, design: Design): void {
  const { nose, eyes, skin, face } = design;
  const { ink } = sheet;
  ink.save();
  ink.translate(face.x + face.turn, 0);
  paintBridge(sheet, design);
  const half = nose.width / 2;
  glow(sheet, { x: 1, y: nose.tip - 9, rx: half * 1.05, ry: 14, colour: skin.blush, opacity: 0.26 });
  glow(sheet, { x: 3, y: nose.tip + 3, rx: half * 1.2, ry: 8, colour: skin.deep, opacity: 0.5 });
  for (const side of [-1, 1]) paintWing(sheet, design, side, half);
  glow(sheet, { x: -3, y: nose.tip - 11, rx: 7, ry: 6.5, colour: skin.sheen, opacity: 0.55 });
  glow(sheet, {
    x: -3,
    y: lerp(eyes.y, nose.tip, 0.45),
    rx: nose.bridge * 0.75,
    ry: 44,
    colour: skin.light,
    opacity: 0.5,
  });
  ink.restore();
}

function paintBridge(sheet: Sheet, { nose, eyes, skin }: Design): void {
  const { ink } = sheet;
  const top = eyes.y - 14;
  softly(sheet, 3.6, () => {
    ink.strokeStyle = tint(skin.deep, 0.3);
    ink.lineWidth = 7;
    ink.stroke(
      curve([
        [nose.bridge + 4, top],
        [nose.bridge - 1, eyes.y + 8],
        [nose.bridge, lerp(eyes.y, nose.tip, 0.6)],
        [nose.width / 2 - 1, nose.tip - 9],
      ]),
    );
    ink.strokeStyle = tint(skin.deep, 0.1);
    ink.lineWidth = 4;
    ink.stroke(
      curve([
        [-nose.bridge - 4, top],
        [-nose.bridge, eyes.y + 8],
        [-nose.bridge, lerp(eyes.y, nose.tip, 0.5)],
      ]),
    );
  });
}

function paintWing(sheet: Sheet, { nose, skin }: Design, side: number, half: number): void {
  const { ink } = sheet;
  const { tip } = nose;
  softly(sheet, 1.5, () => {
    ink.strokeStyle = tint(skin.deep, side > 0 ? 0.55 : 0.36);
    ink.lineWidth = 2.4;
    ink.stroke(
      curve([
        [side * (half - 1), tip - 11],
        [side * (half + 1.5), tip - 5],
        [side * (half - 1), tip + 0.5],
        [side * (half - 5), tip + 1],
      ]),
    );
  });
  softly(sheet, 0.8, () => {
    ink.fillStyle = tint(skin.deep, 0.9);
    ink.fill(
      curve(
        [
          [side * 3.4, tip + 1.6],
          [side * 6.5, tip - 1.8],
          [side * (half - 4.5), tip - 0.8],
          [side * (half - 6), tip + 1.6],
          [side * 6, tip + 2.4],
        ],
        true,
      ),
    );
  });
}
