/**
 * Hair as locks: bundles between two edges, filled, then covered with some hundreds of tapered strands that take
 * their place between the edges and their tone from the lock's roundness and from where the light falls.
 */
import { Path2D } from '@napi-rs/canvas';
import { cropShape, paintCrop } from './crop.js';
import type { Hair, Lock, LongHair } from './design.js';
import { toneColour } from './hair-tone.js';
import {
  along,
  bell,
  clamp,
  curve,
  dice,
  inside,
  lerp,
  outline,
  type Point,
  ramp,
  type Sheet,
  softly,
  tint,
} from './paint.js';

/** All of the hair before the face, as one shape: a blur for each lock costs another second over all the mouths. */
export function frontShape(hair: Hair): Path2D {
  if (hair.cut === 'short') return cropShape(hair);
  const locks = new Path2D();
  for (const lock of hair.front) locks.addPath(lockShape(lock));
  return locks;
}

export function paintBackHair(sheet: Sheet, hair: Hair): void {
  if (hair.cut === 'long') paintLocks(sheet, hair, hair.back, 11);
}

export function paintFrontHair(sheet: Sheet, hair: Hair): void {
  if (hair.cut === 'short') {
    paintCrop(sheet, hair);
  } else {
    paintLocks(sheet, hair, hair.front, 23);
    paintParting(sheet, hair);
  }
  paintRim(sheet, hair);
}

const STEPS = 28;
/** For outlines of straight lines: 5 units each on the longest lock. */
const FINE_STEPS = 84;

function lockShape(lock: Lock): Path2D {
  return curve([...lock.from, ...lock.to.toReversed()], true);
}

function paintLocks(sheet: Sheet, hair: LongHair, locks: readonly Lock[], seed: number): void {
  locks.forEach((lock, index) => {
    paintLock(sheet, hair, lock, dice(seed + index * 977));
  });
}

/** The parting: a soft shadow over the roots of the locks on both its sides. */
function paintParting(sheet: Sheet, { parting, dark }: LongHair): void {
  softly(sheet, 1.6, () => {
    sheet.ink.strokeStyle = tint(dark, 0.6);
    sheet.ink.lineWidth = 3.2;
    sheet.ink.stroke(curve(parting));
  });
}

/** Light from the room behind, just inside the outline; two widths, so that it has a core and no edge. */
function paintRim(sheet: Sheet, { rim, gleam }: Hair): void {
  const { ink } = sheet;
  for (const { inset, opacity, width, blur } of [
    { inset: 2.6, opacity: 0.36, width: 7, blur: 4 },
    { inset: 1.4, opacity: 0.46, width: 1.6, blur: 0.9 },
  ]) {
    softly(sheet, blur, () => {
      const full = tint(gleam, opacity);
      ink.strokeStyle = ramp(sheet, rim[0]!, rim.at(-1)!, [tint(gleam, 0), full, full, tint(gleam, 0)]);
      ink.lineWidth = width;
      ink.stroke(curve(rim.map(([x, y]): Point => [x + inset, y + inset * 0.6])));
    });
  }
}

function paintLock(sheet: Sheet, hair: LongHair, lock: Lock, chance: () => number): void {
  const edges = [along(lock.from, STEPS), along(lock.to, STEPS)] as const;
  const end = roundEnd(edges);
  const body = outline([...along(lock.from, FINE_STEPS), ...end, ...along(lock.to, FINE_STEPS).toReversed()]);
  softly(sheet, 0.5, () => {
    sheet.ink.fillStyle = toneColour(hair, 0.34 + lock.tone);
    sheet.ink.fill(body);
  });
  const clumps = [chance() * 6.28, chance() * 6.28];
  const paintStrands = (count: number, fine: boolean) => {
    for (let strand = 0; strand < count; strand++) {
      const across = chance();
      const points = strandPoints(edges, across, chance, fine);
      const width = fine ? lerp(0.5, 1.4, chance()) : lerp(2.5, 6, chance());
      const roundness = 1 - Math.abs(across * 2 - 1) ** 1.7;
      const clump = 0.07 * Math.sin(across * 19 + clumps[0]!) + 0.06 * Math.sin(across * 41 + clumps[1]!);
      const tone = lock.tone + lerp(0.1, 0.46, roundness) + clump + (chance() - 0.5) * (fine ? 0.3 : 0.16);
      paintStrand(sheet, hair, lock, points, { width, tone, opacity: fine ? 0.34 : 0.4, gleam: chance() });
    }
  };
  // Broad strands set the volumes and stay within the lock; fine ones give the texture and may stray over its edge.
  inside(sheet, body, () => paintStrands(lock.strands * 0.35, false));
  paintStrands(lock.strands * 0.65, true);
}

