/** Where clicks sound: each at the first sample of a frame, and no two distances alike for long. */
import { FRAME_MS, FRAME_SAMPLES, msToSamples } from '../../audio/pcm.js';

/** Before the first one an answer fades in over what was seen, for 160 ms. */
const FIRST_FRAME = 500 / FRAME_MS;
/** 240 to 440 ms: a flash that is 120 ms off is still nearest to its own click, and a whole row fits in one place only. */
const LEAST_FRAMES = 6;
const MOST_FRAMES = 11;
const BURST_SAMPLES = msToSamples(5);
const LOUD = 26_000;
/** 1.5 kHz, from its peak: the first sample is as loud as any. */
const PERIOD_SAMPLES = 16;

/** Frames of an answer of so many in which it clicks. */
export function clickFrames(frames: number, random: () => number): number[] {
  const clicks: number[] = [];
  for (let frame = Math.ceil(FIRST_FRAME); frame < frames - 1; frame += step(random)) clicks.push(frame);
  return clicks;
}

const step = (random: () => number) => LEAST_FRAMES + Math.floor(random() * (MOST_FRAMES - LEAST_FRAMES + 1));

/** Silence, and the clicks in it. */
export function clickingFrame(isClick: boolean): Int16Array {
  const samples = new Int16Array(FRAME_SAMPLES);
  if (!isClick) return samples;
  for (let at = 0; at < BURST_SAMPLES; at += 1)
    samples[at] = Math.round(LOUD * Math.cos((2 * Math.PI * at) / PERIOD_SAMPLES));
  return samples;
}

/** Louder than what a resampler leaves of a click in the frame beside it. */
export const isClick = (samples: Int16Array): boolean => samples.some((sample) => Math.abs(sample) > LOUD / 2);

/** As a share of full scale: what the page takes for a click. */
export const CLICK_LEVEL = LOUD / 2 / 32_768;
