import { expect, it } from 'vitest';
import { createMp3Encoder } from 'wasm-media-encoders';
import { mp3Decoder } from '../../src/audio/mp3.js';

const RATE = 44_100;
const SECONDS = 1;
/** A tone of 441 Hz at half of full scale: no sample differs from the one before by more than 1,030, or coded, by 1,130. */
const tone = Float32Array.from({ length: RATE * SECONDS }, (_, n) => 0.5 * Math.sin((2 * Math.PI * n) / 100));
const STEEPEST = 1500;

async function encoded(samples: Float32Array): Promise<Uint8Array> {
  const encoder = await createMp3Encoder();
  encoder.configure({ sampleRate: RATE, channels: 1, bitrate: 128 });
  return Buffer.concat([encoder.encode([samples]).slice(), encoder.finalize().slice()]);
}

async function decoded(bytes: Uint8Array, pieceLength: number): Promise<Int16Array> {
  const decoder = await mp3Decoder();
  const samples: number[] = [];
  for (let at = 0; at < bytes.length; at += pieceLength) {
    samples.push(...decoder.push(bytes.subarray(at, at + pieceLength))!);
  }
  expect(decoder.rate()).toBe(RATE);
  decoder.free();
  return Int16Array.from(samples);
}

it('gives the same samples, wherever the stream is cut', async () => {
  const bytes = await encoded(tone);
  const whole = await decoded(bytes, bytes.length);
  for (const pieceLength of [1, 417, 1000]) expect(await decoded(bytes, pieceLength)).toEqual(whole);
});

it('begins where the sound begins, and clicks nowhere', async () => {
  const samples = await decoded(await encoded(tone), 500);
  expect(Math.abs(samples.length - tone.length)).toBeLessThan(2 * 1152);
  // Within 2 ms: what lies before it is the coder's delay.
  expect(Math.abs(samples.findIndex((sample) => Math.abs(sample) > 4000))).toBeLessThan(0.002 * RATE);
  const within = samples.subarray(0, tone.length - 1152);
  const steps = within.subarray(1).map((sample, n) => Math.abs(sample - within[n]!));
  expect(Math.max(...steps)).toBeLessThan(STEEPEST);
});

it('keeps a stream that begins with sound as it is', async () => {
  const bytes = await encoded(tone);
  const later = await decoded(bytes.subarray(20 * 418), 500);
  expect(later.length).toBeGreaterThan(tone.length - 22 * 1152);
});

it.each([
  ['text', Buffer.from('<html>no music</html>'.repeat(1000))],
  ['nothing but noughts', Buffer.alloc(20_000)],
  ['samples as they are', Buffer.from(Int16Array.from(tone, (value) => 16_000 * value).buffer)],
])('knows what is no MP3: %s', async (_, bytes) => {
  const decoder = await mp3Decoder();
  expect(decoder.push(bytes)).toBeNull();
  decoder.free();
});
