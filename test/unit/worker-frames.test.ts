import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { encodeFrame, FrameDecoder, MAX_BODY_BYTES, MAX_HEADER_BYTES, WireError } from '../../src/workers/frames.js';
import { parseFromWorker, parseToWorker } from '../../src/workers/messages.js';

/** The same files are read by test/python/test_golden_frames.py. */
const folder = new URL('../fixtures/worker-frames/', import.meta.url);
const names = readdirSync(folder)
  .filter((file) => file.endsWith('.json'))
  .map((file) => file.slice(0, -'.json'.length));
const bytesOf = (name: string) => new Uint8Array(readFileSync(new URL(`${name}.bin`, folder)));
const description = (name: string) => JSON.parse(readFileSync(new URL(`${name}.json`, folder), 'utf8'));
const parserOf = (name: string) => (name.startsWith('to-worker') ? parseToWorker : parseFromWorker);

function decode(...pieces: Uint8Array[]) {
  const decoder = new FrameDecoder();
  const frames = pieces.flatMap((piece) => [...decoder.push(piece)]);
  decoder.end();
  return frames;
}

const good = names.filter((name) => !name.startsWith('refused-'));

describe('golden frames', () => {
  it('has a file of bytes for every description, and both kinds', () => {
    const binaries = readdirSync(folder).filter((file) => file.endsWith('.bin'));
    expect(binaries.map((file) => file.slice(0, -'.bin'.length)).sort()).toEqual([...names].sort());
    expect(good.length).toBeGreaterThan(15);
    expect(names.length - good.length).toBeGreaterThan(20);
  });

  it.each(good)('%s: read as described', (name) => {
    const { header, body } = description(name);
    const [frame, ...others] = decode(bytesOf(name));
    expect(others).toEqual([]);
    expect(JSON.stringify(frame!.header)).toBe(JSON.stringify(header));
    expect(Buffer.from(frame!.body).toString('hex')).toBe(body);
    expect(parserOf(name)(frame!)).toEqual(header);
  });

  it.each(good)('%s: written as described', (name) => {
    const { header, body } = description(name);
    expect(encodeFrame(header, Buffer.from(body, 'hex'))).toEqual(bytesOf(name));
  });

  it.each(names.filter((name) => name.startsWith('refused-')))('%s', (name) => {
    const { refused, as } = description(name);
    const read = () => decode(bytesOf(name));
    if (as === 'frame') return expect(read, refused).toThrow(WireError);
    const [frame] = read();
    expect(() => parseToWorker(frame!), refused).toThrow(WireError);
    expect(() => parseFromWorker(frame!), refused).toThrow(WireError);
  });
});

describe('decoder', () => {
  const all = Buffer.concat(good.map(bytesOf));

  it('gives the same frames however the bytes are cut', () => {
    const whole = decode(all);
    expect(whole).toHaveLength(good.length);
    for (const size of [1, 2, 7, 8, 9, 61]) {
      const pieces = Array.from({ length: Math.ceil(all.length / size) }, (_, n) =>
        all.subarray(n * size, (n + 1) * size),
      );
      expect(decode(...pieces)).toEqual(whole);
    }
  });

  it('refuses an end at every place inside a frame, and only there', () => {
    const frame = bytesOf('to-worker-chunk');
    for (let length = 1; length < frame.length; length += 1) {
      expect(() => decode(frame.subarray(0, length)), `${length} bytes`).toThrow('end inside a frame');
    }
    expect(decode(new Uint8Array(0))).toEqual([]);
    expect(decode(frame)).toHaveLength(1);
  });

  it('hands out the frames in front of a broken one, and nothing behind it', () => {
    const decoder = new FrameDecoder();
    const read: unknown[] = [];
    const end = bytesOf('to-worker-end');
    const push = (bytes: Uint8Array) => {
      for (const frame of decoder.push(bytes)) read.push(frame.header.type);
    };
    expect(() => push(Buffer.concat([end, bytesOf('refused-not-json'), end]))).toThrow(WireError);
    expect(read).toEqual(['end']);
    expect(() => push(end)).toThrow(WireError);
    expect(() => decoder.end()).toThrow(WireError);
    expect(read).toEqual(['end']);
  });

  it('keeps bodies that do not change with the buffer they came in', () => {
    const bytes = bytesOf('to-worker-chunk').slice();
    const [frame] = decode(bytes);
    bytes.fill(0);
    expect(Buffer.from(frame!.body).toString('hex')).toBe(description('to-worker-chunk').body);
  });

  it('takes a header and a body of the largest size', () => {
    const header = { type: 'x', pad: '' };
    header.pad = 'p'.repeat(MAX_HEADER_BYTES - JSON.stringify(header).length);
    const [frame] = decode(encodeFrame(header, new Uint8Array(MAX_BODY_BYTES)));
    expect(frame!.header).toEqual(header);
    expect(frame!.body.byteLength).toBe(MAX_BODY_BYTES);
  });
});

describe('encoder', () => {
  it('refuses what the other side would refuse', () => {
    expect(() => encodeFrame({ pad: 'p'.repeat(MAX_HEADER_BYTES) })).toThrow(WireError);
    expect(() => encodeFrame({}, new Uint8Array(MAX_BODY_BYTES + 1))).toThrow(WireError);
    let deep: unknown = 1;
    for (let level = 0; level < 64; level += 1) deep = [deep];
    expect(() => encodeFrame({ deep })).toThrow('levels deep');
    const circle: Record<string, unknown> = {};
    circle.itself = circle;
    expect(() => encodeFrame(circle)).toThrow(WireError);
    expect(() => encodeFrame({ count: 1n })).toThrow(WireError);
  });

  it('does not count brackets inside strings', () => {
    const header = { text: '[{"\\'.repeat(100), more: ['"]'] };
    expect(decode(encodeFrame(header))[0]!.header).toEqual(header);
  });
});
