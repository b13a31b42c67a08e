import { describe, expect, it } from 'vitest';
import { BANDS, melBands, melScratch, WINDOW } from '../../src/audio/mel.js';
import { HEARING_RATE } from '../../src/audio/pcm.js';
import { CONTEXT, hear, startHearing } from '../../src/engines/face/hearing.js';
import { framesOf, silence, sound } from '../fixtures/mouth/sounds.js';

function bandsOf(samples: (i: number) => number): { bands: Float32Array; loudness: number } {
  const bands = new Float32Array(BANDS);
  const loudness = melBands(
    Float32Array.from({ length: WINDOW }, (_, i) => samples(i)),
    0,
    bands,
    melScratch(),
  );
  return { bands, loudness };
}

const sine =
  (hz: number, amplitude = 1) =>
  (i: number) =>
    amplitude * Math.sin((2 * Math.PI * hz * i) / HEARING_RATE);
const loudest = (bands: Float32Array): number => bands.indexOf(Math.max(...bands));

describe('mel bands', () => {
  it('agree with a transform written out in full', () => {
    const samples = Float32Array.from({ length: WINDOW }, (_, i) => Math.sin(i * i * 0.001) * 0.5);
    const power = Array.from({ length: WINDOW / 2 + 1 }, (_, k) => {
      let re = 0;
      let im = 0;
      for (let i = 0; i < WINDOW; i += 1) {
        const windowed = samples[i]! * (0.5 - 0.5 * Math.cos((2 * Math.PI * i) / WINDOW));
        re += windowed * Math.cos((2 * Math.PI * k * i) / WINDOW);
        im -= windowed * Math.sin((2 * Math.PI * k * i) / WINDOW);
      }
      return (re * re + im * im) / (WINDOW / 4) ** 2;
    });
    const scratch = melScratch();
    melBands(samples, 0, new Float32Array(BANDS), scratch);
    power.forEach((value, k) => {
      expect(scratch.power[k]).toBeCloseTo(value, 9);
    });
  });

  it('rise with the pitch of a sine', () => {
    const places = [100, 300, 700, 1500, 3000, 6000].map((hz) => loudest(bandsOf(sine(hz)).bands));
    expect(places).toEqual([...places].sort((a, b) => a - b));
    expect(new Set(places).size).toBe(places.length);
  });

  it('fall by 20 dB for a tenth of the amplitude, and have a floor', () => {
    expect(bandsOf(sine(1000)).loudness - bandsOf(sine(1000, 0.1)).loudness).toBeCloseTo(20, 3);
    const still = bandsOf(() => 0);
    expect(Number.isFinite(still.loudness)).toBe(true);
    expect(still.loudness).toBeLessThan(-80);
  });
});

describe('hearing', () => {
  const contexts = (gain: number): Float32Array[] => {
    const hearing = startHearing();
    const quieter = sound('aaa', 2.5).map((sample) => sample * gain);
    return framesOf(quieter).flatMap((frame) => hear(hearing, frame).map(({ context }) => context));
  };

  it('gives two contexts for a frame', () => {
    const moments = hear(startHearing(), framesOf(sound('aaa', 0.04))[0]!);
    expect(moments).toHaveLength(2);
    expect(moments[0]!.context).toHaveLength(CONTEXT);
  });

  it('hears a quiet voice like a loud one once it knows how loud it is', () => {
    const loud = contexts(2).at(-12)!;
    const quiet = contexts(0.25).at(-12)!;
    const apart = loud.reduce((sum, value, i) => sum + Math.abs(value - quiet[i]!), 0) / loud.length;
    expect(apart).toBeLessThan(0.1);
  });

  it('knows silence from voice', () => {
    const hearing = startHearing();
    const loudness = framesOf(sound('aaa', 0.4), silence(0.4)).flatMap((frame) =>
      hear(hearing, frame).map((moment) => moment.loudness),
    );
    expect(loudness[14]).toBeGreaterThan(-5);
    expect(loudness.at(-1)).toBeLessThan(-40);
  });
});
