/** Which recording a scenario means by a name, by several, or by "any question". */
import type { Noise, Question, Recordings } from './questions.js';
import { ANY_QUESTION, listOf } from './scenario.js';
import type { Sound } from './sound.js';

export interface Choice extends Sound {
  readonly kind: 'speech' | 'noise';
  /** A noise has no words, but a name: a listener's word is both. */
  readonly words: string;
}

export type Choose = (names: string | readonly string[]) => Choice;

/** `anyQuestion` says which it is to be. Throws for a name that no scenario can have. */
export function chooser(recordings: Recordings, random: () => number, anyQuestion: () => Question): Choose {
  const { questions, story, parts, noises } = recordings;
  const known = new Map<string, Choice>([
    ...[...questions, story, ...parts].map((each) => [each.id, speech(each)] as const),
    ...noises.map((each) => [each.id, noise(each)] as const),
  ]);
  return (names) => {
    const all = listOf(names);
    const name = all.length === 1 ? all[0]! : oneOf(all, random);
    if (name === ANY_QUESTION) return speech(anyQuestion());
    const choice = known.get(name);
    if (choice === undefined) throw new RangeError(`there is no recording "${name}"`);
    return choice;
  };
}

export const oneOf = <T>(all: readonly T[], random: () => number): T => all[Math.floor(random() * all.length)]!;

const speech = ({ text, samples, voiced }: Question): Choice => ({ kind: 'speech', words: text, samples, voiced });
const noise = ({ name, samples, voiced }: Noise): Choice => ({ kind: 'noise', words: name, samples, voiced });
