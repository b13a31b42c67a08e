/** Whether words look like the end of what somebody wants to say, by rules over the transcript. English. Pure. */

import {
  BACKCHANNEL_PHRASES,
  BACKCHANNEL_WORDS,
  FIRST_OF_MURMURS,
  MOST_BACKCHANNELS,
  MURMURS,
  MURMURS_IN_TWO,
} from '../backchannels.js';

/** What a transcript of a turn so far amounts to. */
export type Words = 'complete' | 'incomplete' | 'backchannel' | 'unclear' | 'none';

/** After these something follows, in nearly any sentence. */
const LEADING = wordSet(
  'and or but because although if when while which who whose than as of to for with from by at about into between the a ' +
    "an my your his its our their let's it's i'm i'd i'll you're we're they're there's what's where's how's who's very " +
    'also like um uh er erm hmm',
);
/** After these, too, unless somebody comes before: "the answer is" goes on, "yes it is" and "what do you have" do not. */
const AUXILIARY = wordSet(
  'is are was were am be been have has had do does did will would can could shall should may might must',
);
const SOMEBODY = wordSet('i you he she it we they this that there these those please');
/** An answer or a question by themselves; more words before them make no difference. */
const WHOLE_ALONE = wordSet('when who which');
/** After these something follows even if a recogniser has set a full stop behind them, as they like to do. */
const NEVER_LAST = wordSet('and or but although the an my your our their than um uh er erm');
/** A wish or a question that has not said yet what about, whatever a recogniser has set behind it. */
const UNFINISHED = new RegExp(
  `^(?:(?:so|well|and|please|okay) )*(?:${[
    '(?:could|can|would|will) you (?:please )?(?:tell|show|give|read|explain)(?: me| us)?',
    "(?:i|we)(?:'d| would)? (?:like|want|need|love)(?: to (?:know|hear|ask|say|tell|have|get|buy|book|order)(?: you)?)?",
    '(?:please )?(?:tell|show|give) me',
    'do you know',
    'i was wondering|i wonder|let me (?:think|see)|hold on',
    'the (?:thing|problem|question) is',
    'i mean|you know|well|so',
  ].join('|')})$`,
);
/** As a number is read out that is longer: "five five", and not "twenty five". */
const DIGITS = wordSet('zero oh one two three four five six seven eight nine double');
/** A question may end with these: "who are you with", "what is it about". */
const QUESTION = /^(?:what|where|who|whose|which|how|when|why)\b/;
const ENDS_QUESTIONS = wordSet('of to for with from by at about like into');

function wordSet(words: string): ReadonlySet<string> {
  return new Set(words.split(' '));
}

export function wordsOf(text: string): Exclude<Words, 'unclear'> {
  const words = plainWords(text);
  const last = words.at(-1);
  if (last === undefined) return 'none';
  if (isBackchannel(words)) return 'backchannel';
  const ending = text.trimEnd();
  if (!/[!?]["')]?$/.test(ending) && (NEVER_LAST.has(last) || UNFINISHED.test(words.join(' ')))) return 'incomplete';
  if (/[.!?]["')]?$/.test(ending) && !/(?:\.\.|…)$/.test(ending)) return 'complete';
  if (/[,;:…-]$/.test(ending) || ending.endsWith('..')) return 'incomplete';
  if (words.length === 1 && WHOLE_ALONE.has(last)) return 'complete';
  if (QUESTION.test(words[0]!) && words.length > 2 && (ENDS_QUESTIONS.has(last) || AUXILIARY.has(last)))
    return 'complete';
  if (AUXILIARY.has(last)) return SOMEBODY.has(words.at(-2) ?? '') ? 'complete' : 'incomplete';
  // Somebody who reads out a number goes on with the next digit.
  const isCounting = words.length >= 2 && words.slice(-2).every((word) => /^\d+$/.test(word) || DIGITS.has(word));
  return LEADING.has(last) || isCounting ? 'incomplete' : 'complete';
}

/** "Mhm", and nothing else. */
export function isMurmur(text: string): boolean {
  return listenersWords(plainWords(text)).every((word) => MURMURS.has(word));
}

/** Of somebody who still speaks, over the avatar: what is only the first sound of something is no word yet. */
export function wordsSoFar(text: string): Exclude<Words, 'unclear'> {
  const [first, ...more] = plainWords(text);
  return first !== undefined && more.length === 0 && FIRST_OF_MURMURS.has(first) ? 'none' : wordsOf(text);
}

/** In small letters, without stops. */
export function plainWords(text: string): string[] {
  return text
    .toLowerCase()
    .replaceAll('’', "'")
    .split(/[^\p{L}\p{N}'-]+/u)
    .filter((word) => /[\p{L}\p{N}]/u.test(word));
}

const listenersWords = (words: readonly string[]): readonly string[] =>
  words
    .join(' ')
    .replace(MURMURS_IN_TWO, (both) => both.replace(' ', '-'))
    .split(' ')
    .filter((word) => word !== '');

function isBackchannel(said: readonly string[]): boolean {
  const words = listenersWords(said);
  if (words.length > MOST_BACKCHANNELS) return false;
  return words.every((word) => BACKCHANNEL_WORDS.has(word)) || BACKCHANNEL_PHRASES.has(words.join(' '));
}
