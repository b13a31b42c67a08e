/**
 * What the recogniser listens for: every wording of the persona's phrases, as far as the dictionary knows its words. A
 * word that nobody told how to say is named here, before anything starts; the phrases with it are left out.
 */
import { english } from '../../languages/en.js';
import { everyPhrase, type Persona } from '../../persona.js';
import { withShortForms } from './short-forms.js';
import { type WordGraph, wordGraph } from './word-graph.js';

export interface HearingGrammar extends WordGraph {
  /** Word to phones, stress marks taken off: PocketSphinx's model has none. */
  readonly pronunciations: Readonly<Record<string, string>>;
}

export interface Hearing {
  readonly grammar: HearingGrammar;
  /** How many wordings that is. */
  readonly wordings: number;
  /** How the persona writes a word: "parley" is "Parley". */
  readonly spelling: ReadonlyMap<string, string>;
  readonly unknownWords: readonly string[];
  /** Pronunciations that name a phone that does not exist, as `word: PHONE`. */
  readonly strangePhones: readonly string[];
}

export const PHONES: ReadonlySet<string> = new Set(
  'AA AE AH AO AW AY B CH D DH EH ER EY F G HH IH IY JH K L M N NG OW OY P R S SH T TH UH UW V W Y Z ZH'.split(' '),
);

export function hearingGrammar(persona: Persona, dictionary: ReadonlySet<string>): Hearing {
  const { pronunciations, strangePhones } = readPronunciations(persona);
  const isKnown = (word: string) => dictionary.has(word) || Object.hasOwn(pronunciations, word);
  const phrases = everyPhrase(persona).map(({ phrase }) => spokenWords(phrase));
  const usable = phrases.filter((words) => words.length > 0 && words.every(({ plain }) => isKnown(plain)));
  // A short form that the dictionary lacks is no mistake of the persona.
  const wordings = usable
    .flatMap((words) => withShortForms(words.map(({ plain }) => plain)))
    .filter((words) => words.every(isKnown));
  // Else they are forced into a phrase that sounds like them: "right" became "bye", and the avatar fell silent.
  const listening = LISTENING.map((phrase) => phrase.split(' ')).filter((words) => words.every(isKnown));
  const graph = wordGraph(wordings.length === 0 ? [] : [...wordings, ...listening]);
  const used = new Set(graph.words);
  return {
    grammar: {
      ...graph,
      pronunciations: Object.fromEntries(Object.entries(pronunciations).filter(([word]) => used.has(word))),
    },
    wordings: new Set(wordings.map((words) => words.join(' '))).size,
    spelling: spellingOf(usable.flat()),
    unknownWords: [...new Set(phrases.flat().flatMap(({ plain }) => (isKnown(plain) ? [] : [plain])))].sort(),
    strangePhones,
  };
}

/** What listeners say, as far as it is long enough to be told from a cough. In English, as the dictionary is. */
const LISTENING = [
  ...['right', 'mhm', 'hmm', 'uh-huh', 'aha', 'oh wow', 'yeah yeah', 'right right', 'really', 'exactly'],
  ...english.listeningAlone,
];

interface SpokenWord {
  readonly plain: string;
  readonly written: string;
}

/** The words of a phrase as a recogniser knows them. */
export const plainPhrase = (phrase: string): string[] => spokenWords(phrase).map(({ plain }) => plain);

/** "What's Parley's API?" -> what's, parley's, api */
function spokenWords(phrase: string): SpokenWord[] {
  const words = phrase.replace(/[’‘`]/g, "'").match(/[\p{L}\p{N}][\p{L}\p{N}']*/gu) ?? [];
  return words.map((written) => ({ plain: written.toLowerCase(), written }));
}

/** Where a word is written in two ways, the one with capitals is its own; the other began a phrase in small letters. */
function spellingOf(words: readonly SpokenWord[]): Map<string, string> {
  const spelling = new Map<string, string>();
  for (const { plain, written } of words) if (written !== plain) spelling.set(plain, written);
  for (const word of ['i', "i'm", "i've", "i'd", "i'll"]) spelling.set(word, `I${word.slice(1)}`);
  return spelling;
}

function readPronunciations(persona: Persona) {
  const pronunciations: Record<string, string> = {};
  const strangePhones: string[] = [];
  for (const [name, stressed] of Object.entries(persona.pronunciations)) {
    // As the words of phrases are: "O’Zork" is o'zork.
    const words = plainPhrase(name);
    const phones = stressed.replace(/\d/g, '').split(' ');
    const strange = words.length === 1 ? phones.find((phone) => !PHONES.has(phone)) : 'is more than one word';
    if (strange === undefined) pronunciations[words.join()] = phones.join(' ');
    else strangePhones.push(`${name}: ${strange}`);
  }
  return { pronunciations, strangePhones };
}
