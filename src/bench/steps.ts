/** A run step by step, and up to how many callers it held. Pure. */
import { UNNOTICED } from './calm.js';
import { disturbanceOf } from './disturbance.js';
import type { Step } from './run-file.js';
import type { Look } from './server-watch.js';
import { type Measurements, summarise } from './summary.js';
import { MARKS } from './turn-result.js';

/** So much more than in the first step a caller notices. */
const HELD_MS = 100;

/** `seen`: the look at the end of each step, and before the first. Sessions outlast steps: their bytes are the run's. */
export function summariseSteps(measured: Measurements, callers: readonly number[], seen: readonly Look[]): Step[] {
  return callers.map((count, step) => {
    const [before, after] = [seen[step], seen[step + 1]];
    const looks = measured.looks.filter(
      ({ at }) => before !== undefined && after !== undefined && at >= before.at && at <= after.at,
    );
    const own = <T extends { readonly step: number }>(all: readonly T[]) => all.filter((each) => each.step === step);
    const { results, interruptions, costs } = measured;
    const told = { results: own(results), interruptions: own(interruptions), costs: own(costs) };
    const { isCounted = false } = measured;
    const summary = summarise({ ...told, looks, processors: [], bytes: [], isCounted }, count);
    const span = before && after && { from: before.when, to: after.when };
    const disturbance = span ? disturbanceOf(measured.processors, told.results, span) : null;
    return { callers: count, summary: { ...summary, disturbance } };
  });
}

/**
 * With so many callers nothing failed, every turn was heard (and seen, if the first step's were), and 95 of 100 waited at
 * most 100 ms longer than in the first step; 0: with none.
 */
export function heldWith(steps: readonly Step[]): number {
  const row = rowOf(steps);
  const first = waitIn(steps[0], row);
  const holds = (step: Step) => {
    const { turns } = step.summary;
    const wait = waitIn(step, row);
    const isWhole = failuresIn(step) === 0 && wait?.count === turns.asked;
    return isWhole && first !== undefined && wait.p95 <= first.p95 + HELD_MS;
  };
  const broken = steps.findIndex((step) => !holds(step));
  return (broken < 0 ? steps.at(-1) : steps[broken - 1])?.callers ?? 0;
}

/**
 * Until the first sound and its picture, or the first sound of a server without a face: one row for all steps, or a face
 * that gives up under load would count as a server without.
 */
function rowOf(steps: readonly Step[]): string {
  return waitIn(steps[0], MARKS.first_pair) === undefined ? MARKS.first_sound : MARKS.first_pair;
}

const waitIn = (step: Step | undefined, row: string) => step?.summary.stages.find(({ name }) => name === row)?.of;

/** Of turns, and of what was heard over their answers. */
function failuresIn({ summary: { turns, interruptions } }: Step): number {
  const reasons = [interruptions?.questions, interruptions?.noises].flatMap((of) => Object.values(of?.failures ?? {}));
  return reasons.reduce((sum, count) => sum + count, turns.failed);
}

export function rampLines(steps: readonly Step[]): string {
  const row = rowOf(steps);
  const rows = steps.map((step) => {
    const { callers, summary } = step;
    const failed = failuresIn(step);
    const of = waitIn(step, row);
    const [p50, p95] = [of?.p50, of?.p95].map((value) => (value === undefined ? 'never' : `${value.toFixed(0)} ms`));
    const cores = summary.server === null ? '' : `, ${summary.server.cores.toFixed(2)} cores`;
    const late = summary.load.isBottleneck ? ', callers late themselves' : '';
    const share = summary.disturbance?.share ?? 0;
    const others = share > UNNOTICED ? `, others took ${Math.round(100 * share)} %` : '';
    return `  ${counted(callers).padEnd(12)}  p50 ${p50}, p95 ${p95}, ${failed} failed${cores}${late}${others}\n`;
  });
  const until = row === MARKS.first_pair ? 'the first sound and its picture' : 'the first sound';
  return `  from the end of the question to ${until}:\n${rows.join('')}  ${verdict(steps)}\n`;
}

function verdict(steps: readonly Step[]): string {
  const held = heldWith(steps);
  const most = steps.at(-1)?.callers ?? 0;
  if (held === most) return `It held with ${counted(held)}, the most that came.`;
  const when = `from there on something failed, or p95 grew by more than ${HELD_MS} ms`;
  return held === 0 ? 'It did not hold with any number of callers.' : `It held last with ${counted(held)}: ${when}.`;
}

const counted = (callers: number) => `${callers} caller${callers === 1 ? '' : 's'}`;
