/**
 * One stream's hearing: frames of 40 ms in, two contexts of mel bands out for each. A context is what the mouth model
 * sees to judge one moment: the bands from 100 ms before it to 60 ms after it, relative to how loud this voice is.
 */

import { BANDS, type MelScratch, melBands, melScratch, WINDOW } from '../../audio/mel.js';
import { FACE_FRAME_SAMPLES } from '../../audio/pcm.js';

/** A moment every 20 ms: two in a picture, so that a closure of 40 ms is seen wherever it falls. */
export const HOP = 320;
const HOPS_PER_FRAME = FACE_FRAME_SAMPLES / HOP;
const HOPS_BEFORE = 5;
/** A "p" is silent until it bursts; only what follows tells it from a "t". */
export const HOPS_AFTER = 3;
const HOPS = HOPS_BEFORE + 1 + HOPS_AFTER;
export const CONTEXT = HOPS * BANDS;

/** Quieter than most voices (-10 to -20), louder than the noise before them (under -40); it rises within two hops. */
const FIRST_LEVEL_DB = -26;
const LOWEST_LEVEL_DB = -60;
const RISE = 0.5;
/** 5 dB a second while somebody speaks, to find a soft voice; 0.5 in pauses, so that noise does not become one. */
const FALL_IN_SPEECH_DB = 0.1;
const FALL_IN_PAUSE_DB = 0.01;
const PAUSE_DB = -20;
const FAINTEST_DB = -70;
const LOUDEST_DB = 10;

export interface Hearing {
  /** The last WINDOW samples that later windows still need, then the new frame. */
  readonly samples: Float32Array;
  /** The bands of the last HOPS hops in dB, oldest first, and how loud each hop was. */
  readonly bands: Float32Array;
  readonly loudness: Float32Array;
  /** How loud the voice is where it is loud, in dB. */
  level: number;
  readonly scratch: MelScratch;
}

/** What is heard of one moment. The arrays are the caller's to keep. */
export interface Moment {
  /** CONTEXT values of about -2 to 2. */
  readonly context: Float32Array;
  /** dB relative to the voice's loud parts: about 0 in a stressed vowel, under -40 in a pause. */
  readonly loudness: number;
}

export const startHearing = (): Hearing => ({
  samples: new Float32Array(WINDOW + FACE_FRAME_SAMPLES),
  bands: new Float32Array(CONTEXT).fill(FIRST_LEVEL_DB + FAINTEST_DB),
  loudness: new Float32Array(HOPS).fill(FIRST_LEVEL_DB + FAINTEST_DB),
  level: FIRST_LEVEL_DB,
  scratch: melScratch(),
});

/**
 * Hears frame k. The windows are centred on 40k and 40k + 20 ms, so with HOPS_AFTER the two moments that come back are
 * those of 40k - 60 and 40k - 40 ms.
 */
export function hear(hearing: Hearing, frame: Int16Array): Moment[] {
  const { samples } = hearing;
  samples.copyWithin(0, FACE_FRAME_SAMPLES);
  for (let i = 0; i < FACE_FRAME_SAMPLES; i += 1) samples[WINDOW + i] = frame[i]! / 32_768;
  return Array.from({ length: HOPS_PER_FRAME }, (_, hop) => {
    hearHop(hearing, WINDOW / 2 + hop * HOP);
    return momentOf(hearing);
  });
}

function hearHop(hearing: Hearing, from: number): void {
  const { bands, loudness } = hearing;
  bands.copyWithin(0, BANDS);
  loudness.copyWithin(0, 1);
  const newest = bands.subarray(CONTEXT - BANDS);
  const loud = melBands(hearing.samples, from, newest, hearing.scratch);
  loudness[HOPS - 1] = loud;
  hearing.level = nextLevel(hearing.level, loud);
}

function nextLevel(level: number, loud: number): number {
  if (loud > level) return level + RISE * (loud - level);
  return Math.max(LOWEST_LEVEL_DB, level - (loud > level + PAUSE_DB ? FALL_IN_SPEECH_DB : FALL_IN_PAUSE_DB));
}

/** The level as of now, which has already heard what follows the moment: a first word is not judged by the start level. */
function momentOf({ bands, loudness, level }: Hearing): Moment {
  const context = new Float32Array(CONTEXT);
  for (let i = 0; i < CONTEXT; i += 1) {
    const relative = Math.min(LOUDEST_DB, Math.max(FAINTEST_DB, bands[i]! - level));
    context[i] = (relative + 30) / 20;
  }
  return { context, loudness: loudness[HOPS_BEFORE]! - level };
}
