/** The stages of all turns, as the callers saw them and as the server tells them, each with its measurements. */
import type { StageName } from '../../observe/timeline.js';
import { marksIn, valuesOf } from '../server-stages.js';
import { type Distribution, distribution } from '../statistics.js';
import { MARKS } from '../turn-result.js';
import type { Reading, Turn } from './reading.js';
import { capital } from './wording.js';

export interface Stage {
  readonly name: string;
  readonly values: readonly number[];
  readonly of: Distribution;
}

/** They tell how long the answer was, not how long it was waited for. */
const OF_LENGTH: ReadonlySet<string> = new Set<StageName>(['all_sent', 'interrupted', 'done']);

export function callerStages(turns: readonly Turn[]): Stage[] {
  return Object.entries(MARKS).flatMap(([mark, name]) => callerStage(turns, mark, capital(name)));
}

export function callerStage(turns: readonly Turn[], mark: string, name: string): Stage[] {
  return stage(
    name,
    turns.flatMap(({ caller }) => caller[mark] ?? []),
  );
}

/** Answers to what was asked over an answer are told of, too. */
export function serverStages({ answers }: Reading): Stage[] {
  return marksIn(marksOf(answers)).flatMap(({ mark, name }) =>
    OF_LENGTH.has(mark) ? [] : serverStage(answers, mark, capital(name)),
  );
}

export function serverStage(answers: readonly Turn[], mark: string, name: string): Stage[] {
  return stage(name, valuesOf(marksOf(answers), mark));
}

const marksOf = (answers: readonly Turn[]) => answers.map(({ server }) => server);

/** None if nothing was measured. */
export function stage(name: string, values: readonly number[]): Stage[] {
  const of = distribution(values);
  return of === null ? [] : [{ name, values, of }];
}
