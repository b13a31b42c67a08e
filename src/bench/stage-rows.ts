/** What callers waited for, stage by stage. Pure. */
import type { StageRow } from './server-stages.js';
import { distribution } from './statistics.js';
import { MARKS, type MarkName, type TurnResult } from './turn-result.js';

/** The moment that a run is judged by; a face that shows nothing still has a voice. */
export const JUDGED = ['first_pair', 'first_sound'] as const satisfies readonly MarkName[];

/** Whatever a failed turn got as far as counts in its stage. */
export function stageRow(mark: MarkName, of: readonly TurnResult[], name: string = MARKS[mark]): StageRow[] {
  const found = distribution(of.flatMap(({ marks }) => marks[mark] ?? []));
  return found === null ? [] : [{ name, of: found }];
}

export function stageRows(results: readonly TurnResult[]): StageRow[] {
  const all = Object.keys(MARKS).flatMap((mark) => stageRow(mark as MarkName, results));
  const first = results.filter(({ turn }) => turn === 0);
  const later = results.filter(({ turn }) => turn > 0);
  if (later.length === 0) return all;
  const split = [
    ...stageRow('first_sound', first, 'first sound, 1st turn'),
    ...stageRow('first_sound', later, 'first sound, later'),
  ];
  return [...all, ...split];
}
