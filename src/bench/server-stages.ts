/** The server's own marks of a turn, in their usual order, each with its name in the table. */
import { type Distribution, distribution } from './statistics.js';
import type { TurnResult } from './turn-result.js';

export interface StageRow {
  readonly name: string;
  readonly of: Distribution;
}

/** What the server may mark besides stands below these, under its own name. */
const NAMES: Readonly<Record<string, string>> = {
  soft_end: 'soft end: it may be all',
  speculated: 'answer begun ahead',
  words: 'transcript',
  answered: 'hard end: it is all',
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
  interrupted: 'interrupted',
  all_sent: 'all sent',
  done: 'done',
};

export function serverStages(results: readonly TurnResult[]): StageRow[] {
  const told = results.flatMap(({ server }) => (server === null ? [] : [server]));
  const marks = new Set([...Object.keys(NAMES), ...told.flatMap((server) => Object.keys(server))]);
  return [...marks].flatMap((mark) => {
    const of = distribution(told.flatMap((server) => server[mark] ?? []));
    return of === null ? [] : [{ name: NAMES[mark] ?? mark, of }];
  });
}
