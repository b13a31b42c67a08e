/** `--compare`: two files that `--json` has written, side by side. */
import { readFileSync, writeFileSync } from 'node:fs';
import { ParleyError } from '../errors.js';
import { checkWritable } from './bench.js';
import { renderComparison } from './report/compare.js';
import type { RunFile } from './run-file.js';

export function compare([a, b]: readonly [string, string], html: string | null): void {
  if (html !== null) checkWritable(html);
  const compared = renderComparison(readRun(a), readRun(b));
  process.stdout.write(`${compared.table}\n`);
  if (html !== null) writeFileSync(html, compared.html);
}

/** Throws bad_settings for what no bench has written; what an older one did not write yet, a comparison does without. */
function readRun(file: string): RunFile {
  const run = parsed(file) as Partial<RunFile> | null;
  const summary = run?.summary as Partial<RunFile['summary']> | null | undefined;
  if (Array.isArray(run?.results) && summary?.turns !== undefined && Array.isArray(summary.stages))
    return run as RunFile;
  throw new ParleyError('bad_settings', `${file} is no file that --json has written.`);
}

function parsed(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch (cause) {
    throw new ParleyError('bad_settings', `The file ${file} cannot be read: ${(cause as Error).message}.`, { cause });
  }
}
