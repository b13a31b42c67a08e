/**
 * The few brushes that all parts of a drawing share. Drawings are made in a square of DESIGN_SIZE units and painted on
 * sheets of any resolution; lengths, blurs included, are always in design units.
 */
import { type Canvas, createCanvas, Path2D, type SKRSContext2D } from '@napi-rs/canvas';

export const DESIGN_SIZE = 512;

/**
 * Layers have twice the resolution of the picture: they are moved by fractions of a pixel, and would shimmer if they had
 * the same one.
 */
export const FINER = 2;

export type Point = readonly [x: number, y: number];

/** A transparent square to paint on, and how many pixels a design unit has on it. */
export interface Sheet {
  readonly canvas: Canvas;
  readonly ink: SKRSContext2D;
  readonly scale: number;
}

/**
 * For a drawing of this many pixels a side, or for the part of it that reaches so far from its upper left corner: every
 * blur looks at all of its sheet. What is left out must lie at the right and below. With another origin coordinates are
 * rounded otherwise, and the drawing differs by a level here and there.
 */
export function newSheet(pixels: number, reach: Point = [DESIGN_SIZE, DESIGN_SIZE]): Sheet {
  const scale = pixels / DESIGN_SIZE;
  const canvas = createCanvas(Math.ceil(reach[0] * scale), Math.ceil(reach[1] * scale));
  const ink = canvas.getContext('2d');
  ink.scale(scale, scale);
  ink.lineCap = 'round';
  ink.lineJoin = 'round';
  return { canvas, ink, scale };
}

/** A colour with this opacity. Colours of a design are always written #rrggbb. */
export function tint(colour: string, opacity: number): string {
  const [r, g, b] = channels(colour);
  return `rgba(${r}, ${g}, ${b}, ${opacity.toFixed(4)})`;
}

export function mix(from: string, to: string, share: number): string {
  const a = channels(from);
  const b = channels(to);
  const hex = a.map((value, at) => {
    const mixed = Math.round(value + (b[at]! - value) * clamp(share));
    return mixed.toString(16).padStart(2, '0');
  });
  return `#${hex.join('')}`;
}

function channels(colour: string): number[] {
  return [1, 3, 5].map((at) => Number.parseInt(colour.slice(at, at + 2), 16));
}

export const clamp = (value: number, low = 0, high = 1): number => Math.min(high, Math.max(low, value));
export const lerp = (from: number, to: number, share: number): number => from + (to - from) * share;
/** The point that lies this share of the way from one to the other. */
export const between = ([x, y]: Point, [toX, toY]: Point, share: number): Point => [
  lerp(x, toX, share),
  lerp(y, toY, share),
];
/** 0 before `from`, 1 after `to`, and level at both ends. */
export function ease(from: number, to: number, value: number): number {
  const share = clamp((value - from) / (to - from));
  return share * share * (3 - 2 * share);
}
/** A bell around 0: 1 in the middle, 0.6 at `width`. */
export const bell = (value: number, width: number): number => Math.exp(-0.5 * (value / width) ** 2);

/** A smooth curve through all the points (Catmull-Rom, as cubic pieces). */
export function curve(points: readonly Point[], closed = false): Path2D {
  const path = new Path2D();
  const count = points.length;
  const at = (index: number): Point =>
    closed ? points[(index + count) % count]! : points[Math.min(count - 1, Math.max(0, index))]!;
  path.moveTo(at(0)[0], at(0)[1]);
  const pieces = closed ? count : count - 1;
  for (let index = 0; index < pieces; index++) {
    const [before, from, to, after] = [at(index - 1), at(index), at(index + 1), at(index + 2)];
    path.bezierCurveTo(
      from[0] + (to[0] - before[0]) / 6,
      from[1] + (to[1] - before[1]) / 6,
      to[0] - (after[0] - from[0]) / 6,
      to[1] - (after[1] - from[1]) / 6,
      to[0],
      to[1],
    );
  }
  if (closed) path.closePath();
  return path;
}

