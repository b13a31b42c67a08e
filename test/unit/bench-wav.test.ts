/** Recordings as people have them, and what is said of those that are of no use. */
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { loadOwnSound } from '../../src/bench/own-recordings.js';
import { loadSound } from '../../src/bench/sound.js';
import { readWav } from '../../src/bench/wav.js';
import { anyWav, asStudioWav, type WavKind } from '../fixtures/any-wav.js';

const shipped = 'src/bench/voices/what-is-your-name.wav';
const good = readFileSync(shipped);

describe('a WAV file', () => {
  const values = [0, 0.5, -0.5, 0.25, -1, 0.999];

  it.each<[string, WavKind]>([
    ['8 bits', { bits: 8 }],
    ['16 bits', { bits: 16 }],
    ['24 bits', { bits: 24 }],
    ['32 bits', { bits: 32 }],
    ['32-bit float', { bits: 32, isFloat: true }],
    ['an extensible format of 24 bits', { bits: 24, isExtensible: true }],
    ['an extensible format of floats', { bits: 32, isFloat: true, isExtensible: true }],
    ['its samples before their format', { isBackwards: true }],
    ['A-law', { law: 'a' }],
    ['mu-law', { law: 'mu' }],
    ['an extensible format of mu-law', { law: 'mu', isExtensible: true }],
  ])('of %s is read as it was written', (_what, kind) => {
    const { rate, samples } = readWav(anyWav([values], { rate: 8000, ...kind }));
    expect(rate).toBe(8000);
    expect(samples.length).toBe(values.length);
    // A law's widest steps have 1024, and mu-law ends 644 below the most.
    const coarse = kind.law !== undefined ? 650 : kind.bits === 8 ? 300 : 2;
    for (const [at, value] of values.entries()) expect(Math.abs(samples[at]! - value * 32_768)).toBeLessThan(coarse);
  });

  it('of several channels has the mean of them', () => {
    const floats = { bits: 32, isFloat: true };
    const left = [0.5, 0.5];
    expect([...readWav(anyWav([left, [0.5, -0.5]], floats)).samples]).toEqual([16_384, 0]);
    const three = [[0.3], [0.3], [-0.3]];
    expect(readWav(anyWav(three, floats)).samples[0]).toBe(3277);
  });

  it('of floats is clipped where it is too loud', () => {
    const loud = anyWav([[1.5, -1.5]], { bits: 32, isFloat: true });
    expect([...readWav(loud).samples]).toEqual([32_767, -32_768]);
  });

  it('of whatever program lies at an odd place in memory', () => {
    const bytes = Buffer.concat([Buffer.from([0]), good]).subarray(1);
    expect(readWav(bytes)).toEqual(readWav(good));
  });
});

describe('a WAV file that was written to a pipe', () => {
  const whole = anyWav([[0.1, -0.2, 0.3, -0.4, 0.5]], { rate: 8000 });
  const sized = (size: number, bytes: Buffer = whole) => {
    const streamed = Buffer.from(bytes);
    streamed.writeUInt32LE(size, bytes.indexOf('data') + 4);
    return streamed;
  };

  it.each([
    ['all bits set, as ffmpeg does', 0xffffffff],
    ['nearly the most, as SoX does', 0x7ffff000],
    ['the most with a sign', 0x7fffffff],
    ['nothing', 0],
  ])('names as its size %s, and goes on to its end', (_what, size) => {
    expect(readWav(sized(size))).toEqual(readWav(whole));
    expect(readWav(Buffer.concat([sized(size), Buffer.from([1])]))).toEqual(readWav(whole));
  });

  it('is told from one that is empty, whatever is behind', () => {
    const empty = anyWav([[]]);
    const list = Buffer.concat([Buffer.from('LIST'), Buffer.from([3, 0, 0, 0]), Buffer.from('odd')]);
    for (const behind of [[], [list], [list, Buffer.alloc(1)], [list, Buffer.alloc(1), list]])
      expect(readWav(Buffer.concat([empty, ...behind])).samples.length).toBe(0);
    expect([...readWav(sized(0, anyWav([Array(64).fill(0)]))).samples]).toEqual(Array(64).fill(0));
  });

  it('is told from one that was cut off', () => {
    expect(() => readWav(sized(0x7fffeffe))).toThrow(/middle of a chunk/);
    expect(() => readWav(whole.subarray(0, whole.length - 2))).toThrow(/middle of a chunk/);
  });
});

