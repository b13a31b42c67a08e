import { defineConfig } from 'vitest/config';

/** A page is judged by what is seen and heard in its own time: beside another one, or a bench, it would be late. */
const PAGES = 'test/browser/**/*.test.ts';
/** Needs an environment of 6 GB: `npm run test:torch`. */
const TORCH = 'test/torch/**/*.test.ts';
/** Needs an environment of 5.5 GB: `npm run test:coqui`. */
const COQUI = 'test/coqui/**/*.test.ts';
/** What callers of every kind do, whoever answers them: run once more with other voices and ears, and with a filmed face. */
const CONVERSATIONS = ['typed-turn', 'spoken-turn', 'stock-client'].map((name) => `test/e2e/${name}.test.ts`);

export default defineConfig({
  test: {
    runner: 'test/starved-runner.ts',
    // Only a hang meets these: tests wait for states, and a busy machine may take its time to get there.
    testTimeout: 60_000,
    hookTimeout: 120_000,
    expect: { poll: { timeout: 30_000 } },
    projects: [
      {
        extends: true,
        test: {
          name: 'server',
          include: ['test/**/*.test.ts'],
          exclude: [PAGES, TORCH, COQUI],
          // Two cores are the smallest machine that is promised to work; more files at once only make each other late.
          maxWorkers: 2,
          sequence: { groupOrder: 0 },
        },
      },
      {
        extends: true,
        test: { name: 'pages', include: [PAGES], maxWorkers: 1, sequence: { groupOrder: 1 } },
      },
      {
        extends: true,
        test: {
          name: 'local',
          include: CONVERSATIONS,
          globalSetup: 'test/speech/local-server.ts',
          maxWorkers: 1,
          sequence: { groupOrder: 2 },
        },
      },
      {
        extends: true,
        test: { name: 'torch', include: [TORCH], maxWorkers: 1, sequence: { groupOrder: 3 } },
      },
      {
        extends: true,
        test: {
          name: 'filmed',
          include: CONVERSATIONS,
          // Each server loads torch and its models; that takes 15 s where nothing else runs.
          testTimeout: 600_000,
          hookTimeout: 600_000,
          globalSetup: 'test/torch/filmed-server.ts',
          maxWorkers: 1,
          sequence: { groupOrder: 4 },
        },
      },
      {
        extends: true,
        test: {
          name: 'coqui',
          include: [COQUI],
          // Even a tiny model takes its time on a processor: its vocoder is as wide as it always is.
          testTimeout: 600_000,
          hookTimeout: 600_000,
          maxWorkers: 1,
          sequence: { groupOrder: 5 },
        },
      },
    ],
  },
});
