/** The README's figures are those of the files that stand beside it. */
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import type { RunFile } from '../../src/bench/run-file.js';

const measured = (name: string) => JSON.parse(readFileSync(`docs/measurements/${name}.json`, 'utf8')) as RunFile;

it('the README tells of interruptions what was measured', () => {
  const { questions, noises } = measured('interruptions-quick').summary.interruptions!;
  const { p50, p95 } = questions.still!;
  expect(readFileSync('README.md', 'utf8')).toContain(`p50 ${Math.round(p50)} ms, p95 ${Math.round(p95)} ms`);
  expect([questions.asked, questions.cutOff, noises.made, noises.cutOff]).toEqual([40, 40, 40, 0]);
});

it('the README and the page about peers tell what was measured of them', () => {
  const file = JSON.parse(readFileSync('docs/measurements/peers-quick.json', 'utf8')) as {
    summary: { failed: number; firstSound: Record<string, number> }[];
  };
  const { summary } = file;
  const both = (of: string) => summary.map(({ firstSound }) => Math.round(firstSound[of]!));
  const readme = readFileSync('README.md', 'utf8').replaceAll('\n', ' ');
  const [[ours, theirs], [our95, their95]] = [both('p50'), both('p95')];
  expect(readme).toContain(
    `${both('n')[0]} times each, to the first sound: p50 ${ours} against ${theirs} ms, p95 ${our95} against ${their95} (`,
  );
  const page = readFileSync('docs/benchmarks.md', 'utf8');
  const row = (at: number) => ['n', 'p50', 'p90', 'p95', 'p99', 'max'].map((of) => both(of)[at]);
  for (const [at, name] of ['Parley', 'pipecat `timeout-0.0`'].entries()) {
    const [n, ...figures] = row(at);
    expect(page).toContain(`| ${name} | ${n} | ${summary[at]!.failed} | ${figures.join(' | ')} |`);
  }
  const shares = [ours! / theirs!, our95! / their95!].map((share) => share.toFixed(2));
  expect(page).toContain(`| ${shares.join(', ')} |`);
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
