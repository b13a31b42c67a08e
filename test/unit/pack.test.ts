import { describe, expect, it } from 'vitest';
import { decodePack, encodePack, MAX_PACK_BYTES, PackFormatError } from '../../src/protocol/pack.js';

const info = {
  id: 'ada',
  name: 'Ada',
  credit: 'drawn',
  fps: 25,
  width: 512,
  height: 512,
  background: '#aabbcc',
} as const;
const pictures = [new Uint8Array([1, 2, 3]), new Uint8Array([4]), new Uint8Array([5, 6])];

describe('a pack', () => {
  it('gives back its description and its pictures', () => {
    const pack = decodePack(encodePack(info, pictures));
    expect(pack.info).toEqual({ ...info, pictures: [3, 1, 2] });
    expect(pack.pictures.map((picture) => [...picture])).toEqual([[1, 2, 3], [4], [5, 6]]);
  });

  it('is refused when it is cut anywhere or goes on too long', () => {
    const bytes = encodePack(info, pictures);
    for (let length = 0; length < bytes.length; length += 1) {
      expect(() => decodePack(bytes.subarray(0, length)), `${length} bytes`).toThrow(PackFormatError);
    }
    const longer = new Uint8Array(bytes.length + 1);
    longer.set(bytes);
    expect(() => decodePack(longer)).toThrow(/1 bytes after the last picture/);
  });

  it('is refused in another version, or with a description that lies', () => {
    const other = encodePack(info, pictures);
    other[8] = 2;
    expect(() => decodePack(other)).toThrow(/version 2/);
    expect(() => encodePack({ ...info, width: 500 }, pictures)).toThrow();
    const text = new TextDecoder('latin1').decode(encodePack(info, pictures));
    const lying = Uint8Array.from(text.replace('[3,1,2]', '[3,1,9]'), (char) => char.charCodeAt(0));
    expect(() => decodePack(lying)).toThrow(/picture 2 is cut off/);
  });

  it('that swings is a loop forwards and back, without showing either end twice', () => {
    const of = (count: number) => decodePack(encodePack({ ...info, swings: true }, four.slice(0, count))).pictures;
    const four = [1, 2, 3, 4].map((byte) => new Uint8Array([byte]));
    expect(of(4).map(([byte]) => byte)).toEqual([1, 2, 3, 4, 3, 2]);
    expect([3, 2, 1].map((count) => of(count).length)).toEqual([4, 2, 1]);
  });

  it('says what the person who was filmed agreed to', () => {
    const consent = { statement: 'Anna agreed in writing.', recorded: '2026-11-22' };
    expect(decodePack(encodePack({ ...info, consent }, pictures)).info.consent).toEqual(consent);
    expect(() => encodePack({ ...info, consent: { ...consent, recorded: 'yesterday' } }, pictures)).toThrow();
  });

  it('may not be larger than a client should have to fetch', () => {
    expect(() => encodePack(info, [new Uint8Array(MAX_PACK_BYTES)])).toThrow(/at most/);
    expect(() => decodePack(new Uint8Array(MAX_PACK_BYTES + 1))).toThrow(/at most/);
  });
});
