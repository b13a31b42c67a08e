/**
 * G.711, the sound of telephones: 8 bits a sample, in two laws. A code is a sign, one of eight segments, each twice as
 * wide as the one before, and one of sixteen steps within it. The ITU's tables have 14 bits (mu-law) and 13 bits (A-law);
 * here they are brought to 16.
 *
 * On the border between two steps the rounding is that of the ITU's own program (G.191): negative samples are
 * complemented, not negated.
 */

const SIGN = 0x80;
/** Mu-law shifts magnitudes by this, so that its segments begin at powers of two. */
const MU_BIAS = 132;
/** Bits that A-law turns over, so that silence on a line is no row of zeros. */
const A_TOGGLED = 0x55;

export function encodeMuLaw(samples: Int16Array): Uint8Array {
  return Uint8Array.from(samples, (sample) => {
    const biased = Math.min(magnitudeOf(sample) + MU_BIAS, 32_767);
    const segment = segmentOf(biased);
    // All bits are turned over on the line.
    return ~((sample < 0 ? SIGN : 0) | (segment << 4) | stepOf(biased, segment));
  });
}

export function encodeALaw(samples: Int16Array): Uint8Array {
  return Uint8Array.from(samples, (sample) => {
    const magnitude = magnitudeOf(sample);
    // The first two segments are equally wide: steps of 16, from 0 and from 256.
    const code =
      magnitude < 256 ? magnitude >> 4 : (segmentOf(magnitude) << 4) | stepOf(magnitude, segmentOf(magnitude));
    return ((sample < 0 ? 0 : SIGN) | code) ^ A_TOGGLED;
  });
}

export const decodeMuLaw = (codes: Uint8Array): Int16Array => lookUp(MU_SAMPLES, codes);
export const decodeALaw = (codes: Uint8Array): Int16Array => lookUp(A_SAMPLES, codes);

const MU_SAMPLES = Int16Array.from({ length: 256 }, (_, code) => {
  const turned = ~code;
  const magnitude = (((turned & 15) * 8 + MU_BIAS) << ((turned >> 4) & 7)) - MU_BIAS;
  return turned & SIGN ? -magnitude : magnitude;
});

const A_SAMPLES = Int16Array.from({ length: 256 }, (_, code) => {
  const toggled = code ^ A_TOGGLED;
  const segment = (toggled >> 4) & 7;
  // The middle of the step.
  const within = (toggled & 15) * 16 + 8;
  const magnitude = segment === 0 ? within : (within + 256) << (segment - 1);
  return toggled & SIGN ? magnitude : -magnitude;
});

/** From 0 to 32767: -1 has the magnitude 0. */
const magnitudeOf = (sample: number): number => (sample < 0 ? ~sample : sample);

/** Segment 0 ends below 256, and each one after it is twice as wide. */
const segmentOf = (magnitude: number): number => 24 - Math.clz32(magnitude);

/** The four bits behind the highest. */
const stepOf = (magnitude: number, segment: number): number => (magnitude >> (segment + 3)) & 15;

function lookUp(table: Int16Array, codes: Uint8Array): Int16Array {
  const samples = new Int16Array(codes.length);
  for (let n = 0; n < codes.length; n += 1) samples[n] = table[codes[n]!]!;
  return samples;
}
