import { describe, expect, it } from 'vitest';
import { createPlayer } from '../../src/bench/player.js';

const FRAME = 960;

/** `count` frames from frame `first` on, all at once. */
function feed(player: ReturnType<typeof createPlayer>, first: number, count: number, now: number): void {
  for (let frame = first; frame < first + count; frame += 1) player.audio(frame * FRAME, FRAME, now);
}

describe('the player of the bench', () => {
  it('begins when 80 ms are there, and plays by the clock', () => {
    const player = createPlayer();
    player.begin(1);
    feed(player, 0, 1, 1000);
    expect(player.state).toBe('buffering');
    feed(player, 1, 9, 1040);
    expect(player.state).toBe('playing');
    player.advance(1140);
    expect(player.played).toBe(2400);
    expect(player.soundedAt(1200)).toBe(1090);
    expect(player.soundedAt(2400)).toBeNull();
  });

  it('ends at the end, and never plays beyond it', () => {
    const player = createPlayer();
    player.begin(1);
    feed(player, 0, 5, 0);
    player.end(4 * FRAME, 10);
    player.advance(5000);
    expect([player.state, player.played, player.gaps.count]).toEqual(['ended', 4 * FRAME, 0]);
  });

  it('plays an answer shorter than its buffer', () => {
    const player = createPlayer();
    player.begin(1);
    feed(player, 0, 1, 0);
    player.end(FRAME, 5);
    player.advance(45);
    expect(player.state).toBe('ended');
  });

  it('counts a gap from the moment at which the sound ran dry to that at which it goes on', () => {
    const player = createPlayer();
    player.begin(1);
    feed(player, 0, 2, 0);
    player.advance(300);
    expect([player.state, player.played, player.gaps]).toEqual(['buffering', 2 * FRAME, { count: 1, ms: 0 }]);
    feed(player, 2, 2, 380);
    expect([player.state, player.gaps]).toEqual(['playing', { count: 1, ms: 300 }]);
    player.advance(400);
    expect(player.played).toBe(2 * FRAME + 480);
    expect(player.soundedAt(2 * FRAME)).toBe(380);
  });

  it('counts no gap where the answer was over, and only its end was announced late', () => {
    const player = createPlayer();
    player.begin(1);
    feed(player, 0, 2, 0);
    player.advance(100);
    player.end(2 * FRAME, 110);
    expect([player.state, player.gaps]).toEqual(['ended', { count: 0, ms: 0 }]);
  });

  it('holds, goes on from where it is told to, and falls silent', () => {
    const player = createPlayer();
    player.begin(1);
    feed(player, 0, 10, 0);
    player.pause(100);
    player.advance(900);
    expect([player.state, player.played]).toEqual(['paused', 2400]);
    player.resume(1200, 1000);
    player.advance(1050);
    expect([player.state, player.played]).toEqual(['playing', 2400]);
    player.flush(1060);
    player.advance(2000);
    expect([player.state, player.played]).toEqual(['flushed', 2640]);
    player.begin(2);
    expect([player.state, player.response, player.played]).toEqual(['buffering', 2, 0]);
  });
});
