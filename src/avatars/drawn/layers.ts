/** What does not change from picture to picture, painted once. */
import type { Canvas } from '@napi-rs/canvas';
import { paintBackground } from './background.js';
import { paintBeard } from './beard.js';
import type { Design } from './design.js';
import { paintEars } from './ear.js';
import { paintGlasses } from './glasses.js';
import { paintBackHair, paintFrontHair } from './hair.js';
import { paintLines } from './lines.js';
import { paintNose } from './nose.js';
import { FINER, newSheet, type Sheet } from './paint.js';
import { JAW_SHUT, paintFace } from './skin.js';
import { paintTorso } from './torso.js';

export interface Layers {
  readonly background: Canvas;
  readonly hairBack: Canvas;
  readonly torso: Canvas;
  readonly head: Canvas;
  readonly nose: Canvas;
  readonly hairFront: Canvas;
  readonly glasses: Canvas;
}

export function paintLayers(design: Design, pixels: number): Layers {
  const layer = (paint: (sheet: Sheet) => void): Canvas => {
    const sheet = newSheet(pixels * FINER);
    paint(sheet);
    return sheet.canvas;
  };
  return {
    background: layer((sheet) => paintBackground(sheet, design)),
    hairBack: layer((sheet) => paintBackHair(sheet, design.hair)),
    torso: layer((sheet) => paintTorso(sheet, design)),
    head: layer((sheet) => {
      paintEars(sheet, design);
      paintFace(sheet, design, JAW_SHUT);
      paintBeard(sheet, design, JAW_SHUT);
      paintLines(sheet, design);
    }),
    nose: layer((sheet) => paintNose(sheet, design)),
    hairFront: layer((sheet) => paintFrontHair(sheet, design.hair)),
    glasses: layer((sheet) => {
      if (design.glasses !== null) paintGlasses(sheet, design, design.glasses);
    }),
  };
}
