import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // Only a hang meets these: tests wait for states, and a busy machine may take its time to get there.
    testTimeout: 60_000,
    hookTimeout: 120_000,
    expect: { poll: { timeout: 30_000 } },
    // Two cores are the smallest machine that is promised to work; more files at once only make each other late.
    maxWorkers: 2,
  },
});
