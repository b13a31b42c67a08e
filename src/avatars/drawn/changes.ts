/** Where pictures of the same face differ. */
import type { Sprite } from './lower-face.js';

/** A box in design units. */
export interface Box {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

/** The tails of blurred shadows reach far, but change nothing by more than this many levels. */
const VISIBLE = 1;

/** The part of the sprites in which any of them differs from the first. */
export function changingBox(sprites: readonly Sprite[]): Box {
  const [first, ...others] = sprites;
  const { canvas, x, y, scale } = first!;
  const { width, height } = canvas;
  const changed = new Uint8Array(width * height);
  const rest = first!.canvas.data();
  for (const other of others) {
    const data = other.canvas.data();
    for (let at = 0; at < data.length; at++) if (Math.abs(data[at]! - rest[at]!) > VISIBLE) changed[at >> 2] = 1;
  }
  const columns: number[] = [];
  const rows: number[] = [];
  changed.forEach((is, at) => {
    if (is === 0) return;
    columns.push(at % width);
    rows.push(Math.floor(at / width));
  });
  const low = (all: readonly number[]): number => all.reduce((least, one) => Math.min(least, one), Infinity);
  const high = (all: readonly number[]): number => all.reduce((most, one) => Math.max(most, one), -Infinity);
  return {
    left: x + low(columns) / scale,
    top: y + low(rows) / scale,
    right: x + (high(columns) + 1) / scale,
    bottom: y + (high(rows) + 1) / scale,
  };
}
