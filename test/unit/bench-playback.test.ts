import { describe, expect, it } from 'vitest';
import { feed, obey, playbackReports } from '../../src/bench/playback.js';
import { createPlayer } from '../../src/bench/player.js';
import type { ClientEvent } from '../../src/protocol/client-events.js';
import type { ServerEvent } from '../../src/protocol/server-events.js';

const FRAME = 960;

/** A player with what the server says to it, and what it says of itself on each beat of 20 ms. */
function rig() {
  const player = createPlayer();
  const said: ClientEvent[] = [];
  const report = playbackReports(player, (event) => said.push(event));
  let now = 0;
  return {
    player,
    event: (type: string, fields: object = {}) => obey(player, { type, ...fields } as ServerEvent, now),
    frame(index: number, response = 1) {
      feed(player, { kind: 'audio', response, position: index * FRAME, pcm: new Uint8Array(2 * FRAME) }, now);
    },
    beats(count: number) {
      for (let beat = 0; beat < count; beat += 1) {
        now += 20;
        player.advance(now);
        report();
      }
    },
    reports: () => said.splice(0).flatMap((event) => (event.type === 'avatar.playback' ? event : [])),
    /** What was said since one last asked. */
    said: () =>
      said
        .splice(0)
        .map((event) => (event.type === 'avatar.playback' ? [event.response, event.state, event.played] : [])),
  };
}

describe('what the bench lets its server know', () => {
  it('is every change, and where it is each 100 ms in between', () => {
    const { event, frame, beats, said } = rig();
    beats(10);
    expect(said()).toEqual([]);
    event('avatar.response', { response: 1 });
    beats(1);
    for (let index = 0; index < 10; index += 1) frame(index);
    beats(9);
    event('avatar.end', { response: 1, position: 10 * FRAME });
    beats(20);
    const all = said();
    expect(all.map(([, state]) => state)).toEqual(['buffering', ...Array(5).fill('playing'), 'ended']);
    expect(all.at(-1)).toEqual([1, 'ended', 10 * FRAME]);
  });

  it('is the first picture that is seen, and from then on which one', () => {
    const { player, event, frame, beats, reports } = rig();
    event('avatar.response', { response: 1 });
    for (let index = 0; index < 10; index += 1) frame(index);
    beats(2);
    player.picture(1, 0, 50);
    beats(1);
    player.picture(1, FRAME, 60);
    beats(5);
    expect(reports().map(({ played, shown }) => [played, shown])).toEqual([
      [480, null],
      [1440, 0],
      [2400, FRAME],
    ]);
  });

  it('is where it holds, and where it goes on', () => {
    const { event, frame, beats, said } = rig();
    event('avatar.response', { response: 1 });
    for (let index = 0; index < 10; index += 1) frame(index);
    beats(2);
    said();
    event('avatar.pause', { response: 1 });
    beats(10);
    expect(said()).toEqual([[1, 'paused', 960 + 120]]);
    event('avatar.resume', { response: 1, position: 1080 });
    beats(1);
    expect(said()).toEqual([[1, 'playing', 1080 + 480]]);
  });

  it('is an answer to every flush, when the sound has faded, and also if there was none', () => {
    const { event, frame, beats, said } = rig();
    event('avatar.response', { response: 1 });
    for (let index = 0; index < 10; index += 1) frame(index);
    beats(2);
    said();
    event('avatar.flush', { response: 1 });
    beats(3);
    expect(said()).toEqual([[1, 'flushed', 960 + 120]]);
    event('avatar.flush', { response: 1 });
    beats(3);
    expect(said()).toEqual([[1, 'flushed', 960 + 120]]);
  });

  it('counts pictures of an answer that was given up as it counts its sound', () => {
    const { player, event, frame } = rig();
    event('avatar.response', { response: 1 });
    event('avatar.flush', { response: 1 });
    frame(0);
    const place = { x: 0, y: 0, width: 0, height: 0 };
    feed(player, { kind: 'patch', response: 1, position: 0, base: 0, place, jpeg: new Uint8Array(0) }, 0);
    expect(player.stale).toBe(2);
  });
});