/** From one edge's tip to the other's: a lock that is cut off there, and curls under, ends round. */
function roundEnd([from, to]: readonly [Point[], Point[]]): Point[] {
  return Array.from({ length: 9 }, (_, at) => {
    const across = (at + 1) / 10;
    const [x, y] = bulge([from, to], across);
    return [lerp(from.at(-1)![0], to.at(-1)![0], across) + x, lerp(from.at(-1)![1], to.at(-1)![1], across) + y];
  });
}

/** How far the round end stands out beyond the line between the tips: a quarter of the lock's width in the middle. */
function bulge([from, to]: readonly [Point[], Point[]], across: number): Point {
  const [one, other] = [from.at(-1)!, to.at(-1)!];
  const reach = 0.24 * Math.sin(Math.PI * clamp(across));
  return [-(other[1] - one[1]) * reach, (other[0] - one[0]) * reach];
}

function strandPoints(
  edges: readonly [Point[], Point[]],
  across: number,
  chance: () => number,
  fine: boolean,
): Point[] {
  const [from, to] = edges;
  const drift = (chance() - 0.5) * 0.16;
  const wave = (chance() - 0.5) * (fine ? 2.4 : 1.2);
  const phase = chance() * 6.28;
  const start = Math.floor(chance() * (fine ? 9 : 2));
  const end = STEPS - Math.floor(chance() * (fine ? 9 : 2));
  const points: Point[] = [];
  for (let step = start; step < end; step++) {
    const share = step / (STEPS - 1);
    const place = clamp(across + drift * share, -0.01, 1.01);
    const bend = Math.sin(share * 5 + phase) * wave * share;
    const [outX, outY] = bulge(edges, place);
    const late = share ** 9;
    points.push([
      lerp(from[step]![0], to[step]![0], place) + bend + outX * late,
      lerp(from[step]![1], to[step]![1], place) + bend * 0.3 + outY * late,
    ]);
  }
  return points;
}

interface Stroke {
  readonly width: number;
  readonly tone: number;
  readonly opacity: number;
  readonly gleam: number;
}

function paintStrand(sheet: Sheet, hair: LongHair, lock: Lock, points: readonly Point[], stroke: Stroke): void {
  const first = points[0]!;
  const last = points.at(-1)!;
  const fill = sheet.ink.createLinearGradient(first[0], first[1], last[0], last[1]);
  for (let stop = 0; stop <= 8; stop++) {
    const share = stop / 8;
    const lit = bell(share - lock.shine.at, 0.13) * lock.shine.strength * (0.35 + 0.65 * stroke.gleam);
    const root = -0.1 * bell(share, 0.16) - 0.26 * bell(share, 0.05) - 0.1 * bell(share - 1, 0.2);
    fill.addColorStop(share, tint(toneColour(hair, stroke.tone + root + lit), stroke.opacity));
  }
  sheet.ink.fillStyle = fill;
  sheet.ink.fill(ribbon(points, stroke.width));
}

/** A stroke that is widest in its middle and ends in points. */
function ribbon(points: readonly Point[], width: number): Path2D {
  const left: Point[] = [];
  const right: Point[] = [];
  points.forEach(([x, y], index) => {
    const before = points[Math.max(0, index - 1)]!;
    const after = points[Math.min(points.length - 1, index + 1)]!;
    const length = Math.hypot(after[0] - before[0], after[1] - before[1]) || 1;
    const half = (width / 2) * Math.sin(Math.PI * (0.06 + 0.94 * (index / (points.length - 1)))) ** 0.6;
    const [nx, ny] = [-(after[1] - before[1]) / length, (after[0] - before[0]) / length];
    left.push([x + nx * half, y + ny * half]);
    right.push([x - nx * half, y - ny * half]);
  });
  return curve([...left, ...right.toReversed()], true);
}
