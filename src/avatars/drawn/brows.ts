/** Brows: a soft body, and short hairs that rise at the inner end and lie along it further out. */
import type { Design } from './design.js';
import { along, dice, lerp, mix, outline, type Point, polyline, ramp, type Sheet, softly, tint } from './paint.js';

/** Drawn as the right-hand brow, raised by this much. */
export function paintBrow(sheet: Sheet, { brows, eyes }: Design, raise: number): void {
  const { ink } = sheet;
  const spine = along(brows.spine, 40).map(([x, y]): Point => [x, y - raise]);
  const half = (at: number): number => (brows.weight / 2) * Math.sin(Math.PI * (0.16 + 0.82 * (at / 39))) ** 0.7;
  softly(sheet, 1, () => {
    ink.fillStyle = ramp(sheet, spine[0]!, spine[39]!, [
      tint(brows.colour, 0.34),
      tint(brows.colour, 0.72),
      tint(brows.colour, 0.6),
    ]);
    ink.fill(
      outline([
        ...spine.map(([x, y], at): Point => [x, y - half(at)]),
        ...spine.map(([x, y], at): Point => [x, y + half(at)]).toReversed(),
      ]),
    );
  });
  const chance = dice(7);
  for (let hair = 0; hair < 170; hair++) {
    const at = Math.floor(chance() * 38);
    const [x, y] = spine[at]!;
    const across = (chance() * 2 - 1) * half(at);
    const [nextX, nextY] = spine[at + 1]!;
    const angle = Math.atan2(nextY - y, nextX - x) + lerp(-0.5, 0.05, Math.min(1, at / 14)) * (across > 0 ? 0.25 : 1);
    const length = lerp(3, 5.5, chance()) * Math.min(1, 0.6 + at / 20);
    ink.strokeStyle = tint(mix(brows.colour, eyes.lash, chance() * 0.5), 0.15);
    ink.lineWidth = 0.6;
    ink.stroke(
      polyline([
        [x, y + across],
        [x + Math.cos(angle) * length, y + across * 0.7 + Math.sin(angle) * length],
      ]),
    );
  }
}
