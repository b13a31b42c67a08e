/** The room behind the presenter: far out of focus, lit from the upper left like the face. */
import type { Design } from './design.js';
import { curve, DESIGN_SIZE, glow, ramp, type Sheet, softly, tint } from './paint.js';

export function paintBackground(sheet: Sheet, { background }: Design): void {
  const { ink } = sheet;
  ink.fillStyle = ramp(sheet, [0, 0], [0, DESIGN_SIZE], background.wall);
  ink.fillRect(0, 0, DESIGN_SIZE, DESIGN_SIZE);
  for (const shape of background.shapes) {
    softly(sheet, shape.blur, () => {
      ink.fillStyle = tint(shape.colour, shape.opacity);
      ink.fill(curve(shape.points, true));
    });
  }
  for (const light of background.lights) glow(sheet, light);
}
