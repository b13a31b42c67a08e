/** Two runs against each other: a table for the terminal, and a page. */
import type { RunFile } from '../run-file.js';
import { comparedRows } from './compared-rows.js';
import { compareRuns } from './compared-stages.js';
import { comparisonPage } from './comparison-page.js';
import { comparisonText } from './comparison-text.js';
import { readRun } from './reading.js';

export function renderComparison(a: RunFile, b: RunFile): { readonly table: string; readonly html: string } {
  const [before, after] = [readRun(a), readRun(b)];
  const comparison = compareRuns(before, after);
  const rows = comparedRows(before, after);
  return {
    table: comparisonText(before, after, comparison, rows),
    html: comparisonPage(before, after, comparison, rows),
  };
}
