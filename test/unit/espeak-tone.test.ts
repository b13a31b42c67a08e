import { describe, expect, it } from 'vitest';
import { polished, type Tone } from '../../src/engines/tts/tone.js';

const flat: Tone = { level: 0, body: 0, presence: 0 };
const RATE = 24_000;

const tone = (hertz: number, count: number, amplitude: number, offset = 0): Int16Array =>
  Int16Array.from({ length: count }, (_, n) =>
    Math.round(offset + amplitude * Math.sin((2 * Math.PI * hertz * n) / RATE)),
  );
const rms = (samples: Int16Array): number =>
  Math.sqrt(samples.reduce((sum, value) => sum + value * value, 0) / samples.length);
const peak = (samples: Int16Array): number => samples.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
const middle = (samples: Int16Array): Int16Array => samples.subarray(samples.length >> 2, (samples.length * 3) >> 2);
const decibels = (ratio: number): number => 20 * Math.log10(ratio);

function change(hertz: number, curve: Tone): number {
  const input = tone(hertz, RATE, 4000);
  return decibels(rms(middle(polished(input, curve).samples)) / rms(middle(input)));
}

describe('polished', () => {
  it('removes an offset', () => {
    const { samples } = polished(tone(300, RATE, 4000, 1500), flat);
    const mean = middle(samples).reduce((sum, value) => sum + value, 0) / (samples.length / 2);
    expect(Math.abs(mean)).toBeLessThan(5);
  });

  it('lays the curve over the spectrum', () => {
    expect(change(300, flat)).toBeCloseTo(0, 1);
    expect(change(2400, { ...flat, presence: -6 })).toBeCloseTo(-6, 1);
    expect(change(200, { ...flat, presence: -6 })).toBeGreaterThan(-0.5);
    expect(change(100, { ...flat, body: 4 })).toBeGreaterThan(3);
    expect(change(2000, { ...flat, body: 4 })).toBeLessThan(0.3);
    expect(change(1000, { ...flat, level: -3 })).toBeCloseTo(-3, 1);
  });

  it('ducks peaks below -1 dB without clipping them', () => {
    const loud = tone(200, RATE, 4000);
    loud.set(tone(200, 2400, 32_000), 12_000);
    const { samples } = polished(loud, { ...flat, level: 6 });
    expect(peak(samples)).toBeLessThanOrEqual(Math.ceil(32_768 * 10 ** (-1 / 20)));
    expect(peak(samples)).toBeGreaterThan(28_000);
    // Clipping would hold the ceiling for many samples at once.
    const atCeiling = samples.filter((value) => Math.abs(value) > 29_100).length;
    expect(atCeiling / samples.length).toBeLessThan(0.02);
    // What lies far from the peak keeps its level.
    expect(decibels(rms(samples.subarray(2400, 9600)) / rms(loud.subarray(2400, 9600)))).toBeCloseTo(6, 1);
  });

  it('trims silence, says how much, and leaves a little room', () => {
    const padded = new Int16Array(RATE);
    padded.set(tone(400, 4800, 8000), 9600);
    const { samples, trimmed } = polished(padded, flat);
    expect(trimmed).toBeGreaterThan(9600 - 0.02 * RATE);
    expect(trimmed).toBeLessThanOrEqual(9600);
    expect(samples.length).toBeGreaterThan(4800);
    expect(samples.length).toBeLessThan(4800 + 0.1 * RATE);
  });

  it('fades its edges, so that nothing clicks where clauses meet', () => {
    const { samples } = polished(
      tone(400, 4800, 20_000).map((_, n) => (n % 60 < 30 ? 20_000 : -20_000)),
      flat,
    );
    expect(Math.abs(samples[0]!)).toBe(0);
    expect(Math.abs(samples.at(-1)!)).toBe(0);
    expect(peak(samples.subarray(0, 12))).toBeLessThan(1500);
  });

  it('makes nothing of silence and of nothing', () => {
    expect(polished(new Int16Array(5000), flat).samples).toHaveLength(0);
    expect(polished(new Int16Array(0), flat).samples).toHaveLength(0);
  });
});
