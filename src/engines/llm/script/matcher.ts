/**
 * Finds the intent that an utterance means. A phrase scores by the words it shares with the utterance, weighed by how
 * few intents use them, on both sides: a word of the utterance that no phrase knows counts against every phrase, which
 * is what sends "what is the capital of France" to the fallback although half of it sounds like "what is your name".
 */
import type { Intent, Persona } from '../../../persona.js';
import { wordings } from '../../../persona-grammar.js';
import { slips, type Word, wordsOf } from './words.js';

/** Found on the tuning half of the table in test/unit/scripted-matching.test.ts; the other half judges it. */
const THRESHOLD = 0.58;
/** A word that is nearly one of ours counts a little less than the word itself. */
const SLIP_COST = 0.12;
/** What the order of the words may add: "how are you" is not "you are how". */
const ORDER_SHARE = 0.12;
/** Of two intents that fit equally, the follow-up is meant. */
const FOLLOW_UP_BONUS = 0.05;

interface Sample {
  readonly intent: Intent;
  readonly words: readonly Word[];
  readonly weight: number;
}

export interface Match {
  readonly intent: Intent;
  readonly score: number;
}

export interface Matcher {
  /** The best intent and its score, if the score is over the threshold. `last` opens the follow-ups of that intent. */
  match(utterance: string, last: string | undefined): Match | undefined;
  /** How much the utterance says in the words of these phrases: "go on with the story" means the story. */
  sharedWeight(utterance: string, phrases: readonly string[]): number;
}

export function createMatcher(persona: Persona): Matcher {
  const rarity = rarityOf(persona.script.intents);
  const weigh = (word: Word) => word.substance * (rarity.get(word.stem) ?? rarity.unknown);
  const samples: Sample[] = persona.script.intents.flatMap((intent) =>
    phrasesOf(intent).map((phrase) => {
      const words = wordsOf(phrase);
      return { intent, words, weight: words.reduce((sum, word) => sum + weigh(word), 0) };
    }),
  );

  return {
    match(utterance, last) {
      const heard = wordsOf(utterance);
      const meanings = heard.map((word) => meaningsOf(word, rarity));
      const weights = heard.map((word, i) => {
        const meant = meanings[i]!.keys().next().value;
        return meant === undefined ? weigh(word) : word.substance * (rarity.get(meant) ?? rarity.unknown);
      });
      const all = weights.reduce((sum, weight) => sum + weight, 0);
      const meant = new Map(meanings.flatMap((meaning, i) => [...meaning.keys()].map((stem) => [stem, weights[i]!])));
      let best: Match | undefined;
      for (const sample of samples) {
        const { after } = sample.intent;
        if (after && (last === undefined || !after.includes(last))) continue;
        // Most phrases share too little to reach the threshold in any order; that shows without looking closer.
        const most = sample.words.reduce((sum, word) => sum + (meant.get(word.stem) ?? 0), 0);
        if ((2 * most) / (all + sample.weight) < THRESHOLD - FOLLOW_UP_BONUS) continue;
        const score = scoreOf(sample, meanings, weights, all) + (after ? FOLLOW_UP_BONUS : 0);
        if (score >= THRESHOLD && score > (best?.score ?? 0)) best = { intent: sample.intent, score };
      }
      return best;
    },
    sharedWeight(utterance, phrases) {
      const own = new Set(phrases.flatMap(wordsOf).map((word) => word.stem));
      const shared = wordsOf(utterance).filter((word) => own.has(word.stem));
      return shared.reduce((sum, word) => sum + weigh(word), 0);
    },
  };
}

function phrasesOf(intent: Intent): readonly string[] {
  return intent.phrases.flatMap((pattern) => {
    const found = wordings(pattern);
    return 'phrases' in found ? found.phrases : [];
  });
}

/** Inverse document frequency, with intents as the documents. */
interface Rarity {
  get(stem: string): number | undefined;
  readonly unknown: number;
  /** Every word of the phrases. */
  readonly vocabulary: readonly Word[];
}

function rarityOf(intents: readonly Intent[]): Rarity {
  const uses = new Map<string, number>();
  const vocabulary = new Map<string, Word>();
  for (const intent of intents) {
    const words = phrasesOf(intent).flatMap(wordsOf);
    for (const word of words) vocabulary.set(word.plain, word);
    for (const stem of new Set(words.map((word) => word.stem))) uses.set(stem, (uses.get(stem) ?? 0) + 1);
  }
  const rarities = new Map([...uses].map(([stem, count]) => [stem, Math.log(1 + intents.length / count)]));
  return {
    get: (stem) => rarities.get(stem),
    unknown: Math.log(1 + intents.length),
    vocabulary: [...vocabulary.values()],
  };
}

/** The known words that a heard word may be, with how sure that is: itself, or else those a slip or two away. */
function meaningsOf(word: Word, rarity: Rarity): Map<string, number> {
  if (rarity.get(word.stem) !== undefined) return new Map([[word.stem, 1]]);
  const near = new Map<string, number>();
  const { length } = word.plain;
  const most = length < 4 || word.substance < 1 ? 0 : length < 7 ? 1 : 2;
  if (most === 0) return near;
  for (const { plain, stem } of rarity.vocabulary) {
    if (plain.length < 3) continue;
    const count = slips(word.plain, plain, most);
    if (count > most) continue;
    // "shop" is not "stop": in short words a letter may be left out or swapped, but not be another one.
    if (length < 5 && plain.length === length && !isSwap(plain, word.plain)) continue;
    near.set(stem, Math.max(near.get(stem) ?? 0, 1 - SLIP_COST * count));
  }
  return near;
}

const isSwap = (a: string, b: string) => [...a].sort().join('') === [...b].sort().join('');

function scoreOf(
  sample: Sample,
  meanings: readonly Map<string, number>[],
  weights: readonly number[],
  all: number,
): number {
  const places: number[] = [];
  const taken = new Set<number>();
  let shared = 0;
  for (const word of sample.words) {
    const from = (places.at(-1) ?? -1) + 1;
    const place = placeOf(word.stem, meanings, taken, from);
    if (place === undefined) continue;
    taken.add(place);
    places.push(place);
    shared += weights[place]! * meanings[place]!.get(word.stem)!;
  }
  if (shared === 0) return 0;
  const overlap = (2 * shared) / (all + sample.weight);
  const inOrder = places.filter((place, i) => i === 0 || place > places[i - 1]!).length / places.length;
  return overlap * (1 - ORDER_SHARE + ORDER_SHARE * inOrder);
}

/** Where the word was heard: after the word before it if it can be, otherwise anywhere. */
function placeOf(
  stem: string,
  meanings: readonly Map<string, number>[],
  taken: ReadonlySet<number>,
  from: number,
): number | undefined {
  const free = (place: number) => !taken.has(place) && meanings[place]!.has(stem);
  for (let place = from; place < meanings.length; place++) if (free(place)) return place;
  for (let place = 0; place < from; place++) if (free(place)) return place;
  return undefined;
}
