/**
 * Chooses the rectangle of a patch. It lies on the grid that base pictures and patches share, so that their JPEG blocks
 * are the same ones. One thing can still show at its rim: colour is stored at half the resolution, and a decoder smooths
 * it across blocks, but not beyond the end of a patch. Where the colour jumps right there (an edge of the jaw, an
 * earring), base and patch differ by up to 15 levels. So the join is measured, and the rectangle grows until it is calm.
 */
import { createCanvas, loadImage } from '@napi-rs/canvas';
import type { Place } from '../../engines/contract.js';
import { GRID } from '../../protocol/pack.js';
import type { Box } from './changes.js';

/** What a change does to the pixels of its own 8-pixel block must not reach the rim. */
const BLOCK = 8;
/** Levels between base and patch at the rim: 5 and more can be seen on a calm cheek. */
const CALM = 4;

export interface Pixels {
  readonly data: Uint8ClampedArray;
  readonly width: number;
}

export async function decodeJpeg(jpeg: Uint8Array): Promise<Pixels> {
  const image = await loadImage(jpeg);
  const ink = createCanvas(image.width, image.height).getContext('2d');
  ink.drawImage(image, 0, 0);
  return { data: ink.getImageData(0, 0, image.width, image.height).data, width: image.width };
}

/** The largest difference between base and patch along the rim of the patch. */
export function joinOf(base: Pixels, patch: Pixels, place: Place): number {
  let most = 0;
  const compare = (x: number, y: number) => {
    const inPatch = (y * patch.width + x) * 4;
    const inBase = ((y + place.y) * base.width + x + place.x) * 4;
    for (let channel = 0; channel < 3; channel++) {
      most = Math.max(most, Math.abs(patch.data[inPatch + channel]! - base.data[inBase + channel]!));
    }
  };
  for (let x = 0; x < place.width; x++) for (const y of [0, place.height - 1]) compare(x, y);
  for (let y = 0; y < place.height; y++) for (const x of [0, place.width - 1]) compare(x, y);
  return most;
}

/** The smallest rectangle around the changes whose join is calm, or else the calmest. `joinAt` measures one. */
export async function choosePlace(
  changed: Box,
  size: number,
  joinAt: (place: Place) => Promise<number>,
): Promise<Place> {
  let best: { place: Place; join: number } | undefined;
  for (const place of candidates(changed, size)) {
    const join = await joinAt(place);
    if (join <= CALM) return place;
    if (best === undefined || join < best.join) best = { place, join };
  }
  return best!.place;
}

/** The nearest rectangle on the grid, and those up to two grid lines larger on any side; small ones first. */
function candidates(changed: Box, size: number): Place[] {
  const low = (value: number, more: number): number => Math.max(0, Math.floor((value - BLOCK) / GRID - more) * GRID);
  const high = (value: number, more: number): number => Math.min(size, Math.ceil((value + BLOCK) / GRID + more) * GRID);
  const more = [0, 1, 2];
  const places = more.flatMap((l) =>
    more.flatMap((t) =>
      more.flatMap((r) =>
        more.map((b): Place => {
          const [x, y] = [low(changed.left, l), low(changed.top, t)];
          return { x, y, width: high(changed.right, r) - x, height: high(changed.bottom, b) - y };
        }),
      ),
    ),
  );
  return places.sort((one, other) => one.width * one.height - other.width * other.height);
}
