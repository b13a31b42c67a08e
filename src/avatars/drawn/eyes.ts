/** Eyes. They are drawn anew for every picture, because lids and gaze move by less than a pixel. */
import { paintBrow } from './brows.js';
import type { Design } from './design.js';
import {
  along,
  dice,
  glow,
  inside,
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

export interface Look {
  /** 0 open, 1 shut. */
  readonly lid: number;
  /** Where the eyes look, in design units from straight ahead. */
  readonly gazeX: number;
  readonly gazeY: number;
  /** How far the brows are raised, in design units. */
  readonly brow: number;
}

interface Lids {
  readonly upper: Point[];
  readonly lower: Point[];
  readonly crease: Point[];
}

export function paintEyes(sheet: Sheet, design: Design, look: Look): void {
  const { eyes, face } = design;
  for (const side of [-1, 1]) {
    sheet.ink.save();
    sheet.ink.translate(face.x + face.turn + side * eyes.apart, eyes.y);
    sheet.ink.scale(side, 1);
    // No two brows stand at the same height.
    paintBrow(sheet, design, look.brow + (side > 0 ? 0 : 0.8));
    paintEye(sheet, design, look, side);
    sheet.ink.restore();
  }
}

/** Drawn as the right-hand eye: the inner corner is at -width/2. */
function paintEye(sheet: Sheet, design: Design, look: Look, side: number): void {
  const { eyes, skin } = design;
  const lids = lidCurves(design, look);
  const opening = outline([...lids.upper, ...lids.lower.toReversed()]);
  inside(sheet, opening, () => {
    paintWhite(sheet, design);
    paintIris(sheet, design, look, side);
    glow(sheet, { x: -eyes.width / 2 + 1, y: 2.4, rx: 6, ry: 6, colour: skin.blush, opacity: 0.75 });
    paintLidShade(sheet, design, lids);
    paintCatchLights(sheet, design, look, side);
  });
  paintLowerLid(sheet, design, lids);
  paintUpperLid(sheet, design, lids, look.lid);
  paintLashes(sheet, lids.upper, design, look.lid);
}

/** A ball in the shade of its lids: only its middle is near white. */
function paintWhite(sheet: Sheet, { eyes, skin }: Design): void {
  const { width, height } = eyes;
  const shade = mix(eyes.white, skin.deep, 0.34);
  sheet.ink.fillStyle = ramp(
    sheet,
    [0, -height * 0.6],
    [0, height * 0.5],
    [shade, eyes.white, mix(eyes.white, skin.blush, 0.08)],
  );
  sheet.ink.fillRect(-width, -height, width * 2, height * 2);
  for (const end of [-1, 1]) {
    glow(sheet, { x: (end * width) / 2, y: 0, rx: width * 0.26, ry: height, colour: shade, opacity: 0.85 });
  }
}

/** What the upper lid and its lashes throw on the eyeball: wide and faint, then narrow and dark. */
function paintLidShade(sheet: Sheet, { eyes, skin }: Design, { upper }: Lids): void {
  const { ink } = sheet;
  for (const [colour, opacity, width, blur] of [
    [mix(skin.deep, eyes.lash, 0.3), 0.42, 10, 2.6],
    [eyes.lash, 0.5, 4, 1.2],
  ] as const) {
    softly(sheet, blur, () => {
      ink.strokeStyle = tint(colour, opacity);
      ink.lineWidth = width;
      ink.stroke(polyline(upper));
    });
  }
}

/**
 * Open, the upper lid lies over a sixth of the iris and the lower one just touches it: more white than that stares. It
 * closes the whole way down to the lower lid, which comes up to meet it by an eighth.
 */
function lidCurves({ eyes }: Design, { lid, gazeY }: Look): Lids {
  const half = eyes.width / 2;
  const { height: h, slant } = eyes;
  const follow = gazeY * 0.4;
  const open: Point[] = [
    [-half, 2.4],
    [-half * 0.72, -h * 0.19 + follow * 0.5],
    [-half * 0.24, -h * 0.45 + follow],
    [half * 0.24, -h * 0.48 + follow],
    [half * 0.7, -h * 0.31 - slant * 0.3],
    [half, -slant],
  ];
  const low: Point[] = [
    [-half, 2.4],
    [-half * 0.62, h * 0.25],
    [-half * 0.12, h * 0.385],
    [half * 0.38, h * 0.35],
    [half * 0.78, h * 0.15 - slant * 0.3],
    [half, -slant],
  ];
  const rise = lid * h * 0.12;
  const lower = low.map(([x, y], at): Point => [x, y - (at === 0 || at === 5 ? 0 : rise)]);
  const upper = open.map(([x, y], at): Point => [x, lerp(y, lower[at]![1], lid)]);
  const crease = open.map(([x, y], at): Point => [x * 1.03, y - h * 0.17 - (at === 5 ? 0 : 1.6) + lid * h * 0.16]);
  return { upper: along(upper, 32), lower: along(lower, 32), crease: along(crease, 32) };
}

function paintIris(sheet: Sheet, { eyes }: Design, look: Look, side: number): void {
  const { ink } = sheet;
  const { radius, light, base, rim } = eyes.iris;
  ink.save();
  ink.translate(look.gazeX * side - 0.5, look.gazeY - eyes.height * 0.115);
  const fill = ink.createRadialGradient(0, radius * 0.35, radius * 0.1, 0, 0, radius);
  fill.addColorStop(0, light);
  fill.addColorStop(0.58, base);
  fill.addColorStop(0.86, mix(base, rim, 0.65));
  fill.addColorStop(1, rim);
  ink.fillStyle = fill;
  // A hair of blur: the rim of an iris is no edge.
  softly(sheet, 0.4, () => circle(ink, 0, 0, radius - 0.3));
  paintRays(sheet, eyes.iris);
  ink.fillStyle = '#120a08';
  softly(sheet, 0.3, () => circle(ink, 0, 0, radius * 0.4));
  glow(sheet, { x: 0, y: radius * 0.58, rx: radius * 0.74, ry: radius * 0.42, colour: light, opacity: 0.75 });
  ink.restore();
}

/** Over the shade of the lid, and on the same side in both eyes, where the light comes from. They follow half the gaze. */
function paintCatchLights(sheet: Sheet, { eyes }: Design, look: Look, side: number): void {
  const { ink } = sheet;
  const { radius } = eyes.iris;
  ink.save();
  ink.translate(look.gazeX * side * 0.5 - 0.5, look.gazeY * 0.5 - eyes.height * 0.115);
  ink.fillStyle = 'rgba(255, 253, 248, 0.95)';
  softly(sheet, 0.25, () => circle(ink, side * -radius * 0.34, -radius * 0.27, radius * 0.185));
  ink.fillStyle = 'rgba(255, 250, 240, 0.4)';
  softly(sheet, 0.4, () => circle(ink, side * radius * 0.36, radius * 0.38, radius * 0.12));
  ink.restore();
}

function paintRays({ ink }: Sheet, { radius, light, rim }: Design['eyes']['iris']): void {
  const chance = dice(41);
  for (let ray = 0; ray < 40; ray++) {
    const angle = (ray / 40) * Math.PI * 2 + chance() * 0.1;
    ink.strokeStyle = tint(chance() > 0.5 ? light : rim, 0.22);
    ink.lineWidth = 0.5;
    const reach = radius * lerp(0.7, 0.95, chance());
    ink.stroke(
      polyline([
        [Math.cos(angle) * radius * 0.4, Math.sin(angle) * radius * 0.4],
        [Math.cos(angle) * reach, Math.sin(angle) * reach],
      ]),
    );
  }
}

function circle(ink: Sheet['ink'], x: number, y: number, radius: number): void {
  ink.beginPath();
  ink.arc(x, y, radius, 0, Math.PI * 2);
  ink.fill();
}

/** The wet rim, a few soft lashes at the outer end, and the little cushion below that a smile makes. */
function paintLowerLid(sheet: Sheet, { eyes, skin }: Design, { lower }: Lids): void {
  const { ink } = sheet;
  const below = (from: number, to: number, by: number): Point[] =>
    lower
      .slice(from, to)
      .map(([x, y], at): Point => [x, y + by * (0.6 + 0.4 * Math.sin((Math.PI * at) / (to - from)))]);
  for (const [points, colour, opacity, width, blur] of [
    [below(5, 30, 4.4), skin.light, 0.5, 3.4, 1.6],
    [below(6, 31, 8.2), skin.deep, 0.2, 2.2, 1.4],
    [below(3, 31, 0.5), mix(skin.light, skin.blush, 0.3), 0.6, 1.3, 0.3],
    [below(9, 32, 1.7), mix(skin.deep, eyes.lash, 0.3), 0.46, 0.9, 0.5],
    [below(20, 32, 1.2), eyes.lash, 0.34, 1.1, 0.6],
  ] as const) {
    softly(sheet, blur, () => {
      ink.strokeStyle = tint(colour, opacity);
      ink.lineWidth = width;
      ink.stroke(polyline(points));
    });
  }
}

/** The lid itself: seen the more the further it is down, lit on its round, with the crease above it. */
function paintUpperLid(sheet: Sheet, { eyes, skin }: Design, { crease, upper }: Lids, lid: number): void {
  const { ink } = sheet;
  ink.fillStyle = ramp(
    sheet,
    [0, -eyes.height * 0.9],
    [0, eyes.height * 0.4],
    [mix(skin.base, skin.shade, 0.6), mix(skin.base, skin.shade, 0.2), mix(skin.base, skin.shade, 0.6)],
  );
  softly(sheet, 0.6, () => ink.fill(outline([...crease.slice(0, 30), ...upper.slice(0, 30).toReversed()])));
  softly(sheet, 0.8, () => {
    ink.strokeStyle = tint(skin.deep, 0.62 - lid * 0.25);
    ink.lineWidth = 1.3;
    ink.stroke(polyline(crease.slice(2, 31)));
  });
}

/** One soft dark line that grows outwards and leaves the lid just before its corner in a slight wing; a shut lid lowers it. */
function paintLashes(sheet: Sheet, upper: readonly Point[], { eyes }: Design, lid: number): void {
  const { ink } = sheet;
  const { lash, liner } = eyes;
  const [tipX, tipY] = upper.at(-1)!;
  const wing: Point = [tipX + 2.2 + liner * 3, tipY - 0.9 - liner * 2 + lid * 2.4];
  const spine = along([...upper.filter((_, at) => at % 4 === 0 && at < 28), wing], 40);
  const weight = (at: number): number => 0.25 + (1 + liner * 2.4) * Math.sin(Math.PI * (at / 39) ** 1.35) ** 0.9;
  const above = spine.map(([x, y], at): Point => [x, y - weight(at) * (1 - 0.8 * lid)]);
  const under = spine.map(([x, y], at): Point => [x, y + 0.3 + weight(at) * 0.5 * lid]);
  softly(sheet, 0.32, () => {
    ink.fillStyle = lash;
    ink.fill(outline([...under, ...above.toReversed()]));
    ink.strokeStyle = tint(lash, 0.5);
    ink.lineWidth = 0.8;
    ink.stroke(polyline(upper.slice(24)));
  });
  // The tips of the lashes, too fine to be drawn one by one at this size.
  softly(sheet, 0.9, () => {
    ink.strokeStyle = tint(lash, 0.34);
    ink.lineWidth = 1.5;
    ink.stroke(
      polyline(above.slice(17, 36).map(([x, y], at): Point => [x + at * 0.06, y - at * 0.05 * (1 - 1.6 * lid)])),
    );
  });
}
