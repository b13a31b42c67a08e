/** The stages of two runs against each other, and what may be said of each difference. Pure. */
import { percentile } from '../statistics.js';
import { type Interval, intervals, QUANTILES, type Quantile } from './bootstrap.js';
import { type Reading, stops } from './reading.js';
import { callerStages, type Stage, serverStages, stage } from './stages.js';

export interface Verdict {
  readonly quantile: Quantile;
  readonly a: number;
  readonly b: number;
  readonly difference: number;
  /** b / a; null: nothing can be divided by a. */
  readonly ratio: number | null;
  /** Null for too few. */
  readonly interval: Interval | null;
  readonly kind: 'slower' | 'faster' | 'unclear' | 'too few';
}

export interface Compared {
  readonly name: string;
  readonly a: Stage;
  readonly b: Stage;
  readonly verdicts: readonly Verdict[];
}

export interface Comparison {
  readonly stages: readonly Compared[];
  /** Stages that only one of both has. */
  readonly alone: readonly { readonly name: string; readonly of: 'A' | 'B' }[];
}

/**
 * The least number of turns in each run. Two runs drawn from one and the same spread (2000 times) were called different
 * in 3 of 100 medians with 10 turns each; in p95, in 16 of 100 with 10 turns, where it is the maximum, and in 6 with 20.
 */
const LEAST: Readonly<Record<Quantile, number>> = { p50: 10, p95: 20 };

/** Times are told in whole milliseconds: less than one is none, however sure. */
const LEAST_MS = 1;

export const WORDS: Readonly<Record<Verdict['kind'], string>> = {
  slower: 'B is slower',
  faster: 'B is faster',
  unclear: 'no difference that these runs could show',
  'too few': 'too few turns to tell',
};

export function compareRuns(a: Reading, b: Reading): Comparison {
  const [ours, theirs] = [stagesOf(a), stagesOf(b)];
  const stages = ours.flatMap((one) => {
    const other = theirs.find(({ name }) => name === one.name);
    return other === undefined ? [] : [{ name: one.name, a: one, b: other, verdicts: verdicts(one, other) }];
  });
  const both = new Set(stages.map(({ name }) => name));
  const only = (list: readonly Stage[], of: 'A' | 'B') =>
    list.filter(({ name }) => !both.has(name)).map(({ name }) => ({ name, of }));
  return { stages, alone: [...only(ours, 'A'), ...only(theirs, 'B')] };
}

function stagesOf(reading: Reading): Stage[] {
  const server = serverStages(reading).map((one) => ({ ...one, name: `Server: ${one.name.toLowerCase()}` }));
  return [...callerStages(reading.turns), ...stage('Interruption, until silent', stops(reading)), ...server];
}

export function verdicts(a: Stage, b: Stage): Verdict[] {
  const sure = intervals(a.values, b.values);
  const size = Math.min(a.values.length, b.values.length);
  return (Object.keys(QUANTILES) as Quantile[]).map((quantile) => {
    const [from, to] = [a, b].map(({ values }) => at(values, quantile)) as [number, number];
    const interval = size < LEAST[quantile] ? null : sure[quantile];
    const difference = to - from;
    const ratio = from > 0 ? to / from : null;
    return { quantile, a: from, b: to, difference, ratio, interval, kind: kindOf(difference, interval) };
  });
}

function kindOf(difference: number, interval: Interval | null): Verdict['kind'] {
  if (interval === null) return 'too few';
  if (Math.abs(difference) < LEAST_MS) return 'unclear';
  if (interval.low > 0) return 'slower';
  return interval.high < 0 ? 'faster' : 'unclear';
}

function at(values: readonly number[], quantile: Quantile): number {
  return percentile(
    [...values].sort((one, other) => one - other),
    QUANTILES[quantile],
  );
}
