/**
 * The idle motion as a pure function of the loop's phase. Slow parts are sums of sine waves of whole cycles, so the loop
 * has no seam by construction; blinks lie well inside it.
 */
import type { Motion } from './design.js';
import type { Look } from './eyes.js';
import { ease } from './paint.js';

/** 6.4 s at 25 pictures a second: two breaths of 3.2 s, near 19 a minute, the upper end of calm. */
export const LOOP_PICTURES = 160;

export interface Pose {
  /** Where the head is, in design units, and its tilt in radians about the base of the neck. */
  readonly x: number;
  readonly y: number;
  readonly tilt: number;
  /** The features slide over the face by this much as the head turns and nods. */
  readonly turn: number;
  readonly nod: number;
  /** 0 breathed out, 1 breathed in. */
  readonly breath: number;
  /** Radians by which the hanging hair lags behind the tilt. */
  readonly swing: number;
  readonly look: Look;
}

const wave = (phase: number, cycles: number, shift: number): number => Math.sin(2 * Math.PI * cycles * phase + shift);

export function poseAt(motion: Motion, phase: number): Pose {
  const { side } = motion;
  const slow = phase + motion.start;
  const breath = 0.5 - 0.5 * Math.cos(4 * Math.PI * slow);
  return {
    x: side * (2.6 * wave(slow, 1, 0.6) + 0.9 * wave(slow, 2, 2)),
    y: 0.9 * wave(slow, 2, -2.2) + 0.5 * wave(slow, 3, 1) - 0.9 * breath,
    tilt: side * tiltAt(slow),
    turn: side * (1.3 * wave(slow, 1, 0.9) + 0.4 * wave(slow, 2, 2.4)),
    nod: 0.8 * wave(slow, 2, -1.9) + 0.5 * wave(slow, 3, 1.3),
    breath,
    // A tenth of a second behind: hair of this length follows a slow head almost at once.
    swing: motion.hair * side * (tiltAt(slow - 0.03) - tiltAt(slow)) * 1.6,
    look: lookAt(motion, phase),
  };
}

const tiltAt = (phase: number): number => 0.011 * wave(phase, 1, 1.5) + 0.005 * wave(phase, 2, 0.2) + 0.006;

/** 80 ms: two pictures down. */
const CLOSING = 2 / LOOP_PICTURES;

function lookAt({ start, blinks }: Motion, phase: number): Look {
  let lid = 0;
  let gazeX = 0;
  let gazeY = 0;
  for (const blink of blinks) {
    const shut = blink.at + CLOSING;
    const down = ease(blink.at - CLOSING * 0.25, shut, phase);
    lid = Math.max(lid, phase < shut ? down : 1 - ease(shut + 0.004, shut + 0.004 + blink.open, phase));
    gazeX += (blink.gazeX - gazeX) * down;
    gazeY += (blink.gazeY - gazeY) * down;
  }
  const slow = phase + start;
  const drift = 0.18 * wave(slow, 3, 0.4) + 0.12 * wave(slow, 5, 2);
  return {
    lid,
    gazeX: gazeX + drift,
    gazeY: gazeY + 0.1 * wave(slow, 4, 1),
    brow: 0.5 * wave(slow, 1, 4) + 0.3 * wave(slow, 3, 2),
  };
}
