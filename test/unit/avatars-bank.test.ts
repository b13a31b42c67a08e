import { createCanvas } from '@napi-rs/canvas';
import { describe, expect, it } from 'vitest';
import { BANK_VERSION, decodeBank, encodeBank } from '../../src/avatars/bank.js';
import { jpegSize } from '../../src/avatars/jpeg.js';
import { REST } from '../../src/avatars/mouths.js';
import { ParleyError } from '../../src/errors.js';

const jpegOf = (width: number, height: number, colour: string): Uint8Array => {
  const canvas = createCanvas(width, height);
  const ink = canvas.getContext('2d');
  ink.fillStyle = colour;
  ink.fillRect(0, 0, width, height);
  return canvas.encodeSync('jpeg', 80);
};

const info = {
  id: 'ada',
  pack: 'a'.repeat(64),
  drawing: 'b'.repeat(64),
  mouths: [REST, { ...REST, open: 0.5 }, { ...REST, press: 1 }],
  places: [
    [16, 32, 32, 16],
    [0, 16, 16, 16],
  ] as [number, number, number, number][],
};
const patches = [
  [jpegOf(32, 16, '#ff0000'), jpegOf(32, 16, '#00ff00')],
  [jpegOf(16, 16, '#0000ff'), jpegOf(16, 16, '#ffff00')],
];
const file = (): Uint8Array => new Uint8Array(Buffer.concat(encodeBank(info, patches)));

function refusal(work: () => unknown): string {
  try {
    work();
  } catch (error) {
    expect(error).toBeInstanceOf(ParleyError);
    expect((error as ParleyError).code).toBe('bad_pack');
    return (error as ParleyError).message;
  }
  throw new Error('it was not refused');
}

/** The same bank with its JSON replaced: the lengths in the header are made to fit. */
function withDescription(change: (json: Record<string, unknown>) => void): Uint8Array {
  const [prefix, json, ...blobs] = encodeBank(info, patches);
  const value = JSON.parse(new TextDecoder().decode(json)) as Record<string, unknown>;
  change(value);
  const bytes = new TextEncoder().encode(JSON.stringify(value));
  new DataView(prefix!.buffer).setUint32(12, bytes.byteLength, true);
  return new Uint8Array(Buffer.concat([prefix!, bytes, ...blobs]));
}

describe('a mouth bank', () => {
  it('gives back what was put in, as views of the file', () => {
    const bytes = file();
    const { bank } = decodeBank(bytes, 48, 48);
    expect(bank.mouths).toEqual(info.mouths);
    expect(bank.place(0)).toEqual({ x: 16, y: 32, width: 32, height: 16 });
    expect(bank.place(0)).toBe(bank.place(0));
    patches.forEach((row, base) => {
      row.forEach((patch, index) => {
        expect(Buffer.from(bank.patch(base, index + 1)).equals(patch)).toBe(true);
        expect(bank.patch(base, index + 1).buffer).toBe(bytes.buffer);
      });
    });
  });

  it('has no patch for the mouth at rest, nor for what it does not hold', () => {
    const { bank } = decodeBank(file(), 48, 48);
    for (const [base, mouth] of [
      [0, 0],
      [0, 3],
      [2, 1],
      [-1, 1],
    ] as const) {
      expect(() => bank.patch(base, mouth)).toThrow(/no patch/);
    }
    expect(() => bank.place(2)).toThrow(/no base picture/);
  });

  it('refuses every shorter file', () => {
    const bytes = file();
    for (let length = 0; length < bytes.byteLength; length += 7) {
      refusal(() => decodeBank(bytes.subarray(0, length), 48, 48));
    }
  });

  it('refuses trailing bytes, another magic and another version', () => {
    expect(refusal(() => decodeBank(new Uint8Array([...file(), 0]), 48, 48))).toMatch(/description says/);
    const other = file();
    other[0] = 0x51;
    expect(refusal(() => decodeBank(other, 48, 48))).toMatch(/does not start like/);
    const newer = file();
    newer[8] = BANK_VERSION + 1;
    expect(refusal(() => decodeBank(newer, 48, 48))).toMatch(/version 2/);
  });

  it('refuses a description length beyond the file', () => {
    const bytes = file();
    new DataView(bytes.buffer).setUint32(12, 0xffff_ffff, true);
    expect(refusal(() => decodeBank(bytes, 48, 48))).toMatch(/does not fit/);
  });

  it('refuses descriptions that do not add up', () => {
    const cases: [RegExp, (json: Record<string, unknown>) => void][] = [
      [/grid|multiple/i, (json) => Object.assign(json, { places: [[1, 32, 32, 16], info.places[1]] })],
      [/places for 1/, (json) => Object.assign(json, { places: [info.places[0]] })],
      [/not one for each mouth/, (json) => Object.assign(json, { mouths: info.mouths.slice(0, 2) })],
      [/outside the picture/, (json) => Object.assign(json, { places: [[32, 32, 32, 16], info.places[1]] })],
      [/not a JPEG of 48x16/, (json) => Object.assign(json, { places: [[0, 32, 48, 16], info.places[1]] })],
      [/open/, (json) => Object.assign(json, { mouths: [REST, REST, { ...REST, open: 7 }] })],
    ];
    for (const [reason, change] of cases) {
      expect(refusal(() => decodeBank(withDescription(change), 48, 48))).toMatch(reason);
    }
  });

  it('refuses a patch whose bytes are no JPEG', () => {
    const bytes = file();
    bytes[bytes.byteLength - 1] = 0;
    expect(refusal(() => decodeBank(bytes, 48, 48))).toMatch(/mouth 2 on base picture 1 is not a JPEG/);
  });
});

describe('jpegSize', () => {
  it('reads the size, and knows what is no JPEG', () => {
    expect(jpegSize(jpegOf(48, 16, '#123456'))).toEqual({ width: 48, height: 16 });
    expect(jpegSize(new Uint8Array(0))).toBeNull();
    expect(jpegSize(new Uint8Array([0xff, 0xd8, 0xff, 0xd9]))).toBeNull();
    expect(jpegSize(jpegOf(48, 16, '#123456').subarray(0, 200))).toBeNull();
  });
});
