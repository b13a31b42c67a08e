import { describe, expect, it } from 'vitest';
import { type Encoding, encodedFromBase64, encoder, secondsIn, soundOf } from '../../src/audio/encoding.js';
import { FRAME_SAMPLES, pcmBytes, pcmSamples } from '../../src/audio/pcm.js';
import { levelAt, rms, standardALaw, standardMuLaw, tone } from '../fixtures/telephone.js';

const base64 = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64');
const TELEPHONE = [
  ['audio/pcmu', standardMuLaw],
  ['audio/pcma', standardALaw],
] as const;

/** Everything that an encoder makes of the samples, frame by frame, and the lengths in which it came. */
function encodeAll(encoding: Encoding, samples: Int16Array, frame = FRAME_SAMPLES) {
  const { push, flush } = encoder(encoding);
  const parts: Uint8Array[] = [];
  for (let at = 0; at < samples.length; at += frame) parts.push(push(samples.subarray(at, at + frame)));
  parts.push(flush());
  return { bytes: Buffer.concat(parts), lengths: parts.map(({ byteLength }) => byteLength) };
}

describe.each(TELEPHONE)('speech as %s', (encoding, standard) => {
  const heard = (samples: Int16Array) => [...encodeAll(encoding, samples).bytes].map(standard.decode);

  it.each([0, 1, 2, 3, 959, 960, 961, 24_000, 24_001])('has a byte for every third of %d samples', (count) => {
    expect(encodeAll(encoding, tone(24_000, 440, count)).bytes.length).toBe(Math.ceil(count / 3));
  });

  it('leaves in whole packets of 20 ms, two for each frame', () => {
    const { lengths } = encodeAll(encoding, tone(24_000, 440, 5 * FRAME_SAMPLES));
    expect(lengths).toEqual([160, 320, 320, 320, 320, 160]);
  });

  it('is the same however it is cut', () => {
    const speech = tone(24_000, 700, 4000);
    const { bytes } = encodeAll(encoding, speech);
    for (const frame of [1, 7, 480, 2400]) expect(encodeAll(encoding, speech, frame).bytes).toEqual(bytes);
  });

  it('keeps a tone that telephones carry: its level, its time and nothing beside it', () => {
    const samples = heard(tone(24_000, 1000, 24_000));
    const off = tone(8000, 1000, 8000).map((value, n) => value - samples[n]!);
    const middle = off.subarray(1000, 7000);
    // 13 bits in 8: the noise of the steps lies 37 to 38 dB below.
    expect(20 * Math.log10(8000 / Math.SQRT2 / rms(middle))).toBeGreaterThan(36);
  });

  it('loses what telephones cannot carry, and nothing comes back as another tone', () => {
    const samples = heard(tone(24_000, 6000, 24_000));
    // 6 kHz would fold to 2 kHz. What is left is the quietest code there is, which in A-law is 8, not 0.
    expect(levelAt(samples.slice(1000, 7000), 8000, 2000)).toBeLessThan(8.1);
    expect(rms(samples.slice(1000, 7000))).toBeLessThan(8.1);
  });

  it('begins anew after its end', () => {
    const speech = tone(24_000, 440, 2000);
    const { push, flush } = encoder(encoding);
    const once = Buffer.concat([push(speech), flush()]);
    expect(Buffer.concat([push(speech), flush()])).toEqual(once);
  });
});

describe('speech as PCM', () => {
  it('leaves as it is, at once', () => {
    const speech = tone(24_000, 440, 1000);
    const { push, flush } = encoder('audio/pcm');
    expect([...pcmSamples(push(speech))]).toEqual([...speech]);
    expect(flush().byteLength).toBe(0);
  });
});

describe('audio as text', () => {
  it('is cut into seconds, whatever they weigh', () => {
    const pcm = encodedFromBase64(base64(pcmBytes(tone(24_000, 440, 60_000))), 'audio/pcm', 'audio');
    const mu = encodedFromBase64(base64(new Uint8Array(20_000).fill(0xff)), 'audio/pcmu', 'audio');
    for (const encoded of [pcm, mu]) expect(secondsIn(encoded)).toBe(3);
    const lengths = (encoded: typeof pcm) => [0, 1, 2, 3].map((second) => soundOf(encoded, second).samples.length);
    expect(lengths(pcm)).toEqual([24_000, 24_000, 12_000, 0]);
    expect(lengths(mu)).toEqual([8000, 8000, 4000, 0]);
    expect(soundOf(pcm, 0).rate).toBe(24_000);
    expect(soundOf(mu, 0).rate).toBe(8000);
  });

  it.each(TELEPHONE)('in %s may have any number of bytes, each a sample', (encoding, standard) => {
    for (const codes of [[0x12], [0x12, 0xe4], [0x12, 0xe4, 0x80]]) {
      const { samples } = soundOf(encodedFromBase64(base64(Uint8Array.from(codes)), encoding, 'audio'), 0);
      expect([...samples]).toEqual(codes.map(standard.decode));
    }
  });

  it('is refused when it is half a sample, or no base64', () => {
    const refusal = (text: string, encoding: Encoding) => () => encodedFromBase64(text, encoding, 'item.content');
    const error = expect.objectContaining({ code: 'invalid_audio', param: 'item.content' });
    expect(refusal('AAAA', 'audio/pcm')).toThrowError(error);
    for (const encoding of ['audio/pcm', 'audio/pcmu', 'audio/pcma'] as const) {
      expect(refusal('<wav>', encoding)).toThrowError(error);
      expect(refusal('AA=A', encoding)).toThrowError(error);
    }
  });
});
