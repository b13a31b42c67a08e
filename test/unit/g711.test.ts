import { describe, expect, it } from 'vitest';
import { decodeALaw, decodeMuLaw, encodeALaw, encodeMuLaw } from '../../src/audio/g711.js';
import { standardALaw, standardMuLaw } from '../fixtures/telephone.js';

const EVERY_SAMPLE = Int16Array.from({ length: 65_536 }, (_, n) => n - 32_768);
const EVERY_CODE = Uint8Array.from({ length: 256 }, (_, code) => code);

const laws = [
  { name: 'mu-law', encode: encodeMuLaw, decode: decodeMuLaw, standard: standardMuLaw },
  { name: 'A-law', encode: encodeALaw, decode: decodeALaw, standard: standardALaw },
];

describe.each(laws)('$name', ({ encode, decode, standard }) => {
  it('has for each of its codes the value in the standard’s table', () => {
    expect([...decode(EVERY_CODE)]).toEqual([...EVERY_CODE].map(standard.decode));
  });

  it('gives each of the 65,536 samples the code in the standard’s table', () => {
    const codes = encode(EVERY_SAMPLE);
    const wrong = [...EVERY_SAMPLE].filter((sample, n) => codes[n] !== standard.encode(sample));
    expect(wrong).toEqual([]);
  });

  it('is never further off than half a step, up to where it is full', () => {
    const back = decode(encode(EVERY_SAMPLE));
    const tooFar = [...EVERY_SAMPLE].filter((sample, n) => {
      const magnitude = Math.min(Math.abs(sample), standard.loudest);
      return Math.abs(back[n]! - Math.sign(sample) * magnitude) > standard.stepAt(magnitude) / 2;
    });
    expect(tooFar).toEqual([]);
  });

  it('grows with the sample, and is as loud below zero as above', () => {
    const back = decode(encode(EVERY_SAMPLE));
    expect(back.every((value, n) => n === 0 || value >= back[n - 1]!)).toBe(true);
    // By the ones' complement: sample -1 mirrors sample 0.
    expect(back.every((value, n) => value + back[65_535 - n]! === 0)).toBe(true);
  });
});

describe('a code', () => {
  it.each([
    [0xff, 0],
    [0x80, 32_124],
    [0x00, -32_124],
    [0xfe, 8],
    [0x7e, -8],
    [0xf0, 120],
    [0xef, 132],
  ])('0x%s of mu-law is the sample %d', (code, sample) => {
    expect(decodeMuLaw(Uint8Array.of(code))[0]).toBe(sample);
    expect(encodeMuLaw(Int16Array.of(sample))[0]).toBe(code);
  });

  it.each([
    [0xd5, 8],
    [0x55, -8],
    [0xaa, 32_256],
    [0x2a, -32_256],
    [0xda, 248],
    [0xc5, 264],
    [0xf5, 528],
  ])('0x%s of A-law is the sample %d', (code, sample) => {
    expect(decodeALaw(Uint8Array.of(code))[0]).toBe(sample);
    expect(encodeALaw(Int16Array.of(sample))[0]).toBe(code);
  });

  it('comes back as itself; mu-law’s two zeros become the positive one', () => {
    expect([...encodeALaw(decodeALaw(EVERY_CODE))]).toEqual([...EVERY_CODE]);
    const [NEGATIVE_ZERO, ZERO] = [0x7f, 0xff];
    const expected = [...EVERY_CODE].map((code) => (code === NEGATIVE_ZERO ? ZERO : code));
    expect([...encodeMuLaw(decodeMuLaw(EVERY_CODE))]).toEqual(expected);
  });
});
