import { describe, expect, it } from 'vitest';
import { openEcho } from '../../src/bench/echo.js';
import type { PlayerState } from '../../src/bench/player.js';
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