/** `count` points along the same smooth curve, evenly spaced in its parameter. */
export function along(points: readonly Point[], count: number): Point[] {
  const last = points.length - 1;
  const at = (index: number): Point => points[Math.min(last, Math.max(0, index))]!;
  return Array.from({ length: count }, (_, step) => {
    const position = (step / (count - 1)) * last;
    const index = Math.min(last - 1, Math.floor(position));
    const share = position - index;
    const [before, from, to, after] = [at(index - 1), at(index), at(index + 1), at(index + 2)];
    return [0, 1].map((axis) => spline(before[axis]!, from[axis]!, to[axis]!, after[axis]!, share)) as [number, number];
  });
}

function spline(before: number, from: number, to: number, after: number, t: number): number {
  const slope = (to - before) / 2;
  const nextSlope = (after - from) / 2;
  const rise = to - from;
  return from + t * (slope + t * (3 * rise - 2 * slope - nextSlope + t * (slope + nextSlope - 2 * rise)));
}

/** Straight lines through points that lie close together already. */
export function outline(points: readonly Point[]): Path2D {
  const path = polyline(points);
  path.closePath();
  return path;
}

/** The same, open: for a stroke. */
export function polyline(points: readonly Point[]): Path2D {
  const path = new Path2D();
  points.forEach(([x, y], index) => {
    if (index === 0) path.moveTo(x, y);
    else path.lineTo(x, y);
  });
  return path;
}

export function inside(sheet: Sheet, shape: Path2D, paint: () => void): void {
  sheet.ink.save();
  sheet.ink.clip(shape);
  paint();
  sheet.ink.restore();
}

/** Whatever is painted comes out blurred by this many design units. */
export function softly(sheet: Sheet, blur: number, paint: () => void): void {
  sheet.ink.save();
  sheet.ink.filter = `blur(${(blur * sheet.scale).toFixed(3)}px)`;
  paint();
  sheet.ink.restore();
}

export interface Line {
  readonly colour: string;
  readonly opacity: number;
  readonly width: number;
  readonly blur: number;
}

/** A soft line along the smooth curve through these points. */
export function line(sheet: Sheet, points: readonly Point[], { colour, opacity, width, blur }: Line): void {
  softly(sheet, blur, () => {
    sheet.ink.strokeStyle = tint(colour, opacity);
    sheet.ink.lineWidth = width;
    sheet.ink.stroke(curve(points));
  });
}

export interface Glow {
  readonly x: number;
  readonly y: number;
  readonly rx: number;
  readonly ry: number;
  readonly colour: string;
  readonly opacity: number;
  /** Radians. */
  readonly turn?: number;
}

/** A patch of colour that is strongest in its middle and has no edge. */
export function glow(sheet: Sheet, { x, y, rx, ry, colour, opacity, turn = 0 }: Glow): void {
  const { ink } = sheet;
  ink.save();
  ink.translate(x, y);
  ink.rotate(turn);
  ink.scale(rx, ry);
  const fill = ink.createRadialGradient(0, 0, 0, 0, 0, 1);
  // Five stops of a bell curve: a straight ramp shows a bright point in the middle and a ring at the rim.
  for (const stop of [0, 0.25, 0.5, 0.75, 1]) {
    fill.addColorStop(stop, tint(colour, opacity * (bell(stop, 0.42) - bell(1, 0.42) * stop)));
  }
  ink.fillStyle = fill;
  ink.fillRect(-1, -1, 2, 2);
  ink.restore();
}

/** A gradient from one point to another over evenly spaced colours. */
export function ramp(sheet: Sheet, from: Point, to: Point, colours: readonly string[]) {
  const fill = sheet.ink.createLinearGradient(from[0], from[1], to[0], to[1]);
  colours.forEach((colour, index) => {
    fill.addColorStop(index / (colours.length - 1), colour);
  });
  return fill;
}

/** Repeatable chance: the same seed draws the same hair on every machine. */
export function dice(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let value = Math.imul(state ^ (state >>> 15), 1 | state);
    value = (value + Math.imul(value ^ (value >>> 7), 61 | value)) ^ value;
    return ((value ^ (value >>> 14)) >>> 0) / 4_294_967_296;
  };
}
