/** What interruptions came to, as a person reads it in a terminal. */
import type { InterruptionSummary } from './interruption-summary.js';
import type { StageRow } from './server-stages.js';
import type { Distribution } from './statistics.js';
import type { Summary } from './summary.js';

/** What its stages are measured from, and the stages. */
export type StageGroup = readonly [from: string, stages: readonly StageRow[]];

export function interruptionStages({ interruptions }: Summary): StageGroup[] {
  if (interruptions === null) return [];
  const { still, cutOffMs, firstSound } = interruptions.questions;
  const row = (name: string, of: Distribution | null): StageRow[] => (of === null ? [] : [{ name, of }]);
  const groups: StageGroup[] = [
    ['ms from the first interrupting sound', [...row('silent and still', still), ...row('cut off', cutOffMs)]],
    ['ms from the end of the interruption', row('first sound of its answer', firstSound)],
  ];
  return groups.filter(([, stages]) => stages.length > 0);
}

export const interruptionRows = ({ questions, noises }: InterruptionSummary): [string, string][] => [
  ...(questions.asked === 0 ? [] : questionRows(questions)),
  ...(noises.made === 0 ? [] : noiseRows(noises)),
];

function questionRows(questions: InterruptionSummary['questions']): [string, string][] {
  const { asked, cutOff, heardRightly, answered, failures, staleFrames, history, historyMissing } = questions;
  const distance = history === null ? 'unknown' : `off by p50 ${history.p50} ms, at most ${history.max} ms`;
  return [
    ['interruptions', `${asked}: ${cutOff} cut the answer off, ${heardRightly} heard rightly, ${answered} answered`],
    ...Object.entries(failures).map(([reason, count]): [string, string] => ['', `${count} x ${reason}`]),
    ['after the cut', `${staleFrames} frames of the old answer came`],
    ['history', `${distance}${historyMissing === 0 ? '' : `, ${historyMissing} not told`}`],
  ];
}

function noiseRows(noises: InterruptionSummary['noises']) {
  const { made, cutOff, held, unnoticed, resumed, heldMs, moved, by, failures } = noises;
  const stood = heldMs === null ? '' : `; stood still for p50 ${heldMs.p50} ms, at most ${heldMs.max} ms`;
  const from = held === 0 ? '' : `; ${resumed - moved} of ${held} went on from the very sample`;
  const counts = `${cutOff} cut the answer off, ${held} held it, ${unnoticed} not noticed`;
  return [
    ['noises', `${made}: ${counts}${stood}${from}`] as [string, string],
    ...Object.entries(by).map(([name, each]): [string, string] => ['', noiseLine(name, each)]),
    ...Object.entries(failures).map(([reason, count]): [string, string] => ['', `${count} x ${reason}`]),
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
