/** Eyes and brows. They are drawn anew for every picture, because lids and gaze move by less than a pixel. */
import { Path2D } from '@napi-rs/canvas';
import type { Design } from './design.js';
import {
  along,
  clamp,
  dice,
  glow,
  inside,
  lerp,
  mix,
  outline,
  type Point,
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
    paintBrow(sheet, design, look, side);
    paintEye(sheet, design, look, side);
    sheet.ink.restore();
  }
}

/** Drawn as the right-hand eye: the inner corner is at -width/2. */
function paintEye(sheet: Sheet, design: Design, look: Look, side: number): void {
  const { eyes, skin } = design;
  const { ink } = sheet;
  const lids = lidCurves(design, look);
  const opening = outline([...lids.upper, ...lids.lower.toReversed()]);
  ink.fillStyle = ramp(
    sheet,
    [0, -eyes.height],
    [0, eyes.height * 0.7],
    [mix(eyes.white, skin.deep, 0.3), eyes.white, mix(eyes.white, skin.blush, 0.12)],
  );
  ink.fill(opening);
  inside(sheet, opening, () => {
    paintIris(sheet, design, look, side);
    glow(sheet, { x: -eyes.width / 2, y: 2, rx: 8, ry: 8, colour: skin.blush, opacity: 0.7 });
    // The shadow that the upper lid and its lashes throw on the eyeball.
    softly(sheet, 1.8, () => {
      ink.strokeStyle = tint(eyes.lash, 0.62);
      ink.lineWidth = 6.5;
      ink.stroke(outlineOpen(lids.upper));
    });
  });
  paintLowerLid(sheet, design, lids);
  paintUpperLid(sheet, design, lids, look.lid);
}

function outlineOpen(points: readonly Point[]): Path2D {
  const path = new Path2D();
  points.forEach(([x, y], index) => {
    if (index === 0) path.moveTo(x, y);
    else path.lineTo(x, y);
  });
  return path;
}

/** The upper lid closes the whole way down to the lower one, which comes up to meet it by an eighth. */
function lidCurves({ eyes }: Design, { lid, gazeY }: Look): Lids {
  const half = eyes.width / 2;
  const { height: h, slant } = eyes;
  const follow = gazeY * 0.4;
  const open: Point[] = [
    [-half, 2.5],
    [-half * 0.7, -h * 0.2 + follow * 0.5],
    [-half * 0.2, -h * 0.47 + follow],
    [half * 0.28, -h * 0.5 + follow],
    [half * 0.74, -h * 0.3 - slant * 0.4],
    [half, -slant],
  ];
  const low: Point[] = [
    [-half, 2.5],
    [-half * 0.6, h * 0.27],
    [-half * 0.1, h * 0.395],
    [half * 0.4, h * 0.33],
    [half * 0.8, h * 0.12 - slant * 0.4],
    [half, -slant],
  ];
  const rise = lid * h * 0.12;
  const lower = low.map(([x, y], at): Point => [x, y - (at === 0 || at === 5 ? 0 : rise)]);
  const upper = open.map(([x, y], at): Point => [x, lerp(y, lower[at]![1], lid)]);
  const crease = open.slice(0, 5).map(([x, y]): Point => [x * 1.02, y - h * 0.2 - 1.6 + lid * h * 0.16]);
  return { upper: along(upper, 32), lower: along(lower, 32), crease: along(crease, 24) };
}

function paintIris(sheet: Sheet, { eyes }: Design, look: Look, side: number): void {
  const { ink } = sheet;
  const { radius, light, base, rim } = eyes.iris;
  ink.save();
  ink.translate(look.gazeX * side - 0.5, look.gazeY - eyes.height * 0.06);
  const fill = ink.createRadialGradient(0, radius * 0.35, radius * 0.1, 0, 0, radius);
  fill.addColorStop(0, light);
  fill.addColorStop(0.55, base);
  fill.addColorStop(0.86, mix(base, rim, 0.6));
  fill.addColorStop(1, rim);
  ink.fillStyle = fill;
  circle(ink, 0, 0, radius);
  const chance = dice(41);
  for (let ray = 0; ray < 40; ray++) {
    const angle = (ray / 40) * Math.PI * 2 + chance() * 0.1;
    ink.strokeStyle = tint(chance() > 0.5 ? light : rim, 0.28);
    ink.lineWidth = 0.5;
    const reach = radius * lerp(0.7, 0.95, chance());
    ink.stroke(
      outlineOpen([
        [Math.cos(angle) * radius * 0.4, Math.sin(angle) * radius * 0.4],
        [Math.cos(angle) * reach, Math.sin(angle) * reach],
      ]),
    );
  }
  ink.fillStyle = '#0c0707';
  circle(ink, 0, 0, radius * 0.43);
  glow(sheet, { x: 0, y: radius * 0.62, rx: radius * 0.7, ry: radius * 0.4, colour: light, opacity: 0.7 });
  // Catch lights stand on the same side in both eyes, where the light comes from.
  ink.fillStyle = 'rgba(255, 255, 255, 0.95)';
  circle(ink, side * -radius * 0.36, -radius * 0.38, radius * 0.24);
  ink.fillStyle = 'rgba(255, 255, 255, 0.5)';
  circle(ink, side * radius * 0.38, radius * 0.36, radius * 0.12);
  ink.restore();
}

