import { describe, expect, it } from 'vitest';
import { openEcho } from '../../src/bench/echo.js';
import type { PlayerState } from '../../src/bench/player.js';
import { roomOf } from '../../src/bench/room.js';
import type { Media } from '../../src/protocol/media.js';

const FRAME = 480;
const DELAY = 120 * 24;

/** A player that is told how far it is, and an echo that hears it, beat by beat. */
function rig() {
  const player: { response: number; played: number; state: PlayerState } = { response: 0, played: 0, state: 'idle' };
  const echo = openEcho(player);
  const heard: number[] = [];
  return {
    player,
    heard,
    audio(response: number, position: number, samples: Int16Array) {
      const pcm = new Uint8Array(samples.buffer);
      echo.media({ kind: 'audio', response, position, pcm } as Media);
    },
    beat(played: number, state: PlayerState = 'playing') {
      Object.assign(player, { played, state });
      heard.push(...echo.frame(0.1));
    },
  };
}

const ramp = (length: number) => Int16Array.from({ length }, (_, at) => 10 * (at + 1));

describe('what a microphone hears of the answer', () => {
  it('is what has sounded, at its level and 120 ms later, whatever the beats bring', () => {
    const { player, audio, beat, heard } = rig();
    for (let beats = 0; beats < 5; beats += 1) beat(0, 'idle');
    player.response = 1;
    audio(1, 0, ramp(960));
    audio(1, 960, ramp(960));
    // It begins in the middle of a beat, one beat brings more and the next one less.
    for (const played of [200, 700, 1140, 1640]) beat(played);
    beat(1920, 'ended');
    for (let beats = 0; beats < 8; beats += 1) beat(1920, 'ended');
    const begin = 5 * FRAME + (FRAME - 200) + DELAY;
    const voice = [...ramp(960), ...ramp(960)].map((sample) => sample / 10);
    expect(heard.slice(0, begin).every((sample) => sample === 0)).toBe(true);
    expect(heard.slice(begin, begin + 1920)).toEqual(voice);
    expect(heard.slice(begin + 1920).every((sample) => sample === 0)).toBe(true);
    expect(heard.length).toBe(18 * FRAME);
  });

  it('is the next answer after the one, and nothing of what was never played', () => {
    const { player, audio, beat, heard } = rig();
    player.response = 1;
    audio(1, 0, new Int16Array(9600).fill(1000));
    beat(480);
    for (let beats = 0; beats < 20; beats += 1) beat(480, 'flushed');
    expect(heard.filter((sample) => sample !== 0).length).toBe(480);
    player.response = 2;
    audio(2, 0, new Int16Array(480).fill(500));
    beat(480);
    for (let beats = 0; beats < 20; beats += 1) beat(480, 'ended');
    expect(heard.filter((sample) => sample === 50).length).toBe(480);
  });
});

describe('a room', () => {
  const impulse = [1000, ...Array(23_999).fill(0)];
  const power = (samples: readonly number[]) => samples.reduce((sum, sample) => sum + sample * sample, 0);

  it('gives the sound itself, and as much again off its walls, which fades', () => {
    const heard = roomOf(0.6, 24_000).hear(impulse);
    expect(heard[0]).toBe(1000);
    expect(heard.slice(1, 48).every((sample) => sample === 0)).toBe(true);
    expect(power(heard.slice(1)) / 1e6).toBeCloseTo(1, 5);
    const [early, late] = [power(heard.slice(2400, 4800)), power(heard.slice(9600, 12_000))];
    // 300 ms of 600 ms are 30 dB.
    expect(10 * Math.log10(early / late)).toBeGreaterThan(27);
    expect(10 * Math.log10(early / late)).toBeLessThan(33);
    expect(power(heard.slice(14_500))).toBe(0);
  });

  it('gives the same in pieces', () => {
    const [whole, cut] = [roomOf(0.4, 24_000), roomOf(0.4, 24_000)];
    const samples = Array.from({ length: 4800 }, (_, at) => Math.round(1000 * Math.sin(at * at)));
    const pieces = Array.from({ length: 10 }, (_, piece) => cut.hear(samples.slice(piece * 480, (piece + 1) * 480)));
    expect(pieces.flat()).toEqual(whole.hear(samples));
  });
});
