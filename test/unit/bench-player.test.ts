import { describe, expect, it } from 'vitest';
import { createPlayer, type Player } from '../../src/bench/player.js';

const FRAME = 960;

/** `count` frames from frame `first` on, all at once. */
function feed(player: Player, first: number, count: number, now: number, response = 1): void {
  for (let frame = first; frame < first + count; frame += 1) player.audio(response, frame * FRAME, FRAME, now);
}

/** One that has been sounding since 0, with `frames` there to play. */
function playing(frames: number): Player {
  const player = createPlayer();
  player.begin(1);
  feed(player, 0, frames, 0);
  return player;
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
    const player = playing(5);
    player.end(1, 4 * FRAME, 10);
    player.advance(5000);
    expect([player.state, player.played, player.gaps.count]).toEqual(['ended', 4 * FRAME, 0]);
  });

  it('plays an answer shorter than its buffer', () => {
    const player = playing(1);
    player.end(1, FRAME, 5);
    player.advance(45);
    expect(player.state).toBe('ended');
  });

  it('counts a gap from the moment at which the sound ran dry to that at which it goes on', () => {
    const player = playing(2);
    player.advance(300);
    expect([player.state, player.played, player.gaps]).toEqual(['buffering', 2 * FRAME, { count: 1, ms: 220 }]);
    feed(player, 2, 2, 380);
    expect([player.state, player.gaps]).toEqual(['playing', { count: 1, ms: 300 }]);
    player.advance(400);
    expect(player.played).toBe(2 * FRAME + 480);
    expect(player.soundedAt(2 * FRAME)).toBe(380);
  });

  it('counts no gap where the answer was over, and only its end was announced late', () => {
    const player = playing(2);
    player.advance(100);
    player.end(1, 2 * FRAME, 110);
    expect([player.state, player.gaps]).toEqual(['ended', { count: 0, ms: 0 }]);
  });

  it('counts the silence of a gap that ends in a hold, in a stop, or never', () => {
    const held = playing(2);
    held.advance(300);
    held.pause(1, 310);
    held.advance(900);
    expect(held.gaps).toEqual({ count: 1, ms: 230 });
    held.resume(1, 2 * FRAME, 1000);
    feed(held, 2, 2, 1050);
    // What it waits for behind the hold is a beginning, not the gap.
    expect([held.state, held.gaps]).toEqual(['playing', { count: 1, ms: 230 }]);

    const stopped = playing(2);
    stopped.advance(300);
    stopped.flush(1, 330);
    stopped.advance(2000);
    expect(stopped.gaps).toEqual({ count: 1, ms: 250 });

    const forgotten = playing(2);
    for (const now of [100, 200, 15_080]) forgotten.advance(now);
    expect(forgotten.gaps).toEqual({ count: 1, ms: 15_000 });
  });

  it('counts the gaps of each answer by itself', () => {
    const player = playing(2);
    player.advance(300);
    feed(player, 2, 2, 380);
    player.begin(2);
    expect(player.gaps).toEqual({ count: 0, ms: 0 });
  });
});

describe('the pictures of a player', () => {
  it('are seen with their sound, and those that come behind it when they come', () => {
    const player = playing(10);
    for (const frame of [0, 1, 2]) player.picture(1, frame * FRAME, 0);
    expect(player.pictures).toMatchObject({ shown: null, firstShownAt: null });
    player.advance(50);
    expect(player.pictures).toMatchObject({ shown: FRAME, firstShownAt: 0 });
    player.advance(300);
    expect(player.pictures).toMatchObject({ shown: 2 * FRAME });
    const late = playing(10);
    late.picture(1, 0, 120);
    expect(late.pictures).toMatchObject({ shown: 0, firstShownAt: 120 });
  });

  it('are those of the present answer', () => {
    const player = playing(10);
    player.picture(1, 0, 0);
    player.advance(50);
    player.begin(2);
    expect(player.pictures.shown).toBeNull();
    player.picture(1, FRAME, 60);
    feed(player, 0, 3, 60, 2);
    player.advance(70);
    expect(player.pictures.shown).toBeNull();
  });
});

describe('a player that is told to hold', () => {
  it('fades for 5 ms, and goes on from where it is told to', () => {
    const player = playing(10);
    player.pause(1, 100);
    expect(player.state).toBe('playing');
    player.advance(900);
    expect([player.state, player.played]).toEqual(['paused', 2400 + 120]);
    expect(player.halts).toEqual([{ since: 105, at: 2520, end: null }]);
    player.resume(1, 1200, 1000);
    expect(player.halts).toEqual([{ since: 105, at: 2520, end: { at: 1000, from: 1200 } }]);
    player.advance(1050);
    expect([player.state, player.played, player.gaps.count]).toEqual(['playing', 2400, 0]);
  });

  it('leaves nothing out, whatever it is told', () => {
    const player = playing(10);
    player.pause(1, 100);
    player.resume(1, 9000, 1000);
    expect(player.halts).toEqual([{ since: 105, at: 2520, end: { at: 1000, from: 2520 } }]);
  });

  it('stands at once if it had run dry, from the moment at which it had', () => {
    const player = playing(2);
    player.advance(300);
    player.pause(1, 310);
    expect([player.state, player.halts]).toEqual(['paused', [{ since: 80, at: 2 * FRAME, end: null }]]);
  });

  it('fades no further than there is sound', () => {
    const player = playing(2);
    player.pause(1, 78);
    player.advance(200);
    expect([player.state, player.halts]).toEqual(['paused', [{ since: 80, at: 2 * FRAME, end: null }]]);
  });

  it('goes on in the middle of its fade', () => {
    const player = playing(10);
    player.pause(1, 100);
    player.resume(1, 2400, 102);
    player.advance(110);
    expect([player.state, player.played]).toEqual(['playing', 2400 + 8 * 24]);
  });

  it('does not begin again what is over, or was never held', () => {
    const player = playing(10);
    player.resume(1, 0, 100);
    expect(player.played).toBe(2400);
    player.end(1, 10 * FRAME, 100);
    player.advance(1000);
    player.pause(1, 1010);
    expect([player.state, player.halts]).toEqual(['ended', []]);
  });
});

describe('a player that is told to flush', () => {
  it('falls silent, and takes nothing more of the answer', () => {
    const player = playing(10);
    player.flush(1, 100);
    player.advance(2000);
    feed(player, 10, 3, 2010);
    player.picture(1, 4800, 2015);
    player.resume(1, 0, 2020);
    expect([player.state, player.played, player.stale]).toEqual(['flushed', 2520, 4]);
    expect(player.halts).toEqual([{ since: 105, at: 2520, end: null }]);
  });

  it('stood still since it was held, if it was', () => {
    const player = playing(10);
    player.pause(1, 100);
    player.flush(1, 103);
    player.advance(400);
    player.begin(2);
    const held = playing(10);
    held.pause(1, 100);
    held.advance(300);
    held.flush(1, 400);
    expect([held.state, held.halts]).toEqual(['flushed', [{ since: 105, at: 2520, end: null }]]);
  });

  it('counts what is late of an older answer, and obeys nothing about it', () => {
    const player = playing(10);
    player.begin(2);
    feed(player, 10, 1, 50);
    player.picture(1, 0, 55);
    player.pause(1, 60);
    player.begin(1);
    feed(player, 0, 2, 70, 2);
    expect([player.state, player.response, player.stale]).toEqual(['playing', 2, 2]);
  });

  it('counts a flush that finds nothing to stop', () => {
    const player = playing(2);
    player.flush(1, 20);
    player.flush(1, 40);
    player.flush(7, 40);
    expect(player.flushes).toBe(3);
  });
});
