/**
 * From sound to mouth, with the trained model: sounds made by hand that no synthesiser of the training made, and one
 * sentence (flite's voice "slt": "My mum bought a purple map. Five boys saw Sam.") whose phone times are known.
 */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { pcmSamples } from '../../src/audio/pcm.js';
import type { Mouth } from '../../src/engines/contract.js';
import { finish, follow, startTrack } from '../../src/engines/face/mouth-track.js';
import { REST } from '../../src/engines/face/visemes.js';
import { framesOf, type SoundName, silence, sound } from '../fixtures/mouth/sounds.js';

function mouthsOf(...pieces: Int16Array[]): Mouth[] {
  const track = startTrack();
  const early = framesOf(...pieces).flatMap((frame) => follow(track, frame) ?? []);
  return [...early, ...finish(track)];
}

/** The sound between two open vowels, and the mouth in its middle: it lasts from frame 13 to 16. */
function between(name: SoundName): Mouth {
  return mouthsOf(silence(0.2), sound('aaa', 0.32), sound(name, 0.16), sound('aaa', 0.32), silence(0.2))[15]!;
}

const apart = (a: Mouth, b: Mouth): number =>
  Math.max(
    ...(['open', 'wide', 'teeth', 'bite', 'tongue', 'press'] as const).map((part) => Math.abs(a[part] - b[part])),
  );

describe('sounds and their mouths', () => {
  it('opens wide for "aaa"', () => {
    expect(between('aaa').open).toBeGreaterThan(0.6);
  });
  it('purses for "ooo"', () => {
    expect(between('ooo').wide).toBeLessThan(0.25);
    expect(between('ooo').open).toBeLessThan(0.55);
  });
  it('spreads for "eee"', () => {
    expect(between('eee').wide).toBeGreaterThan(0.7);
    expect(between('eee').open).toBeLessThan(0.45);
  });
  it('presses the lips for "mmm"', () => {
    expect(between('mmm').press).toBeGreaterThan(0.6);
    expect(between('mmm').open).toBeLessThan(0.1);
  });
  it('shows teeth for "sss"', () => {
    expect(between('sss').teeth).toBeGreaterThan(0.6);
    expect(between('sss').open).toBeLessThan(0.25);
  });
  it('bites the lip for "fff"', () => {
    expect(between('fff').bite).toBeGreaterThan(0.5);
    expect(between('fff').open).toBeLessThan(0.15);
  });
  it('has a mouth of its own for each', () => {
    const names = ['aaa', 'ooo', 'eee', 'mmm', 'sss', 'fff'] as const;
    const mouths = names.map(between);
    for (const [i, a] of mouths.entries()) {
      for (const b of mouths.slice(i + 1)) expect(apart(a, b)).toBeGreaterThan(0.4);
    }
  });
});

describe('a voice and its pauses', () => {
  it('starts and ends at rest, even if the voice breaks off in a vowel', () => {
    const mouths = mouthsOf(silence(0.04), sound('aaa', 0.6));
    expect(mouths[0]!.open).toBeLessThan(0.35);
    expect(Math.max(...mouths.map(({ open }) => open))).toBeGreaterThan(0.6);
    expect(apart(mouths.at(-1)!, REST)).toBeLessThan(1e-6);
    expect(mouths.at(-2)!.open).toBeLessThan(0.5);
  });

  it('rests in a pause and opens again after it', () => {
    const mouths = mouthsOf(silence(0.2), sound('aaa', 0.4), silence(0.4), sound('aaa', 0.4), silence(0.2));
    expect(mouths[12]!.open).toBeGreaterThan(0.5);
    expect(Math.max(...mouths.slice(21, 24).map(({ open }) => open))).toBeLessThan(0.05);
    expect(mouths[30]!.open).toBeGreaterThan(0.5);
  });

  it('stays shut in silence and in the noise of a room', () => {
    const hiss = sound('fff', 2).map((sample) => sample * 0.15);
    for (const mouth of [...mouthsOf(silence(2)), ...mouthsOf(hiss)]) expect(apart(mouth, REST)).toBeLessThan(0.15);
  });

  it('moves the same for a soft voice as for a loud one, once it has heard a little of it', () => {
    const voice = [sound('aaa', 1), sound('ooo', 0.3), sound('aaa', 0.3), sound('eee', 0.3), silence(0.2)];
    const loud = mouthsOf(...voice);
    const soft = mouthsOf(...voice.map((piece) => piece.map((sample) => sample * 0.2)));
    loud.slice(25).forEach((mouth, i) => {
      expect(apart(mouth, soft[i + 25]!)).toBeLessThan(0.25);
    });
  });

  it('does not tremble on a steady vowel', () => {
    const steady = mouthsOf(sound('eee', 1.2)).slice(6, -4);
    const steps = steady.slice(1).map((mouth, i) => apart(mouth, steady[i]!));
    expect(Math.max(...steps)).toBeLessThan(0.12);
  });
});

describe('a spoken sentence', () => {
  const samples = pcmSamples(readFileSync('test/fixtures/mouth/sentence.wav').subarray(44));
  const mouths = mouthsOf(samples);
  const at = (seconds: number): Mouth => mouths[Math.floor(seconds / 0.04)]!;
  /** The picture within the phone, or next to it, that has most of something. */
  const most = (from: number, to: number, of: (mouth: Mouth) => number): number =>
    Math.max(...mouths.slice(Math.floor(from / 0.04), Math.floor(to / 0.04) + 1).map(of));

  it('closes the lips on every m, b and p', () => {
    const closures = [
      [0.224, 0.26],
      [0.392, 0.503],
      [0.606, 0.683],
      [0.683, 0.733],
      [0.908, 0.991],
      [1.091, 1.195],
      [1.285, 1.374],
      [1.595, 1.692],
      [2.049, 2.12],
      [2.773, 2.989],
    ] as const;
    const shut = closures.filter(([from, to]) => most(from, to, ({ open }) => 1 - open) > 0.87);
    expect(shut.length).toBeGreaterThanOrEqual(9);
    const pressed = closures.filter(([from, to]) => most(from, to, ({ press }) => press) > 0.3);
    expect(pressed.length).toBeGreaterThanOrEqual(6);
  });

  it('opens on the open vowels', () => {
    const vowels = [
      [0.26, 0.392],
      [0.503, 0.606],
      [0.733, 0.823],
      [1.374, 1.595],
      [1.888, 1.995],
      [2.466, 2.596],
    ] as const;
    for (const [from, to] of vowels) expect(most(from, to, ({ open }) => open)).toBeGreaterThan(0.4);
  });

  it('bites for the f of "five" and shows teeth for the s of "saw"', () => {
    expect(most(1.785, 1.888, ({ bite }) => bite)).toBeGreaterThan(0.4);
    expect(most(2.372, 2.466, ({ teeth }) => teeth)).toBeGreaterThan(0.4);
  });

  it('is at rest before the first word and after the last', () => {
    expect(apart(at(0.08), REST)).toBeLessThan(0.1);
    expect(apart(mouths.at(-1)!, REST)).toBeLessThan(1e-6);
  });
});
