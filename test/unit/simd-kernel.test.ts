import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
// @ts-expect-error: a tool, without types.
import { assembled } from '../../tools/simd/assemble.mjs';

describe('the loops in WebAssembly', () => {
  it('are what their source says', async () => {
    expect(readFileSync('src/simd/kernel.ts', 'utf8')).toBe(await assembled());
  });
});
