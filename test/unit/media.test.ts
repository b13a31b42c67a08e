import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { decodeMedia, encodeMedia, type Media, MediaFormatError } from '../../src/protocol/media.js';

const jpeg = new Uint8Array([0xff, 0xd8, 0xff]);
const frames: Media[] = [
  { kind: 'audio', response: 7, position: 960, pcm: new Uint8Array([1, 2, 3, 4]) },
  { kind: 'audio', response: 0xffff_ffff, position: 0xffff_ffff, pcm: new Uint8Array(0) },
  { kind: 'microphone', position: 48_000, pcm: new Uint8Array([9, 8]) },
  { kind: 'picture', response: 2, position: 0, base: 149, jpeg },
  { kind: 'patch', response: 7, position: 1920, base: 258, place: { x: 192, y: 320, width: 128, height: 96 }, jpeg },
  {
    kind: 'patch',
    response: 1,
    position: 0,
    base: 0,
    place: { x: 0, y: 0, width: 0, height: 0 },
    jpeg: new Uint8Array(0),
  },
];

describe('media frames', () => {
  it.each(frames)('read what was written: $kind', (frame) => {
    expect(decodeMedia(encodeMedia(frame))).toEqual(frame);
  });

  it('are read from any place in a larger buffer', () => {
    const bytes = encodeMedia(frames[4]!);
    const shifted = new Uint8Array(bytes.length + 7);
    shifted.set(bytes, 5);
    expect(decodeMedia(shifted.subarray(5, 5 + bytes.length))).toEqual(frames[4]);
  });

  it('are refused when cut anywhere in the header, or in the middle of a sample', () => {
    const patch = encodeMedia(frames[4]!);
    for (let length = 0; length < 24; length += 1) {
      expect(() => decodeMedia(patch.subarray(0, length)), `${length} bytes`).toThrow(MediaFormatError);
    }
    expect(() => decodeMedia(encodeMedia(frames[0]!).subarray(0, 15))).toThrow(/odd number of bytes/);
  });

  it.each([
    ['another magic', 0, 0x51, /not 80/],
    ['an unknown kind', 1, 99, /kind 99/],
    ['a reserved byte', 2, 1, /reserved/],
  ])('are refused with %s', (_what, at, value, reason) => {
    const bytes = encodeMedia(frames[0]!);
    bytes[at] = value;
    expect(() => decodeMedia(bytes)).toThrow(reason);
  });

  it('are as docs/protocol.md shows them byte by byte', () => {
    const example = /```\n((?:[0-9a-f]{2}\s+)+)P {2}patch/.exec(readFileSync('docs/protocol.md', 'utf8'))?.[1];
    expect(example).toBeDefined();
    const bytes = Uint8Array.from(example!.trim().split(/\s+/), (byte) => Number.parseInt(byte, 16));
    expect(decodeMedia(bytes)).toEqual(frames[4]);
    expect(encodeMedia(frames[4]!)).toEqual(bytes);
  });
});
