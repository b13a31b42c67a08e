/** The README's figures are those of the files that stand beside it. */
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import type { RunFile } from '../../src/bench/run-file.js';

const measured = (name: string) => JSON.parse(readFileSync(`docs/measurements/${name}.json`, 'utf8')) as RunFile;

it('the README tells of interruptions what was measured', () => {
  const { questions, noises } = measured('interruptions-quick').summary.interruptions!;
  const { p50, p95 } = questions.still!;
  expect(readFileSync('README.md', 'utf8')).toContain(`p50 ${Math.round(p50)} ms, p95 ${Math.round(p95)} ms`);
  expect([questions.asked, questions.cutOff, noises.made, noises.cutOff]).toEqual([10, 10, 10, 0]);
});

it.each([
  ['the turn is over, with its words', 'transcript'],
  ['first sound and its picture', 'first sound and its picture'],
])('the README tells of "%s" what was measured', (row, stage) => {
  const { summary } = measured('questions-quick');
  const { p50, p95, p99, max } = summary.stages.find(({ name }) => name === stage)!.of;
  const cells = [p50, p95, p99, max].map(Math.round).join(' | ');
  expect(readFileSync('README.md', 'utf8')).toContain(`| ${row} | ${cells} |`);
  expect(summary.turns).toEqual({ asked: 240, answered: 240, failed: 0 });
  expect(summary.load.isBottleneck).toBe(false);
  expect(summary.disturbance!.undisturbed.turns).toBeGreaterThanOrEqual(200);
});
