/** The stages of all turns, as the callers saw them and as the server tells them, each with its measurements. */
import { type Distribution, distribution } from '../statistics.js';
import { MARKS } from '../turn-result.js';
import type { Turn } from './reading.js';
import { capital } from './wording.js';

export interface Stage {
  readonly name: string;
  readonly values: readonly number[];
  readonly of: Distribution;
}

/** In the order in which they usually come. */
const SERVER: Readonly<Record<string, string>> = {
  soft_end: 'Soft end',
  words: 'Transcript',
  speculated: 'Answer begun ahead',
  hard_end: 'Hard end',
  answered: 'Hard end, answer begun',
  model_asked: 'Model asked',
  model_answered: 'Model answers',
  first_token: 'First token',
  first_phrase: 'First phrase',
  first_speech: 'First speech',
  first_audible: 'First audible speech',
  first_picture: 'First picture',
  first_audio: 'First frame of sound ready',
  first_sent: 'First frame sent',
  first_played: 'Playing, says the player',
  first_shown: 'Mouth shown, says the player',
};

/** They tell how long the answer was, not how long it was waited for. */
const OF_LENGTH = new Set(['all_sent', 'interrupted', 'done']);

export function callerStages(turns: readonly Turn[]): Stage[] {
  return Object.entries(MARKS).flatMap(([mark, name]) => callerStage(turns, mark, capital(name)));
}

export function callerStage(turns: readonly Turn[], mark: string, name: string): Stage[] {
  return stage(
    name,
    turns.flatMap(({ caller }) => caller[mark] ?? []),
  );
}

/** A stage that is not known here has the server's own name for it. */
export function serverStages(turns: readonly Turn[]): Stage[] {
  const named = new Set(turns.flatMap(({ server }) => Object.keys(server)).filter((mark) => !OF_LENGTH.has(mark)));
  const usual = Object.keys(SERVER).filter((mark) => named.has(mark));
  const others = [...named].filter((mark) => !Object.hasOwn(SERVER, mark)).sort();
  return [...usual, ...others].flatMap((mark) => {
    const name = Object.hasOwn(SERVER, mark) ? SERVER[mark]! : capital(mark.replaceAll('_', ' '));
    return stage(
      name,
      turns.flatMap(({ server }) => (Object.hasOwn(server, mark) ? (server[mark] ?? []) : [])),
    );
  });
}

/** None if nothing was measured. */
export function stage(name: string, values: readonly number[]): Stage[] {
  const of = distribution(values);
  return of === null ? [] : [{ name, values, of }];
}
