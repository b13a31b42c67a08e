import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    testTimeout: 20_000,
    hookTimeout: 60_000,
    // Two cores are the smallest machine that is promised to work; more files at once only make each other late.
    maxWorkers: 2,
  },
});