function circle(ink: Sheet['ink'], x: number, y: number, radius: number): void {
  ink.beginPath();
  ink.arc(x, y, radius, 0, Math.PI * 2);
  ink.fill();
}

function paintLowerLid(sheet: Sheet, { eyes, skin }: Design, lids: Lids): void {
  const { ink } = sheet;
  ink.strokeStyle = tint(mix(skin.light, skin.blush, 0.35), 0.75);
  ink.lineWidth = 1.5;
  ink.stroke(outlineOpen(lids.lower.slice(3, 30).map(([x, y]): Point => [x, y + 0.5])));
  softly(sheet, 0.5, () => {
    ink.strokeStyle = tint(mix(skin.deep, eyes.lash, 0.35), 0.6);
    ink.lineWidth = 0.9;
    ink.stroke(outlineOpen(lids.lower.slice(8).map(([x, y]): Point => [x, y + 1.7])));
  });
  softly(sheet, 0.6, () => {
    ink.strokeStyle = tint(eyes.lash, 0.4);
    ink.lineWidth = 1.1;
    ink.stroke(outlineOpen(lids.lower.slice(20).map(([x, y]): Point => [x, y + 1.2])));
  });
}

function paintUpperLid(sheet: Sheet, { eyes, skin }: Design, lids: Lids, lid: number): void {
  const { ink } = sheet;
  const cover = outline([...lids.crease, ...lids.upper.slice(0, 30).toReversed()]);
  // The lid itself: seen the more the further it is down, lit on its round.
  ink.fillStyle = ramp(
    sheet,
    [0, -eyes.height * 0.9],
    [0, eyes.height * 0.4],
    [mix(skin.base, skin.shade, 0.55), mix(skin.base, skin.shade, 0.15), mix(skin.base, skin.shade, 0.7)],
  );
  softly(sheet, 0.6, () => ink.fill(cover));
  softly(sheet, 0.7, () => {
    ink.strokeStyle = tint(skin.deep, 0.72 - lid * 0.25);
    ink.lineWidth = 1.5;
    ink.stroke(outlineOpen(lids.crease));
  });
  paintLashes(sheet, lids.upper, eyes.lash, eyes.liner, lid);
}

function paintLashes(sheet: Sheet, upper: readonly Point[], lash: string, liner: number, lid: number): void {
  const { ink } = sheet;
  const last = upper.length - 1;
  const top: Point[] = [];
  upper.forEach(([x, y], at) => {
    const share = at / last;
    top.push([x, y - (0.5 + (1.1 + liner * 2) * Math.sin(Math.PI * clamp(share * 0.84)) ** 0.8)]);
  });
  const [tipX, tipY] = upper[last]!;
  const wing: Point = [tipX + 3 + liner * 3, tipY - 2.2 - liner * 1.6 + lid * 6.5];
  ink.fillStyle = lash;
  ink.fill(outline([...upper, wing, ...top.toReversed()]));
  for (let at = 21; at < last; at += 2) {
    const share = at / last;
    const [x, y] = top[at]!;
    const reach = share ** 3 * 4.6 * (0.55 + liner * 0.5);
    const up = lerp(0.7, -0.75, lid);
    // A wedge that ends in a point: a lash of even width looks like the tooth of a comb.
    const tip: Point = [x + reach * share * 1.15, y - reach * up];
    ink.fill(outline([[x - 0.8, y + 0.8], [x + reach * share * 0.35, y - reach * 0.5 * up], tip, [x + 1, y + 0.8]]));
  }
}

function paintBrow(sheet: Sheet, { brows, eyes }: Design, look: Look, side: number): void {
  const { ink } = sheet;
  const raise = look.brow + (side > 0 ? 0 : 0.8);
  const spine = along(brows.spine, 40).map(([x, y]): Point => [x, y - raise]);
  const half = (at: number): number => (brows.weight / 2) * Math.sin(Math.PI * (0.16 + 0.82 * (at / 39))) ** 0.7;
  softly(sheet, 0.9, () => {
    ink.fillStyle = ramp(sheet, spine[0]!, spine[39]!, [
      tint(brows.colour, 0.3),
      tint(brows.colour, 0.7),
      tint(brows.colour, 0.72),
    ]);
    ink.fill(
      outline([
        ...spine.map(([x, y], at): Point => [x, y - half(at)]),
        ...spine.map(([x, y], at): Point => [x, y + half(at)]).toReversed(),
      ]),
    );
  });
  const chance = dice(7);
  for (let hair = 0; hair < 130; hair++) {
    const at = Math.floor(chance() * 38);
    const [x, y] = spine[at]!;
    const across = (chance() * 2 - 1) * half(at);
    const [nextX, nextY] = spine[at + 1]!;
    const angle = Math.atan2(nextY - y, nextX - x) + lerp(-0.5, 0.05, Math.min(1, at / 14)) * (across > 0 ? 0.25 : 1);
    const length = lerp(3, 5.5, chance()) * Math.min(1, 0.6 + at / 20);
    ink.strokeStyle = tint(mix(brows.colour, eyes.lash, chance() * 0.5), 0.24);
    ink.lineWidth = 0.6;
    ink.stroke(
      outlineOpen([
        [x, y + across],
        [x + Math.cos(angle) * length, y + across * 0.7 + Math.sin(angle) * length],
      ]),
    );
  }
}
