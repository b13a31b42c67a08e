/** How a server holds when callers are added: the one judgement, for the terminal and for the page. Pure. */
import type { Step } from './run-file.js';
import { JUDGED } from './stage-rows.js';
import type { Distribution } from './statistics.js';
import { MARKS } from './turn-result.js';

export interface Standing {
  readonly callers: number;
  readonly asked: number;
  /** Of turns, and of what was heard over their answers. */
  readonly failed: number;
  /** Until the moment that is judged; null: no turn got as far. */
  readonly of: Distribution | null;
  /** Nothing failed, every turn got as far, and p95 is within the limit. */
  readonly holds: boolean;
}

export interface Capacity {
  /** The row by which all steps are judged. */
  readonly until: string;
  readonly standings: readonly Standing[];
  /** What p95 may be; null if the first step has none. */
  readonly limit: number | null;
  /** The last number of callers before it first did not hold; null: it did not even at the first step. */
  readonly heldAt: number | null;
}

/** What a caller would notice: a tenth of a second more than at the first step. */
export const SLACK_MS = 100;

export function capacityOf(steps: readonly Step[]): Capacity {
  const until = judgedIn(steps[0]);
  const told = steps.map((step) => ({
    callers: step.callers,
    asked: step.summary.turns.asked,
    failed: failuresIn(step),
    of: step.summary.stages.find(({ name }) => name === until)?.of ?? null,
  }));
  const before = told[0]?.of?.p95;
  const limit = before === undefined ? null : before + SLACK_MS;
  const standings = told.map((each) => ({ ...each, holds: limit !== null && isWithin(limit, each) }));
  const fallen = standings.findIndex(({ holds }) => !holds);
  const held = fallen === -1 ? standings.at(-1) : standings[fallen - 1];
  return { until, standings, limit, heldAt: held?.callers ?? null };
}

/** A turn that never got as far is no quick one. */
function isWithin(limit: number, { asked, failed, of }: Omit<Standing, 'holds'>): boolean {
  return failed === 0 && of !== null && of.count >= asked && of.p95 <= limit;
}

/** What the first step has, for all of them, or a face that gives up under load would count as a server without. */
function judgedIn(first: Step | undefined): string {
  const names: readonly string[] = JUDGED.map((mark) => MARKS[mark]);
  return names.find((name) => first?.summary.stages.some((row) => row.name === name)) ?? MARKS.first_sound;
}

/** Steps of older files may tell nothing of interruptions. */
function failuresIn({ summary: { turns, interruptions } }: Step): number {
  const reasons = [interruptions?.questions, interruptions?.noises].flatMap((of) => Object.values(of?.failures ?? {}));
  return reasons.reduce((sum, count) => sum + count, turns.failed);
}
