/** A run step by step, and what a person reads of it in a terminal. Pure. */
import { UNNOTICED } from './calm.js';
import { capacityOf, SLACK_MS, type Standing } from './capacity.js';
import { disturbanceOf } from './disturbance.js';
import type { Step } from './run-file.js';
import type { Look } from './server-watch.js';
import { type Measurements, summarise } from './summary.js';

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

export function rampLines(steps: readonly Step[]): string {
  const { until, standings } = capacityOf(steps);
  const rows = steps.map(({ summary }, at) => stepLine(standings[at]!, summary));
  return `  from the end of the question to the ${until}:\n${rows.join('')}  ${verdict(steps)}\n`;
}

function stepLine({ callers, failed, of }: Standing, { server, load, disturbance }: Step['summary']): string {
  const [p50, p95] = [of?.p50, of?.p95].map((value) => (value === undefined ? 'never' : `${value.toFixed(0)} ms`));
  const whose = server?.by === 'server' ? ' of its main process' : '';
  const cores = server === null ? '' : `, ${server.cores.toFixed(2)} cores${whose}`;
  const late = load.isBottleneck ? ', callers late themselves' : '';
  const share = disturbance?.share ?? 0;
  const others = share > UNNOTICED ? `, others took ${Math.round(100 * share)} %` : '';
  return `  ${counted(callers).padEnd(12)}  p50 ${p50}, p95 ${p95}, ${failed} failed${cores}${late}${others}\n`;
}

function verdict(steps: readonly Step[]): string {
  const { heldAt } = capacityOf(steps);
  if (heldAt === null) return 'It did not hold with any number of callers.';
  if (heldAt === steps.at(-1)?.callers) return `It held with ${counted(heldAt)}, the most that came.`;
  return `It held last with ${counted(heldAt)}: from there on something failed, or p95 grew by more than ${SLACK_MS} ms.`;
}

const counted = (callers: number) => `${callers} caller${callers === 1 ? '' : 's'}`;
