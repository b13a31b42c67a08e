/** docs/operating.md names the metrics that there are, and leaves none of ours out. */
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { createMetrics } from '../../src/observe/metrics.js';

const OURS = /\b(?:parley|api)_[a-z0-9_]*[a-z0-9]\b/g;

async function registered(): Promise<string[]> {
  const metrics = createMetrics();
  const stopped = new AbortController();
  metrics.watchLoop(() => {}, stopped.signal);
  metrics.watchHeap(stopped.signal);
  stopped.abort();
  metrics.watchBusy(() => 0);
  metrics.watchEngines(() => []);
  metrics.watchWorkers(() => []);
  const text = await metrics.text();
  return [...text.matchAll(/^# HELP (\S+)/gm)].map(([, name]) => name!).filter((name) => name.match(OURS) !== null);
}

it('names the metrics that there are', async () => {
  const known = new Set(await registered());
  const told = new Set(readFileSync('docs/operating.md', 'utf8').match(OURS) ?? []);
  const base = (name: string) => name.replace(/_(?:bucket|sum|count)$/, '');
  expect([...told].filter((name) => !known.has(name) && !known.has(base(name)))).toEqual([]);
  expect([...known].filter((name) => !told.has(name))).toEqual([]);
});
