/** The synthesiser itself, where it is installed: what the numbers of docs/voices.md rest on. */
import { createRequire } from 'node:module';
import { beforeAll, describe, expect, it } from 'vitest';
import { loadSpeaker, type Said, type Speaker } from '../../src/engines/tts/espeak-speaker.js';
import { espeakVoices } from '../../src/engines/tts/espeak-voices.js';

function installed(): boolean {
  try {
    return createRequire(import.meta.url).resolve('@echogarden/espeak-ng-emscripten') !== '';
  } catch {
    return false;
  }
}

const decibels = (ratio: number): number => 20 * Math.log10(ratio);

/** Root mean square over 20 ms frames that lie less than 30 dB below the loudest: pauses do not count. */
function speechLevel(samples: Int16Array): number {
  const powers: number[] = [];
  for (let at = 0; at + 480 <= samples.length; at += 480) {
    powers.push(samples.subarray(at, at + 480).reduce((sum, value) => sum + (value / 32_768) ** 2, 0) / 480);
  }
  const loudest = Math.max(...powers);
  const active = powers.filter((power) => power > loudest / 1000);
  return decibels(Math.sqrt(active.reduce((sum, power) => sum + power, 0) / active.length));
}

/** Where hissing begins, in milliseconds: differences of differences leave little but s and z. */
function hissOnsets(samples: Int16Array): number[] {
  const frames: number[] = [];
  for (let at = 240; at + 240 <= samples.length; at += 240) {
    let sum = 0;
    for (let n = at; n < at + 240; n += 1) sum += (samples[n]! - 2 * samples[n - 1]! + samples[n - 2]!) ** 2;
    frames.push(Math.sqrt(sum / 240));
  }
  const threshold = Math.max(...frames) * 0.3;
  return frames.flatMap((level, n) =>
    level > threshold && frames.slice(Math.max(0, n - 6), n).every((earlier) => earlier <= threshold)
      ? [(n + 1) * 10]
      : [],
  );
}

describe.skipIf(!installed())('the espeak speaker', () => {
  let speaker: Speaker;
  beforeAll(async () => {
    speaker = await loadSpeaker();
  });

  it.each(espeakVoices)('$id is as loud as every other voice, and never too loud', (voice) => {
    const sentences = [
      'The meeting room is on the third floor, just past the kitchen.',
      'Would you like me to show you?',
      'The weather today is mild, with a little sunshine in the afternoon.',
    ];
    const samples = Int16Array.from(sentences.flatMap((text) => [...speaker(text, voice, 1).samples]));
    expect(Math.abs(speechLevel(samples) + 20)).toBeLessThan(1.5);
    const peak = samples.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
    expect(decibels(peak / 32_768)).toBeLessThan(-0.99);
  });

  it.each([0.7, 1, 1.4])('says when words begin: each s is heard where its word is reported, at speed %d', (speed) => {
    const text = 'I see a sun or a sea on a sign.';
    for (const voice of espeakVoices) {
      const { samples, words } = speaker(text, voice, speed);
      const onsets = hissOnsets(samples);
      const reported = words.filter(({ at }) => text.charAt(at) === 's').map(({ start }) => start / 24);
      expect(reported).toHaveLength(4);
      for (const ms of reported) {
        const nearest = Math.min(...onsets.map((onset) => Math.abs(onset - ms)));
        expect(nearest, `${voice.id}, s at ${ms} ms`).toBeLessThan(40);
      }
    }
  });

  it('counts characters, not bytes, in text that is not ASCII', () => {
    const text = 'Café naïve über straße Ωmega end.';
    const { words } = speaker(text, espeakVoices[0]!, 1);
    const starts = [...text.matchAll(/\S+/g)].map(({ index }) => index);
    expect([...new Set(words.map(({ at }) => at))]).toEqual(starts);
  });

  it('gives words in order and within the sound', () => {
    const { samples, words } = speaker('One two three four five six.', espeakVoices[0]!, 1);
    expect(words).toHaveLength(6);
    words.forEach(({ start }, n) => {
      expect(start).toBeGreaterThanOrEqual(n === 0 ? 0 : words[n - 1]!.start + 1);
      expect(start).toBeLessThan(samples.length);
    });
  });

  it('begins and ends with the sound, not with silence', () => {
    const { samples }: Said = speaker('Banana.', espeakVoices[0]!, 1);
    const first = samples.findIndex((value) => Math.abs(value) > 300);
    const last = samples.findLastIndex((value) => Math.abs(value) > 300);
    expect(first / 24).toBeLessThan(40);
    expect((samples.length - last) / 24).toBeLessThan(150);
  });

  it('has voices that differ: females speak higher than males', () => {
    const pitch = (id: string) =>
      fundamental(speaker('Marvellous memories.', espeakVoices.find((v) => v.id === id)!, 1).samples);
    expect(pitch('ada')).toBeGreaterThan(pitch('iris') * 1.1);
    expect(pitch('iris')).toBeGreaterThan(pitch('ben') * 1.2);
  });
});

/** The median pitch of the loud 40 ms frames, by autocorrelation, in hertz. */
function fundamental(samples: Int16Array): number {
  const found: number[] = [];
  for (let at = 0; at + 1440 <= samples.length; at += 960) {
    const product = (lag: number) => {
      let sum = 0;
      for (let n = at; n < at + 960; n += 1) sum += samples[n]! * samples[n + lag]!;
      return sum;
    };
    const power = product(0);
    if (power / 960 < 600 ** 2) continue;
    const lags = Array.from({ length: 270 }, (_, n) => n + 70);
    const best = lags.reduce((most, lag) => (product(lag) > product(most) ? lag : most));
    if (product(best) > 0.5 * power) found.push(24_000 / best);
  }
  return found.sort((a, b) => a - b)[found.length >> 1]!;
}
