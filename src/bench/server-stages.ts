/** The server's own marks of a turn, in their usual order, each with its name in every table. Pure. */
import type { StageName } from '../observe/timeline.js';
import { type Distribution, distribution } from './statistics.js';
import type { TurnResult } from './turn-result.js';

export interface StageRow {
  readonly name: string;
  readonly of: Distribution;
}

/** What the server may mark besides stands below these, under its own name. */
const NAMES: Readonly<Record<StageName, string>> = {
  soft_end: 'soft end (it may be all)',
  words: 'transcript',
  speculated: 'answer begun ahead',
  answered: 'hard end (it is all)',
  model_asked: 'model asked',
  model_answered: 'model answers',
  first_token: 'first token',
  first_phrase: 'first phrase',
  first_speech: 'first speech',
  first_audible: 'first speech that is heard',
  first_audio: 'first audio ready',
  first_picture: 'first picture ready',
  first_sent: 'first audio sent',
  first_played: 'first audio played',
  first_shown: 'first picture shown',
  all_sent: 'all sent',
  interrupted: 'interrupted',
  done: 'done',
};

export interface ServerMark {
  /** What the server calls it. */
  readonly mark: string;
  readonly name: string;
}

type Marks = Readonly<Partial<Record<string, number>>>;

/** Those that were told, in their usual order, and behind them those that nobody here knows. */
export function marksIn(told: readonly Marks[]): ServerMark[] {
  const found = new Set(told.flatMap((marks) => Object.keys(marks)));
  const usual = Object.entries(NAMES).map(([mark, name]) => ({ mark, name }));
  const others = [...found].filter((mark) => !Object.hasOwn(NAMES, mark)).sort();
  const unknown = others.map((mark) => ({ mark, name: mark.replaceAll('_', ' ') }));
  return [...usual, ...unknown].filter(({ mark }) => found.has(mark));
}

/** What was measured of one of them. */
export function valuesOf(told: readonly Marks[], mark: string): number[] {
  return told.flatMap((marks) => (Object.hasOwn(marks, mark) ? (marks[mark] ?? []) : []));
}

export function serverStages(results: readonly TurnResult[]): StageRow[] {
  const told = results.flatMap(({ server }) => (server === null ? [] : [server]));
  return marksIn(told).flatMap(({ mark, name }) => {
    const of = distribution(valuesOf(told, mark));
    return of === null ? [] : [{ name, of }];
  });
}
