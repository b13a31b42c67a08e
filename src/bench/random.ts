/** Numbers in [0, 1) that are the same for the same seed (xorshift32), so that a run can be done again. */
export function seededRandom(seed: number): () => number {
  // From 0 xorshift would never get away; the product spreads neighbouring seeds.
  let state = Math.imul(seed + 1, 0x9e37_79b1) || 1;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 2 ** 32;
  };
}
