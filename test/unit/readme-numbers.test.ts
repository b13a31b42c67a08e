/** The README's figures are those of the files that stand beside it. */
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import type { RunFile } from '../../src/bench/run-file.js';

it.each([
  ['the turn is over, the server says', 'speech stopped'],
  ['first sound and its picture', 'first sound and its picture'],
])('the README tells of "%s" what was measured', (row, stage) => {
  const { summary } = JSON.parse(readFileSync('docs/measurements/questions-quick.json', 'utf8')) as RunFile;
  const { p50, p95 } = summary.stages.find(({ name }) => name === stage)!.of;
  expect(readFileSync('README.md', 'utf8')).toContain(`| ${row} | ${Math.round(p50)} | ${Math.round(p95)} |`);
  expect(summary.turns).toEqual({ asked: 50, answered: 50, failed: 0 });
  expect(summary.load.isBottleneck).toBe(false);
});
