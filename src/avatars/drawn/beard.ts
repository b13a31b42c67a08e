/** A short beard: a soft body that ends in no line, and some thousands of short hairs. It hangs from the jaw. */
import type { Beard, Design } from './design.js';
import {
  along,
  bell,
  dice,
  ease,
  glow,
  lerp,
  mix,
  outline,
  type Point,
  polyline,
  ramp,
  type Sheet,
  softly,
  tint,
} from './paint.js';
import { type Jaw, jawMove } from './skin.js';

export function paintBeard(sheet: Sheet, design: Design, jaw: Jaw): void {
  const { beard } = design;
  if (beard === null) return;
  sheet.ink.save();
  sheet.ink.translate(design.face.x, 0);
  paintBody(sheet, design, beard, jaw);
  paintHairs(sheet, design, beard, jaw);
  sheet.ink.restore();
}

/** The right half of its outer edge at rest, down to the chin: the jaw's own line, grown over more and more. */
function jawEdge({ face }: Design, { cheek, growth }: Beard): Point[] {
  const top = cheek[0]![1];
  const chin = face.profile.at(-1)![0];
  return along(face.profile, 90)
    .filter(([y]) => y >= top)
    .map(([y, half]): Point => {
      const grown = growth * ease(top, chin, y);
      return [half === 0 ? 0 : half + grown * 0.5 * (half / (half + 20)), y + (grown * (y - top)) / (chin - top)];
    });
}

function paintBody(sheet: Sheet, design: Design, beard: Beard, jaw: Jaw): void {
  const { ink } = sheet;
  const move = jawMove(design, jaw);
  const right = [...along(beard.cheek, 30).toReversed(), ...jawEdge(design, beard)];
  const shape = [...right, ...right.toReversed().map(([x, y]): Point => [-x, y])].map(move);
  const [top, chin] = [beard.cheek[0]![1], design.face.profile.at(-1)![0]];
  const colours = [tint(beard.base, 0), tint(beard.base, 0.7), tint(mix(beard.base, beard.dark, 0.6), 0.85)];
  for (const [blur, share] of [
    [5, 0.75],
    [1.8, 0.6],
  ] as const) {
    softly(sheet, blur, () => {
      ink.globalAlpha = share;
      ink.fillStyle = ramp(sheet, [0, top], [0, chin], colours);
      ink.fill(outline(shape));
    });
  }
  glow(sheet, { x: -30, y: chin - 16 + jaw.drop, rx: 40, ry: 22, colour: beard.light, opacity: 0.3, turn: 0.5 });
}

function paintHairs(sheet: Sheet, design: Design, beard: Beard, jaw: Jaw): void {
  const { ink } = sheet;
  const move = jawMove(design, jaw);
  const chance = dice(83);
  const edge = jawEdge(design, beard);
  const [top, low] = [edge[0]![1], edge.at(-1)![1]];
  const width = Math.max(...edge.map(([x]) => x));
  const densityAt = density(design, beard, edge);
  ink.lineWidth = 0.7;
  for (let hair = 0; hair < beard.hairs; hair++) {
    const [x, y] = [(chance() * 2 - 1) * width, lerp(top, low, chance())];
    const [length, bend, shade, grey] = [lerp(1.4, 3.2, chance()), (chance() - 0.5) * 2, chance(), chance()];
    if (chance() > densityAt([x, y])) continue;
    // Downwards and out on the cheeks, inwards where the jaw turns to the chin.
    const lean = (x / width) * lerp(0.3, -1, ease(design.mouth.y - 20, low, y));
    const isGrey = grey < beard.grey.share * greyAt(design, [x, y]);
    const tone = mix(mix(beard.dark, beard.base, shade), beard.light, 0.55 * shade * bell((x + 40) / width, 0.4));
    ink.strokeStyle = isGrey ? tint(mix(tone, beard.grey.colour, 0.65), 0.46) : tint(tone, 0.5);
    ink.stroke(polyline([move([x, y]), move([x + length * lean + bend, y + length])]));
  }
}

/** How thickly hair grows at a place, from 0 outside. Beside the middle of the lower lip there are two bare spots. */
function density({ mouth, face }: Design, { cheek }: Beard, edge: readonly Point[]): (place: Point) => number {
  const inner = along(cheek, 40);
  const top = cheek[0]![1];
  const below = mouth.y + mouth.lower + 7;
  return ([x, y]) => {
    const across = Math.abs(x);
    const outside = edge.find(([, at]) => at >= y);
    if (outside === undefined || across > outside[0] + 0.5) return 0;
    const inside = inner.find(([, at]) => at >= y);
    const covered = inside === undefined ? 1 : ease(-6, 5, across - inside[0]);
    const bare = bell(across - 15, 6.5) * bell(y - below, 5) + bell(x - face.turn, 30) * ease(below - 8, below - 16, y);
    return covered * ease(top - 4, top + 36, y) * (1 - 0.8 * Math.min(1, bare));
  };
}

/** Most on both sides of the chin. */
function greyAt({ face }: Design, [x, y]: Point): number {
  const chin = face.profile.at(-1)![0];
  return bell(Math.abs(x) - 19, 9) * ease(chin - 48, chin - 12, y) + 0.1;
}
