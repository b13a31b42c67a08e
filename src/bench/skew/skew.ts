/** `npm run bench -- --skew`: how far apart what is heard and what is seen are, in a browser, over the real way there. */
import { existsSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { Browser } from 'playwright-core';
import { ParleyError } from '../../errors.js';
import { openLog } from '../../observe/log.js';
import { checkWritable } from '../bench.js';
import { machine } from '../machine.js';
import { watchProcessors } from '../processor-time.js';
import { seededRandom } from '../random.js';
import type { Machine } from '../run-file.js';
import { launchChromium } from './chromium.js';
import { startClickingServer } from './clicking-server.js';
import type { SkewOptions } from './options.js';
import type { Seen } from './probe.js';
import { type SkewResult, skewOf } from './result.js';
import { skewTable } from './table.js';
import { visit } from './visit.js';

/** Some click had no flash, or there were none. */
const FAILED = 1;

/** What a run leaves in the file of `--json`. */
export interface SkewFile {
  /** Parley's version. */
  readonly bench: string;
  readonly at: string;
  readonly options: SkewOptions;
  readonly machine: Machine;
  /** The browser's version. */
  readonly browser: string;
  readonly skew: SkewResult;
}

export interface SkewWorkplace {
  readonly root: string;
  readonly version: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
}

/** The status to end with. */
export async function benchSkew(
  options: SkewOptions,
  { root, version, environment }: SkewWorkplace,
  signal: AbortSignal,
): Promise<number> {
  // Before the run: minutes of measuring must not end at a folder that is not there.
  if (options.json !== null) checkWritable(options.json);
  if (!existsSync(join(root, 'dist/web/index.html')))
    throw new ParleyError('bad_settings', 'The page is not built. Run `npm start` once, which builds it.');
  const browser = await launchChromium(environment);
  const stop = () => void browser.close();
  signal.addEventListener('abort', stop, { once: true });
  try {
    signal.throwIfAborted();
    process.stdout.write(`\nSound and picture in Chromium ${browser.version()}: ${scaleOf(options)}\n\n`);
    const skew = await measureSkew(browser, options, { root, version });
    process.stdout.write(`${skewTable(skew)}\n`);
    const shown = { ...options, json: options.json === null ? null : basename(options.json) };
    const file: SkewFile = {
      ...{ bench: version, at: new Date().toISOString(), options: shown, machine: machine() },
      ...{ browser: browser.version(), skew },
    };
    if (options.json !== null) writeFileSync(options.json, `${JSON.stringify(file, null, 2)}\n`);
    return skew.pairs > 0 && skew.lost.clicks === 0 ? 0 : FAILED;
  } catch (thrown) {
    signal.throwIfAborted();
    throw thrown;
  } finally {
    signal.removeEventListener('abort', stop);
    await browser.close();
  }
}

/** A server of its own, a visitor, and what it has seen and heard. */
export async function measureSkew(
  browser: Browser,
  { turns, seconds, seed }: Pick<SkewOptions, 'turns' | 'seconds' | 'seed'>,
  { root, version }: Pick<SkewWorkplace, 'root' | 'version'>,
): Promise<SkewResult> {
  const log = openLog('warn', []);
  const server = await startClickingServer({ root, version, seconds, random: seededRandom(seed), log });
  try {
    const visitor = await visit(browser, server.http);
    const processors = watchProcessors();
    try {
      const answers: Seen[] = [];
      for (let turn = 0; turn < turns; turn += 1) answers.push(await visitor.ask(seconds));
      const element = await visitor.told();
      return skewOf({ answers, spoken: server.clicks(), element, looks: processors.looks });
    } finally {
      processors.stop();
      await visitor.close();
    }
  } finally {
    await server.close();
  }
}

const scaleOf = ({ turns, seconds }: SkewOptions) => `${turns} answers of ${seconds} s`;
