/**
 * `npm run bench`: callers who really speak, hear and watch, at a server that does not know that they are none; and
 * `npm run test:live`. The composition root of both; docs/benchmark.md says what is measured how.
 */
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { asParleyError, ParleyError } from '../errors.js';
import { bench } from './bench.js';
import { compare } from './comparing.js';
import { live } from './live.js';
import { LIVE_USAGE, readPrices } from './live-options.js';
import { readComparison, readOptions, USAGE } from './options.js';
import { shippedScenarios } from './scenario-files.js';
import { readSkewOptions } from './skew/options.js';
import { benchSkew } from './skew/skew.js';

/** Some turn failed is 1, as a test would say it; this is for a run that could not be. */
const IMPOSSIBLE = 2;

const root = join(dirname(fileURLToPath(import.meta.url)), '../..');
const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string };

/** The status to end with. */
async function run(args: readonly string[], signal: AbortSignal): Promise<number> {
  const isLive = args.includes('--live');
  if (args.includes('--help')) {
    process.stdout.write(`${isLive ? LIVE_USAGE : USAGE}\n`);
    return 0;
  }
  if (isLive) return await live(root, process.env, readPrices(args.filter((arg) => arg !== '--live')), signal);
  if (args.includes('--list')) {
    process.stdout.write(scenarioList());
    return 0;
  }
  if (args.includes('--compare')) {
    const { files, html } = readComparison(args);
    compare(files, html);
    return 0;
  }
  const place = { root, version, environment: process.env };
  if (args.includes('--skew')) return await benchSkew(readSkewOptions(args), place, signal);
  return await bench(readOptions(args, root), place, signal);
}

function scenarioList(): string {
  const scenarios = shippedScenarios(root);
  const width = Math.max(...scenarios.map(({ name }) => name.length));
  return scenarios.map(({ name, about }) => `${name.padEnd(width)}  ${about}\n`).join('');
}

const stop = new AbortController();
for (const name of ['SIGINT', 'SIGTERM'] as const)
  process.once(name, () => stop.abort(new ParleyError('shutting_down', 'It was stopped before its end.')));
try {
  process.exitCode = await run(process.argv.slice(2), stop.signal);
} catch (thrown) {
  const error = asParleyError(thrown);
  process.stderr.write(`The bench cannot run: ${error.message}\n`);
  if (error.code === 'internal' && !stop.signal.aborted) process.stderr.write(`${error.stack}\n`);
  process.exitCode = IMPOSSIBLE;
}
