import { describe, expect, it } from 'vitest';
import { HEARING_RATE } from '../../src/audio/pcm.js';
import { VAD_FRAME_SAMPLES } from '../../src/engines/contract.js';
import { loudnessEar, loudnessVad } from '../../src/engines/vad/loudness.js';
import { noise, silence, vadContract } from './vad.js';

vadContract('loudness', async () => loudnessVad());

const tone = (hz: number, amplitude: number, count: number): Int16Array[] =>
  Array.from({ length: count }, (_, frame) =>
    Int16Array.from(
      { length: VAD_FRAME_SAMPLES },
      (_, i) => amplitude * Math.sin((2 * Math.PI * hz * (frame * VAD_FRAME_SAMPLES + i)) / HEARING_RATE),
    ),
  );

describe('loudness', () => {
  const hear = (frames: Int16Array[]) => frames.map(loudnessEar());

  it.each([
    ['mains hum', 150],
    ['a whistle', 2000],
  ])('takes %s for speech for two seconds at most', (_, hz) => {
    const heard = hear([...silence(30), ...tone(hz, 5000, 120)]);
    expect(Math.max(...heard.slice(30, 90))).toBeGreaterThan(0.8);
    expect(Math.max(...heard.slice(30 + 75))).toBeLessThan(0.2);
  });

  it('takes no notice of rumble below voices', () => {
    expect(Math.max(...hear([...silence(30), ...tone(10, 200, 30)]))).toBeLessThan(0.2);
    expect(Math.max(...hear([...silence(30), ...tone(300, 200, 30)]))).toBeGreaterThan(0.8);
  });

  it('does not take a click for speech', () => {
    const click = new Int16Array(VAD_FRAME_SAMPLES);
    click.set(noise(1, 30_000)[0]!.subarray(0, 100), 200);
    const heard = hear([...silence(30), click, ...silence(30)]);
    expect(Math.max(...heard)).toBeLessThan(0.5);
    expect(Math.max(...heard)).toBeGreaterThan(0.2);
  });

  it('bridges a gap inside a word, and hears the end of a phrase', () => {
    const heard = hear([...silence(30), ...tone(300, 5000, 10), ...silence(2), ...tone(300, 5000, 10), ...silence(20)]);
    expect(Math.min(...heard.slice(34, 52))).toBeGreaterThan(0.5);
    expect(heard.slice(52).findIndex((probability) => probability < 0.35)).toBeLessThan(6);
  });
});
