/**
 * What a reply has to say, and how much of it has been said: whichever voice takes over goes on from there. Each voice
 * counts characters and samples from where it began; the script knows where that is in the whole phrase.
 */
import type { Phrase, Speech, SpokenWord } from '../contract.js';

export interface Script {
  /** For one engine: the rest of what had been begun, then everything else. Whoever was given it before gets no more. */
  play(): AsyncIterable<Phrase>;
  /** Speech of the engine that plays now, put in its place in the whole phrase. */
  note(speech: Speech): Speech;
  /** Whether that engine has something to say, or has only to end: it waits for nobody. */
  readonly owes: boolean;
  /** Whether any engine has been given anything, and whether anything of it has sounded. */
  readonly hasBegun: boolean;
  readonly hasSounded: boolean;
  leave(): void;
}

/** A phrase that an engine has, and which may not be at its end. */
interface Given {
  readonly phrase: Phrase;
  /** Where the engine that has it begins. */
  readonly fromCharacter: number;
  readonly fromSample: number;
  /** Of the whole phrase. */
  samples: number;
  readonly words: SpokenWord[];
  hasBegun: boolean;
}

/** How long a character sounds, roughly: for engines that do not say when which word sounds. */
const CHARACTER_SAMPLES = 1600;

/** `onChange` is told whenever the engine that plays asks for more, gets it, or learns that there is no more. */
export function createScript(phrases: AsyncIterable<Phrase>, onChange: () => void): Script {
  const source = phrases[Symbol.asyncIterator]();
  let reading: Promise<IteratorResult<Phrase, unknown>> | undefined;
  let given: Given[] = [];
  let hasAll = false;
  /** An engine that asks for more has nothing better to do. */
  let isAsking = false;
  let engines = 0;
  let hasBegun = false;
  let hasSounded = false;

  async function* play(): AsyncGenerator<Phrase, void, undefined> {
    engines += 1;
    const mine = engines;
    isAsking = false;
    const carried = given.flatMap(restOf);
    given = [];
    for (const one of carried) yield give(one);
    while (engines === mine) {
      reading ??= source.next();
      isAsking = true;
      onChange();
      const next = await reading;
      // Whoever has taken over meanwhile waits for the same phrase.
      if (engines !== mine) return;
      isAsking = false;
      reading = undefined;
      if (next.done === true) {
        // Later engines ask again, and are told the same.
        reading = Promise.resolve(next);
        hasAll = true;
        onChange();
        return;
      }
      yield give({ phrase: next.value, fromCharacter: 0, fromSample: 0, samples: 0, words: [], hasBegun: false });
    }
  }
  const give = (one: Given): Phrase => {
    given.push(one);
    hasBegun = true;
    onChange();
    return { index: one.phrase.index, text: one.phrase.text.slice(one.fromCharacter) };
  };

  return {
    play,
    note(speech) {
      const at = given.findIndex(({ phrase }) => phrase.index === speech.phrase);
      if (at < 0) return speech;
      given.splice(0, at);
      const one = given[0]!;
      hasSounded = true;
      const words = speech.words.map((word) => placed(word, one));
      one.words.push(...words);
      one.samples += speech.samples.length;
      one.hasBegun = true;
      return { ...speech, words };
    },
    get owes() {
      return hasAll || !isAsking || given.some(({ hasBegun }) => !hasBegun);
    },
    get hasBegun() {
      return hasBegun;
    },
    get hasSounded() {
      return hasSounded;
    },
    leave() {
      engines += 1;
      source.return?.().then(undefined, () => {});
    },
  };
}

const placed = ({ from, to, start, end }: SpokenWord, { fromCharacter, fromSample }: Given): SpokenWord => ({
  from: from + fromCharacter,
  to: to + fromCharacter,
  start: start + fromSample,
  end: end + fromSample,
});

/** What is left of a phrase for another engine; nothing, if there is no word in it. */
function restOf(one: Given): Given[] {
  const { phrase, samples } = one;
  const said = one.samples === one.fromSample ? one.fromCharacter : saidOf(one);
  const rest = phrase.text.slice(said);
  const fromCharacter = said + rest.length - rest.trimStart().length;
  if (!/[\p{L}\p{N}\p{Sc}]/u.test(rest)) return [];
  return [{ phrase, fromCharacter, fromSample: samples, samples, words: one.words, hasBegun: false }];
}

/** Up to the last word that sounded whole: a word that broke off is said again. */
function saidOf({ phrase, words, samples, fromCharacter, fromSample }: Given): number {
  if (words.length > 0) return words.reduce((said, { to, end }) => (end <= samples ? Math.max(said, to) : said), 0);
  const about = fromCharacter + Math.floor((samples - fromSample) / CHARACTER_SAMPLES);
  if (about >= phrase.text.length) return phrase.text.length;
  return Math.max(fromCharacter, phrase.text.slice(0, about + 1).search(/\s\S*$/));
}
