import { describe, expect, it } from 'vitest';
import { MICROPHONE_FRAME_SAMPLES, meterOf, microphoneFrames } from '../../web-client/element/microphone-frames.js';
import { resampler } from '../../web-client/element/resampler.js';

const TO = 24_000;
const RATES = [8000, 11_025, 16_000, 22_050, 32_000, 44_100, 48_000, 88_200, 96_000, 176_400, 192_000];

/** A second of a tone of this many hertz, at `from`, as it comes out at 24 kHz. */
function tone(from: number, hertz: number): Float64Array {
  const out: number[] = [];
  const push = resampler(from, TO, (sample) => out.push(sample));
  for (let at = 0; at < from; at += 1) push(0.5 * Math.sin((2 * Math.PI * hertz * at) / from));
  return Float64Array.from(out);
}

/** Root mean square without the filter's first and last 20 ms. */
function rms(samples: Float64Array): number {
  const middle = samples.slice(480, -480);
  return Math.sqrt(middle.reduce((sum, sample) => sum + sample * sample, 0) / middle.length);
}

const decibels = (ratio: number) => 20 * Math.log10(ratio);
const FULL = 0.5 / Math.SQRT2;

describe('the sound of the device at 24 kHz', () => {
  it.each(RATES)('from %i: a voice keeps its level and its place in time', (from) => {
    for (const hertz of [120, 1000, Math.min(from, TO) * 0.4]) {
      const heard = tone(from, hertz);
      expect(Math.abs(decibels(rms(heard) / FULL))).toBeLessThan(0.1);
      // Sample k belongs to the time k / 24000.
      const off = heard.slice(0, 20_000).map((sample, k) => sample - 0.5 * Math.sin((2 * Math.PI * hertz * k) / TO));
      expect(decibels(rms(off) / FULL)).toBeLessThan(-60);
    }
  });

  it.each(RATES)('from %i: gives 24000 samples a second', (from) => {
    // The last milliseconds wait for what comes after them.
    expect(TO - tone(from, 100).length).toBeGreaterThanOrEqual(0);
    expect(TO - tone(from, 100).length).toBeLessThan(0.004 * TO);
  });

  it.each(RATES.filter((from) => from > TO))('from %i: what 24 kHz cannot hold is gone, not folded down', (from) => {
    for (const hertz of [12_500, 15_000, from / 2 - 500]) {
      if (hertz >= from / 2) continue;
      expect(decibels(rms(tone(from, hertz)) / FULL)).toBeLessThan(-65);
    }
  });

  it.each(RATES.filter((from) => from < TO))('from %i: no mirror image appears above the old limit', (from) => {
    const hertz = from * 0.4;
    const mirror = from - hertz;
    const heard = tone(from, hertz).slice(480, -480);
    const at = (frequency: number) => {
      const [re, im] = [Math.cos, Math.sin].map((wave) =>
        heard.reduce((sum, sample, k) => sum + sample * wave((2 * Math.PI * frequency * k) / TO), 0),
      );
      return Math.hypot(re as number, im as number) / heard.length;
    };
    expect(decibels(at(mirror) / at(hertz))).toBeLessThan(-60);
  });

  it('passes 24 kHz on untouched', () => {
    expect(tone(TO, 1000).slice(0, 3)).toEqual(
      Float64Array.from([0, 1, 2], (at) => 0.5 * Math.sin((2 * Math.PI * 1000 * at) / TO)),
    );
  });

  it('does not drift', () => {
    let count = 0;
    const push = resampler(44_100, TO, () => {
      count += 1;
    });
    for (let at = 0; at < 44_100 * 20; at += 1) push(0);
    expect(TO * 20 - count).toBeLessThan(0.002 * TO);
  });
});

describe('the frames of the microphone', () => {
  it('are 20 ms of 16-bit samples each, whatever the blocks', () => {
    const frames: Int16Array[] = [];
    const { push } = microphoneFrames(48_000, ({ samples }) => frames.push(samples));
    for (let block = 0; block < 375; block += 1) push(new Float32Array(128).fill(0.25));
    expect(frames).toHaveLength(49);
    expect(new Set(frames.map((frame) => frame.length))).toEqual(new Set([MICROPHONE_FRAME_SAMPLES]));
    expect(Math.abs((frames[20]?.[100] ?? 0) - 8192)).toBeLessThan(8);
  });

  it('clip what is too loud instead of turning it over', () => {
    const frames: Int16Array[] = [];
    const { push } = microphoneFrames(TO, ({ samples }) => frames.push(samples));
    push(Float32Array.from({ length: 480 }, (_, at) => (at % 2 === 0 ? 1.5 : -1.5)));
    expect([frames[0]?.[0], frames[0]?.[1]]).toEqual([32_767, -32_768]);
  });

  it('say how loud they are', () => {
    const levels: number[] = [];
    const { push } = microphoneFrames(TO, ({ rms: level }) => levels.push(level));
    push(new Float32Array(480).fill(0.5));
    push(new Float32Array(480));
    expect(levels).toEqual([0.5, 0]);
  });

  it('fill a meter from a quiet room to a loud voice', () => {
    expect([0, 0.001, 1].map(meterOf)).toEqual([0, 0, 1]);
    const [soft, loud] = [meterOf(0.01), meterOf(0.1)];
    expect(soft).toBeGreaterThan(0.3);
    expect(loud).toBeGreaterThan(soft + 0.3);
  });
});
