/** Drawing: a base picture, a patch over it, and at the start of a reply what was there before, fading. */
import type { Patch } from './patches.js';

/** Inside 120-200 ms: shorter is a jump, longer a ghost. */
const FADE_SECONDS = 0.16;

export interface Shot {
  readonly base: number;
  readonly bitmap: ImageBitmap;
  readonly patch: Patch | undefined;
  readonly weight: number;
}

export interface FaceCanvas {
  /** What is seen stays, and the next shots fade in over it: another face may be coming. */
  resize(width: number, height: number): void;
  /** The next shots fade in over what is on the canvas now. */
  fadeFromHere(): void;
  /** Draws the shot if it differs from what is seen; true if it drew. */
  draw(shot: Shot, time: number): boolean;
}

export function faceCanvas(canvas: HTMLCanvasElement): FaceCanvas {
  const context = canvas.getContext('2d', { alpha: false }) as CanvasRenderingContext2D;
  const before = document.createElement('canvas');
  /** `due`: it begins with the next shot. */
  let fadeStart: number | 'due' | undefined;
  let last: { shot: Shot; ghost: number } | undefined;

  const ghostAt = (time: number): number => {
    if (fadeStart === 'due') fadeStart = time;
    const weight = fadeStart === undefined ? 0 : 1 - (time - fadeStart) / FADE_SECONDS;
    if (weight <= 0) fadeStart = undefined;
    return Math.max(0, weight);
  };

  return {
    resize(width, height) {
      Object.assign(before, { width, height });
      before.getContext('2d')?.drawImage(canvas, 0, 0, width, height);
      Object.assign(canvas, { width, height });
      context.drawImage(before, 0, 0);
      if (last !== undefined) fadeStart = 'due';
      last = undefined;
    },
    fadeFromHere() {
      if (last === undefined) return;
      before.getContext('2d')?.drawImage(canvas, 0, 0);
      fadeStart = 'due';
    },
    draw(shot, time) {
      const ghost = ghostAt(time);
      if (last !== undefined && isSame(last.shot, shot) && ghost === last.ghost) return false;
      context.globalAlpha = 1;
      context.drawImage(shot.bitmap, 0, 0);
      if (shot.patch?.bitmap !== undefined && shot.weight > 0) {
        context.globalAlpha = shot.weight;
        layOver(context, shot.patch.bitmap, shot.patch.place);
      }
      if (ghost > 0) {
        context.globalAlpha = ghost;
        context.drawImage(before, 0, 0);
      }
      last = { shot, ghost };
      return true;
    },
  };
}

/**
 * Without its outermost pixels: a decoder spreads the colour of each square over the next one, and at the end of a JPEG
 * there is none. On a film of a face base and patch differ there by up to 15 levels, one pixel further in by 4.
 */
function layOver(context: CanvasRenderingContext2D, patch: ImageBitmap, { x, y }: { x: number; y: number }): void {
  const [width, height] = [patch.width - 2, patch.height - 2];
  context.drawImage(patch, 1, 1, width, height, x + 1, y + 1, width, height);
}

function isSame(a: Shot, b: Shot): boolean {
  return a.base === b.base && a.patch === b.patch && a.weight === b.weight;
}
