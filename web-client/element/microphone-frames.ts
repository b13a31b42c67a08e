/** What the microphone gives, cut for the wire: 16-bit frames of 20 ms at 24 kHz. Pure; runs in the audio thread. */
import { resampler } from './resampler.js';

export const MICROPHONE_RATE = 24_000;
/** 20 ms: half of what the server makes of it, and 50 messages a second. */
export const MICROPHONE_FRAME_SAMPLES = 480;

export interface MicrophoneFrame {
  readonly samples: Int16Array<ArrayBuffer>;
  /** Root mean square; 1 is full scale. */
  readonly rms: number;
}

export interface MicrophoneFrames {
  /** One block of mono sound at the rate of the sound card. */
  push(block: Float32Array): void;
}

export function microphoneFrames(rate: number, onFrame: (frame: MicrophoneFrame) => void): MicrophoneFrames {
  let samples = new Int16Array(MICROPHONE_FRAME_SAMPLES);
  let count = 0;
  let energy = 0;

  const add = resampler(rate, MICROPHONE_RATE, (sample) => {
    samples[count] = toInt16(sample);
    energy += sample * sample;
    count += 1;
    if (count < MICROPHONE_FRAME_SAMPLES) return;
    onFrame({ samples, rms: Math.sqrt(energy / count) });
    // The frame has been given away; the audio thread hands its memory over.
    samples = new Int16Array(MICROPHONE_FRAME_SAMPLES);
    count = 0;
    energy = 0;
  });

  return {
    push(block) {
      for (const sample of block) add(sample);
    },
  };
}

const toInt16 = (sample: number): number => Math.max(-32_768, Math.min(32_767, Math.round(sample * 32_768)));

/** The quietest that a meter shows, in decibels below full scale: a quiet room lies there. */
const METER_FLOOR = -60;
/** Somebody who talks into a laptop. */
const METER_FULL = -12;

/** Loudness for a meter, 0 to 1 in even steps of what the ear calls louder. */
export function meterOf(rms: number): number {
  const decibels = 20 * Math.log10(Math.max(rms, 1e-6));
  return Math.min(1, Math.max(0, (decibels - METER_FLOOR) / (METER_FULL - METER_FLOOR)));
}
