import { describe, expect, it } from 'vitest';
import { resampler } from '../../src/audio/resample.js';

const RATIOS: [number, number][] = [
  [24_000, 16_000],
  [16_000, 24_000],
  [22_050, 24_000],
  [48_000, 24_000],
  [44_100, 24_000],
  [8_000, 24_000],
  [24_000, 8_000],
  [8_000, 16_000],
  [192_000, 8_000],
  [11_025, 24_000],
];

const LOUD = 20_000;

function sine(rate: number, hertz: number, count: number, amplitude = LOUD): Int16Array {
  return Int16Array.from({ length: count }, (_, n) =>
    Math.round(amplitude * Math.sin((2 * Math.PI * hertz * n) / rate)),
  );
}

function convert(from: number, to: number, samples: Int16Array, chunk = samples.length): Int16Array {
  const { push, flush } = resampler(from, to);
  const parts: Int16Array[] = [];
  for (let at = 0; at < samples.length; at += chunk) parts.push(push(samples.subarray(at, at + chunk)));
  parts.push(flush());
  return Int16Array.from(parts.flatMap((part) => [...part]));
}

const rms = (samples: ArrayLike<number>): number =>
  Math.sqrt(Array.from(samples).reduce((sum, value) => sum + value * value, 0) / samples.length);
const decibels = (ratio: number): number => 20 * Math.log10(ratio);

/** Away from the beginning and the end, where a sine that starts out of nothing rings. */
const middle = (samples: Int16Array): Int16Array => samples.subarray(samples.length >> 2, (samples.length * 3) >> 2);

describe.each(RATIOS)('resampler %i -> %i', (from, to) => {
  const lowerNyquist = Math.min(from, to) / 2;

  it('keeps every tone of the pass band at its level and its time', () => {
    for (const share of [0.01, 0.1, 0.3, 0.5, 0.7, 0.8, 0.82]) {
      const hertz = lowerNyquist * share;
      const output = middle(convert(from, to, sine(from, hertz, from / 4)));
      const start = Math.floor(to / 4) >> 2;
      const expected = sine(to, hertz, to).subarray(start, start + output.length);
      const difference = output.map((value, n) => value - expected[n]!);
      expect(decibels(rms(difference) / rms(expected)), `${hertz} Hz`).toBeLessThan(-60);
      expect(Math.abs(decibels(rms(output) / rms(expected))), `ripple at ${hertz} Hz`).toBeLessThan(0.05);
    }
  });

  it('lets nothing through that the output could only hold as an alias', () => {
    if (from < to) return;
    for (const share of [1, 1.05, 1.2, 1.5, 1.8, (from / to) * 0.99]) {
      const hertz = lowerNyquist * share;
      if (hertz >= from / 2) continue;
      const output = middle(convert(from, to, sine(from, hertz, from / 4)));
      expect(decibels(rms(output) / (LOUD / Math.SQRT2)), `${hertz} Hz`).toBeLessThan(-60);
    }
  });

  it('makes no images of the input above its band', () => {
    if (from > to) return;
    const hertz = lowerNyquist * 0.8;
    const image = from - hertz;
    const output = middle(convert(from, to, sine(from, hertz, from / 4)));
    expect(decibels(levelAt(output, to, image) / LOUD)).toBeLessThan(-60);
  });

  it('gives the same samples however the input is cut', () => {
    const noise = Int16Array.from({ length: 9001 }, (_, n) => ((n * 7919 + ((n * n) % 977) * 31) % 60_000) - 30_000);
    const whole = convert(from, to, noise);
    for (const chunk of [1, 7, 147, 160, 1024, 4095, 4096, 4097])
      expect(convert(from, to, noise, chunk)).toEqual(whole);
  });

  it('gives one output for each output time before the end of the input', () => {
    for (const count of [0, 1, 2, 3, 100, 147, 4801]) {
      expect(convert(from, to, new Int16Array(count))).toHaveLength(Math.ceil((count * to) / from));
    }
  });

  it('leaves a constant constant', () => {
    expect(new Set(middle(convert(from, to, new Int16Array(from / 4).fill(12_345))))).toEqual(new Set([12_345]));
  });
});

/** The amplitude of one tone in the samples: they are multiplied by it and summed. */
function levelAt(samples: Int16Array, rate: number, hertz: number): number {
  let real = 0;
  let imaginary = 0;
  samples.forEach((value, n) => {
    const hann = 1 - Math.cos((2 * Math.PI * n) / samples.length);
    real += value * hann * Math.cos((2 * Math.PI * hertz * n) / rate);
    imaginary += value * hann * Math.sin((2 * Math.PI * hertz * n) / rate);
  });
  return (2 * Math.hypot(real, imaginary)) / samples.length;
}

describe('resampler', () => {
  it('does not drift: after two minutes the clocks still agree to the sample', () => {
    const { push, flush } = resampler(22_050, 24_000);
    const second = new Int16Array(22_050);
    let samples = 0;
    for (let n = 0; n < 120; n += 1) samples += push(second).length;
    expect(samples + flush().length).toBe(120 * 24_000);
  });

  it('passes samples on untouched between equal rates', () => {
    const samples = Int16Array.from([1, -2, 3]);
    const { push, flush } = resampler(24_000, 24_000);
    expect(push(samples)).toEqual(samples);
    expect(flush()).toHaveLength(0);
  });

  it('clips what swings over the edge instead of wrapping round', () => {
    const square = Int16Array.from({ length: 4800 }, (_, n) => (n % 48 < 24 ? 32_767 : -32_768));
    const output = convert(24_000, 16_000, square);
    // A wrapped peak would turn up as a sample of the other sign in the middle of a half wave.
    output.forEach((value, n) => {
      if (n % 32 > 3 && n % 32 < 13) expect(value).toBeGreaterThan(20_000);
    });
  });

  it('begins anew after flush', () => {
    const tone = sine(16_000, 440, 1600);
    const { push, flush } = resampler(16_000, 24_000);
    const first = [...push(tone), ...flush()];
    expect([...push(tone), ...flush()]).toEqual(first);
  });

  it.each([
    [0, 24_000],
    [-8000, 24_000],
    [24_000.5, 16_000],
    [Number.NaN, 16_000],
    [24_000, 23_999],
  ])('refuses %d -> %d', (from, to) => {
    expect(() => resampler(from, to)).toThrowError(expect.objectContaining({ code: 'unsupported_rate' }));
  });
});
