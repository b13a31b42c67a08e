/** Whether words look like the end of what somebody wants to say, by rules over the transcript. Pure. */
import type { Language } from '../languages/language.js';
import { plainWords, writtenWords } from '../languages/words.js';

/** What a transcript of a turn so far amounts to. */
export type Words = 'complete' | 'incomplete' | 'backchannel' | 'unclear' | 'none';

/** Up to this many in a row show that somebody listens: over a speaking avatar that is no wish to speak. */
const MOST_BACKCHANNELS = 3;
/** No phrase in the tables of languages has more words, or letters where each counts as one. */
const LONGEST_PHRASE = 12;

/** Stops of writing that has its own, and what they are in others. */
const OWN_STOPS = '。．｡！？、，､；：';
const STOPS = '...!?,,,;:';

export function wordsOf(text: string, language: Language): Exclude<Words, 'unclear'> {
  const words = plainWords(text);
  const last = words.at(-1);
  if (last === undefined) return 'none';
  if (isBackchannel(words, language)) return 'backchannel';
  const said = writtenWords(words);
  const ending = withPlainStops(text.trimEnd());
  if (!/[!?]["')」』]?$/.test(ending) && (language.neverLast.has(last) || language.unfinished.test(said)))
    return 'incomplete';
  if (/[.!?]["')」』]?$/.test(ending) && !/(?:\.\.|…)$/.test(ending)) return 'complete';
  if (/[,;:…-]$/.test(ending) || ending.endsWith('..')) return 'incomplete';
  if (words.length === 1 && language.wholeAlone.has(last)) return 'complete';
  const isAuxiliary = language.auxiliaries.has(last);
  if (language.question.test(said) && (isAuxiliary || language.endsQuestions.has(last))) return 'complete';
  if (isAuxiliary) return language.somebody.has(words.at(-2) ?? '') ? 'complete' : 'incomplete';
  // Somebody who reads out a number goes on with the next digit.
  const isCounting =
    words.length >= 2 && words.slice(-2).every((word) => /^\p{Nd}+$/u.test(word) || language.digits.has(word));
  return language.leading.has(last) || language.openEnd.test(said) || isCounting ? 'incomplete' : 'complete';
}

/** "Mhm", and nothing else. */
export function isMurmur(text: string, { murmurs }: Language): boolean {
  return fewest(plainWords(text), (phrase) => murmurs.has(phrase)) < Number.POSITIVE_INFINITY;
}

/** Of somebody who still speaks, over the avatar: what is only the first sound of something is no word yet. */
export function wordsSoFar(text: string, language: Language): Exclude<Words, 'unclear'> {
  return language.firstSounds.has(plainWords(text).join(' ')) ? 'none' : wordsOf(text, language);
}

function isBackchannel(words: readonly string[], { murmurs, listening, listeningAlone }: Language): boolean {
  if (words.length > MOST_BACKCHANNELS * LONGEST_PHRASE) return false;
  if (listeningAlone.has(words.join(' '))) return true;
  return fewest(words, (phrase) => murmurs.has(phrase) || listening.has(phrase)) <= MOST_BACKCHANNELS;
}

/** How many phrases that are known it takes to say all of this; infinite: something else is in it. */
function fewest(words: readonly string[], isKnown: (phrase: string) => boolean): number {
  const upTo = [0];
  for (let to = 1, lastReached = 0; to <= words.length; to += 1) {
    // No phrase is long enough to come this far.
    if (to - lastReached > LONGEST_PHRASE) return Number.POSITIVE_INFINITY;
    let least = Number.POSITIVE_INFINITY;
    for (let from = Math.max(0, to - LONGEST_PHRASE); from < to; from += 1)
      if (upTo[from]! + 1 < least && isKnown(words.slice(from, to).join(' '))) least = upTo[from]! + 1;
    if (least < Number.POSITIVE_INFINITY) lastReached = to;
    upTo.push(least);
  }
  return upTo[words.length]!;
}

const withPlainStops = (text: string): string =>
  text.replace(/[。．｡！？、，､；：]/g, (stop) => STOPS[OWN_STOPS.indexOf(stop)]!);
