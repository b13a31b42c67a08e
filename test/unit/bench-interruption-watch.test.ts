import { describe, expect, it } from 'vitest';
import { watchInterruption } from '../../src/bench/interruption-watch.js';
import { obey } from '../../src/bench/playback.js';
import { createPlayer } from '../../src/bench/player.js';
import type { ServerEvent } from '../../src/protocol/server-events.js';

const FRAME = 960;
const SPOKEN = 4000;

/** An answer that has sounded for 4 s when something is heard over it, 40 ms later. */
function rig() {
  const player = createPlayer();
  player.begin(1);
  for (let frame = 0; frame < 200; frame += 1) player.audio(1, frame * FRAME, FRAME, 0);
  player.advance(SPOKEN);
  const zero = SPOKEN + 40;
  const watch = watchInterruption({ player, zero, itemId: 'item_1' });
  return {
    player,
    watch,
    event(at: number, type: string, fields: object = { response: 1 }) {
      const event = { type, ...fields } as ServerEvent;
      obey(player, event, zero + at);
      watch.event(event, zero + at);
    },
    truncated: (ms: number, item_id = 'item_1') => ({ item_id, audio_end_ms: ms }),
  };
}

describe('what becomes of an answer over which something is heard', () => {
  it('is nothing, if nobody notices', () => {
    const { watch } = rig();
    expect(watch.isCutOff).toBe(false);
    expect(watch.result()).toEqual({
      atMs: SPOKEN,
      outcome: 'unnoticed',
      stillMs: null,
      cutOffMs: null,
      heldMs: 0,
      movedSamples: 0,
      staleFrames: 0,
      historyMs: null,
    });
  });

  it('is that it stands still, and is given up', () => {
    const { player, watch, event, truncated } = rig();
    event(240, 'avatar.pause');
    event(530, 'avatar.flush');
    player.begin(2);
    player.audio(1, 0, FRAME, 9000);
    // It stood from 5 ms after the pause on: 4,000 + 40 + 240 + 5 ms of it were heard.
    event(600, 'conversation.item.truncated', truncated(1, 'item_of_another_answer'));
    event(610, 'conversation.item.truncated', truncated(SPOKEN + 40 + 242));
    expect(watch.isCutOff).toBe(true);
    expect(watch.result()).toMatchObject({
      outcome: 'cut_off',
      stillMs: 245,
      cutOffMs: 530,
      heldMs: 0,
      staleFrames: 1,
      historyMs: 3,
    });
  });

  it('is that it is given up without having been held', () => {
    const { watch, event } = rig();
    event(530, 'avatar.flush');
    expect(watch.result()).toMatchObject({ outcome: 'cut_off', stillMs: 535, cutOffMs: 530, historyMs: null });
  });

  it('is that it stands still for a while, and goes on from where it stood', () => {
    const { watch, event } = rig();
    event(240, 'avatar.pause');
    event(1445, 'avatar.resume', { response: 1, position: 24 * (SPOKEN + 40 + 245) });
    expect(watch.result()).toMatchObject({ outcome: 'held', stillMs: null, heldMs: 1200, movedSamples: 0 });
  });

  it('counts how far from there it goes on, either way', () => {
    const { watch, event } = rig();
    event(240, 'avatar.pause');
    event(1000, 'avatar.resume', { response: 1, position: 24 * (SPOKEN + 40 + 240) });
    expect(watch.result().movedSamples).toBe(120);
  });

  it('is measured to the standstill that lasts, if it went on in between', () => {
    const { watch, event } = rig();
    event(240, 'avatar.pause');
    event(1245, 'avatar.resume', { response: 1, position: 24 * (SPOKEN + 40 + 245) });
    event(1500, 'avatar.flush');
    expect(watch.result()).toMatchObject({ outcome: 'cut_off', stillMs: 1505, heldMs: 1000 });
  });

  it('has nothing to do with what happened before', () => {
    const { player } = rig();
    player.pause(1, SPOKEN + 100);
    player.advance(SPOKEN + 300);
    player.resume(1, player.played, SPOKEN + 300);
    const later = watchInterruption({ player, zero: SPOKEN + 400, itemId: null });
    expect(later.result()).toMatchObject({ outcome: 'unnoticed', heldMs: 0 });
  });
});