describe('a recording that cannot be read', () => {
  const changed = (change: (bytes: Buffer) => void) => {
    const bytes = Buffer.from(good);
    change(bytes);
    return bytes;
  };

  it('is told from one that can', () => {
    expect(readWav(good)).toMatchObject({ rate: 16_000 });
    expect(readWav(good).samples.length).toBe((good.length - 44) / 2);
  });

  it.each([
    ['too short', good.subarray(0, 8), /no RIFF/],
    ['another kind of file', changed((bytes) => bytes.write('JUNK')), /no RIFF/],
    ['cut off', good.subarray(0, 1000), /middle of a chunk/],
    ['of no channels', changed((bytes) => bytes.writeUInt16LE(0, 22)), /neither PCM/],
    ['compressed', changed((bytes) => bytes.writeUInt16LE(85, 20)), /neither PCM/],
    ['of 12 bits', changed((bytes) => bytes.writeUInt16LE(12, 34)), /neither PCM/],
    ['of half a format', Buffer.concat([changed((bytes) => bytes.writeUInt32LE(8, 16)).subarray(0, 28)]), /cut short/],
    ['without a format', changed((bytes) => bytes.write('fmtx', 12)), /does not say the format/],
    ['without samples', good.subarray(0, 36), /no samples/],
  ])('is one that is %s', (_what, bytes, reason) => {
    expect(() => readWav(bytes)).toThrow(reason);
  });
});

describe("a recording of one's own", () => {
  const folder = mkdtempSync(join(tmpdir(), 'parley-'));
  const placed = (bytes: Uint8Array) => {
    const file = join(folder, 'mine.wav');
    writeFileSync(file, bytes);
    return file;
  };
  const tone = (seconds: number, rate: number, level = 0.5) =>
    Array.from({ length: seconds * rate }, (_, at) => level * Math.sin(at / 3));

  it('is the same sound in whatever format it comes', () => {
    const own = loadOwnSound(placed(asStudioWav(good)));
    const { samples, voiced } = loadSound(shipped);
    expect(Math.abs(own.samples.length - samples.length)).toBeLessThan(24);
    expect(Math.abs(own.voiced.from - voiced.from)).toBeLessThanOrEqual(240);
    expect(Math.abs(own.voiced.to - voiced.to)).toBeLessThanOrEqual(240);
  });

  it.each([
    ['no WAV', Buffer.from('ID3 music'), /it is no RIFF\/WAVE file\. `ffmpeg -i OLD\.wav/],
    ['of too many samples', anyWav([tone(1, 96_000)], { rate: 96_000 }), /has 96000 samples a second.*`ffmpeg/],
    ['of too few', anyWav([tone(1, 4000)], { rate: 4000 }), /has 4000 samples a second/],
    ['of an odd rate', anyWav([tone(1, 44_057)], { rate: 44_057 }), /no way from 44057.*`ffmpeg/],
    ['empty', anyWav([[]]), /is empty/],
    ['too long', anyWav([Array(301 * 8000).fill(0)], { rate: 8000, bits: 8 }), /longer than five minutes/],
    ['silent', anyWav([Array(24_000).fill(0)]), /has no voice in it/],
    ['softer than anybody hears', anyWav([tone(1, 24_000, 0.001)]), /has no voice in it/],
  ])('that is %s is refused by its name', (_what, bytes, reason) => {
    const file = placed(bytes);
    expect(() => loadOwnSound(file)).toThrow(expect.objectContaining({ code: 'bad_settings' }));
    expect(() => loadOwnSound(file)).toThrow(reason);
    expect(() => loadOwnSound(file)).toThrow(file);
  });

  it('that is not there, or is a folder, is refused by its name', () => {
    expect(() => loadOwnSound(join(folder, 'none.wav'))).toThrow(/none\.wav is not there; in a scenario a path counts/);
    expect(() => loadOwnSound(folder)).toThrow(/cannot be read/);
  });
});
