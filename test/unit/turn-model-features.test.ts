import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { fourier } from '../../src/engines/turn/fourier.js';
import { HEARD_SAMPLES, logMel, MEL_BANDS, MEL_FRAMES } from '../../src/engines/turn/log-mel.js';
import { saw } from '../fixtures/turn-model/sounds.js';

describe('the Fourier transform', () => {
  it.each([1, 2, 12, 45, 400, 512])('gives for %i numbers what its definition does', (length) => {
    const from = Array.from({ length }, (_, i) => [Math.sin(i * i), Math.cos(3 * i * i)] as const);
    const real = Float64Array.from(from, ([re]) => re);
    const imaginary = Float64Array.from(from, ([, im]) => im);
    fourier(length)(real, imaginary);
    for (let bin = 0; bin < length; bin += 1) {
      const terms = from.map(([re, im], i) => {
        const angle = (-2 * Math.PI * ((bin * i) % length)) / length;
        return [re * Math.cos(angle) - im * Math.sin(angle), re * Math.sin(angle) + im * Math.cos(angle)] as const;
      });
      expect(real[bin]).toBeCloseTo(
        terms.reduce((sum, [re]) => sum + re, 0),
        8,
      );
      expect(imaginary[bin]).toBeCloseTo(
        terms.reduce((sum, [, im]) => sum + im, 0),
        8,
      );
    }
  });

  it('refuses a length with other factors', () => {
    expect(() => fourier(14)).toThrow('a length of 14 has other factors than 2, 3 and 5');
  });
});

interface Golden {
  readonly seconds: number;
  readonly sum: number;
  readonly frames: Readonly<Record<string, readonly number[]>>;
}

const golden = JSON.parse(readFileSync('test/fixtures/turn-model/features.json', 'utf8')) as Golden[];

describe("Whisper's features", () => {
  it.each(golden)('of $seconds s are those that tools/turn-model/features.py computes', ({ seconds, sum, frames }) => {
    const features = logMel(saw(seconds));
    expect(features).toHaveLength(MEL_BANDS * MEL_FRAMES);
    expect(Object.keys(frames)).toHaveLength(12);
    for (const [frame, bands] of Object.entries(frames)) {
      expect(bands).toHaveLength(MEL_BANDS);
      for (const [band, value] of bands.entries()) {
        const ours = features[band * MEL_FRAMES + Number(frame)]!;
        expect(Math.abs(ours - value), `frame ${frame}, band ${band}`).toBeLessThan(1e-3);
      }
    }
    // Of the frames that are not written down, all together: 64,000 values.
    expect(Math.abs(features.reduce((all, value) => all + value, 0) - sum)).toBeLessThan(1);
  });

  it('are of the last 8 s only', () => {
    const long = saw(11);
    expect(logMel(long)).toEqual(logMel(long.slice(-HEARD_SAMPLES)));
    expect(logMel(long)).not.toEqual(logMel(long.slice(0, HEARD_SAMPLES)));
  });

  it('of silence are finite, and all the same', () => {
    expect(new Set(logMel(new Int16Array(HEARD_SAMPLES)))).toEqual(new Set([-1.5]));
  });
});
