/**
 * The idle motion as a pure function of the loop's phase. Slow parts are sums of sine waves of whole cycles, so the loop
 * has no seam by construction; blinks lie well inside it.
 */
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

export function poseAt(phase: number): Pose {
  const breath = 0.5 - 0.5 * Math.cos(4 * Math.PI * phase);
  return {
    x: 2.6 * wave(phase, 1, 0.6) + 0.9 * wave(phase, 2, 2),
    y: 0.9 * wave(phase, 2, -2.2) + 0.5 * wave(phase, 3, 1) - 0.9 * breath,
    tilt: tiltAt(phase),
    turn: 1.3 * wave(phase, 1, 0.9) + 0.4 * wave(phase, 2, 2.4),
    nod: 0.8 * wave(phase, 2, -1.9) + 0.5 * wave(phase, 3, 1.3),
    breath,
    // A tenth of a second behind: hair of this length follows a slow head almost at once.
    swing: (tiltAt(phase - 0.03) - tiltAt(phase)) * 1.6,
    look: lookAt(phase),
  };
}

const tiltAt = (phase: number): number => 0.011 * wave(phase, 1, 1.5) + 0.005 * wave(phase, 2, 0.2) + 0.006;

/** When each blink begins, how long its opening takes, and where the eyes rest after it: at a blink the gaze shifts. */
const BLINKS = [
  { at: 0.155, open: 0.024, gazeX: 0.5, gazeY: -0.2 },
  { at: 0.555, open: 0.027, gazeX: -0.45, gazeY: 0.15 },
  { at: 0.815, open: 0.023, gazeX: 0, gazeY: 0 },
] as const;
/** 80 ms: two pictures down. */
const CLOSING = 2 / LOOP_PICTURES;

function lookAt(phase: number): Look {
  let lid = 0;
  let gazeX = 0;
  let gazeY = 0;
  for (const blink of BLINKS) {
    const shut = blink.at + CLOSING;
    const down = ease(blink.at - CLOSING * 0.25, shut, phase);
    lid = Math.max(lid, phase < shut ? down : 1 - ease(shut + 0.004, shut + 0.004 + blink.open, phase));
    gazeX += (blink.gazeX - gazeX) * down;
    gazeY += (blink.gazeY - gazeY) * down;
  }
  const drift = 0.18 * wave(phase, 3, 0.4) + 0.12 * wave(phase, 5, 2);
  return {
    lid,
    gazeX: gazeX + drift,
    gazeY: gazeY + 0.1 * wave(phase, 4, 1),
    brow: 0.5 * wave(phase, 1, 4) + 0.3 * wave(phase, 3, 2),
  };
}
