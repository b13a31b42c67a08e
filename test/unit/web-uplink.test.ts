import { beforeEach, describe, expect, it } from 'vitest';
import { decodeMedia } from '../../src/protocol/media.js';
import { type Uplink, uplink } from '../../web-client/element/uplink.js';

let sent: { position: number; first: number }[];
let now: number;
let link: Uplink;

const FRAME = 480;
const frame = (value: number) => new Int16Array(FRAME).fill(value);

beforeEach(() => {
  sent = [];
  now = 5000;
  link = uplink(
    (bytes) => {
      const media = decodeMedia(bytes);
      if (media.kind !== 'microphone') throw new Error(`a client sends no ${media.kind}`);
      sent.push({ position: media.position, first: new DataView(media.pcm.slice().buffer).getInt16(0, true) });
    },
    () => now,
  );
});

describe('what the microphone hears', () => {
  it('is numbered by its samples, from 0 on', () => {
    for (const value of [1, -2, 3]) link.frame(frame(value), true);
    expect(sent).toEqual([
      { position: 0, first: 1 },
      { position: 480, first: -2 },
      { position: 960, first: 3 },
    ]);
  });

  it('counts on while it is not sent', () => {
    link.frame(frame(1), true);
    for (let count = 0; count < 100; count += 1) link.frame(frame(0), false);
    link.frame(frame(2), true);
    expect(sent.map(({ position }) => position)).toEqual([0, 101 * FRAME]);
  });

  it('is not disturbed by frames that come in bursts', () => {
    link.frame(frame(1), true);
    now += 500;
    link.frame(frame(2), true);
    expect(sent.map(({ position }) => position)).toEqual([0, 480]);
  });

  it('counts the time in which the microphone was closed', () => {
    link.frame(frame(1), true);
    link.rest();
    now += 10_000;
    link.frame(frame(2), true);
    expect(sent.at(-1)?.position).toBe(240_000);
    // Never back, however the clocks differ.
    link.frame(frame(3), true);
    link.rest();
    link.frame(frame(4), true);
    expect(sent.at(-1)?.position).toBe(240_960);
  });

  it('begins at 0 however quickly the clock runs', () => {
    const positions: number[] = [];
    const running = uplink(
      (bytes) => {
        const media = decodeMedia(bytes);
        if (media.kind === 'microphone') positions.push(media.position);
      },
      () => {
        now += 1;
        return now;
      },
    );
    running.frame(frame(1), true);
    expect(positions).toEqual([0]);
  });

  it('begins at 0 in a new session', () => {
    link.frame(frame(1), true);
    now += 60_000;
    link.restart();
    link.frame(frame(2), true);
    expect(sent.at(-1)).toEqual({ position: 0, first: 2 });
  });
});
