/** What interruptions came to, as a person reads it in a terminal. */
import type { InterruptionSummary } from './interruption-summary.js';
import type { Distribution } from './statistics.js';
import type { StageRow, Summary } from './summary.js';

/** What its stages are measured from, and the stages. */
export type StageGroup = readonly [from: string, stages: readonly StageRow[]];

export function interruptionStages({ interruptions }: Summary): StageGroup[] {
  if (interruptions === null) return [];
  const { still, cutOffMs, firstSound } = interruptions.questions;
  const row = (name: string, of: Distribution | null): StageRow[] => (of === null ? [] : [{ name, of }]);
  return [
    ['ms from the first interrupting sound', [...row('silent and still', still), ...row('cut off', cutOffMs)]],
    ['ms from the end of the interruption', row('first sound of its answer', firstSound)],
  ];
}

export function interruptionRows({ questions, noises }: InterruptionSummary): [string, string][] {
  const { asked, cutOff, heardRightly, answered, failures, staleFrames, history, historyMissing } = questions;
  const { made, held, unnoticed, heldMs, moved } = noises;
  const stood = heldMs === null ? '' : `; stood still for p50 ${heldMs.p50} ms, at most ${heldMs.max} ms`;
  const from = held === 0 ? '' : `; ${held - moved} of ${held} went on from the very sample`;
  const distance = history === null ? 'unknown' : `off by p50 ${history.p50} ms, at most ${history.max} ms`;
  return [
    ['interruptions', `${asked}: ${cutOff} cut the answer off, ${heardRightly} heard rightly, ${answered} answered`],
    ...Object.entries(failures).map(([reason, count]): [string, string] => ['', `${count} x ${reason}`]),
    ['after the cut', `${staleFrames} frames of the old answer came`],
    ['history', `${distance}${historyMissing === 0 ? '' : `, ${historyMissing} not told`}`],
    [
      'noises',
      `${made}: ${noises.cutOff} cut the answer off, ${held} held it, ${unnoticed} not noticed${stood}${from}`,
    ],
    ...Object.entries(noises.by).map(([name, by]): [string, string] => ['', noiseLine(name, by)]),
  ];
}

function noiseLine(name: string, by: InterruptionSummary['noises']['by'][string]): string {
  const parts = [
    [by.cut_off, 'cut off'],
    [by.held, 'held'],
    [by.unnoticed, 'not noticed'],
  ] as const;
  const told = parts.filter(([count]) => count > 0).map(([count, what]) => `${count} ${what}`);
  return `${name}: ${told.join(', ')}`;
}
