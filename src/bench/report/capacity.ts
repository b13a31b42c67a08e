/** How a server holds when callers are added. Pure. */
import type { Step } from '../run-file.js';
import type { Distribution } from '../statistics.js';
import { MARKS } from '../turn-result.js';
import { JUDGED } from './reading.js';

export interface Standing {
  readonly callers: number;
  readonly asked: number;
  readonly failed: number;
  /** Until the first sound and its picture; null: no turn got as far. */
  readonly of: Distribution | null;
  /** No failure, and p95 within the limit. */
  readonly holds: boolean;
}

export interface Capacity {
  readonly standings: readonly Standing[];
  /** What p95 may be; null if the first step has none. */
  readonly limit: number | null;
  /** The last number of callers before it first did not hold; null: it did not even at the first step. */
  readonly heldAt: number | null;
}

/** What a caller would notice: a tenth of a second more than at the first step. */
export const SLACK_MS = 100;

export function capacityOf(steps: readonly Step[]): Capacity {
  const name = judgedName(steps[0]);
  const told = steps.map(({ callers, summary }) => ({
    ...{ callers, ...summary.turns },
    of: summary.stages.find((row) => row.name === name)?.of ?? null,
  }));
  const before = told[0]?.of?.p95;
  const limit = before === undefined ? null : before + SLACK_MS;
  const standings = told.map(({ callers, asked, failed, of }) => {
    // A turn that never got as far is no quick one.
    const holds = failed === 0 && of !== null && of.count >= asked && limit !== null && of.p95 <= limit;
    return { callers, asked, failed, of, holds };
  });
  const fallen = standings.findIndex(({ holds }) => !holds);
  const held = fallen === -1 ? standings.at(-1) : standings[fallen - 1];
  return { standings, limit, heldAt: held?.callers ?? null };
}

/** The same moment in all steps: what the first one has. */
function judgedName(first: Step | undefined): string | undefined {
  const names: readonly string[] = JUDGED.map((mark) => MARKS[mark]);
  return names.find((name) => first?.summary.stages.some((row) => row.name === name));
}
