/** Words that come back: what a recogniser makes of the avatar's own voice is what the avatar has just said. Pure. */
import { isLetter, plainWords } from '../languages/words.js';

/** One word or two are said again by chance, but seldom so soon. */
const FEW = 2;
const RECENT = 6;
/** The same where each letter counts as a word; "停" or "不要" is in any sentence, and cuts in nevertheless. */
const LEAST_LETTERS = 3;
const FEW_LETTERS = 4;
const RECENT_LETTERS = 12;

/**
 * Whether `heard` is a piece of `said`, which ends with what sounds now. Every word has to be: one more may be "stop". The
 * first and the last may be parts of words, for they are cut where somebody began and ended to listen.
 */
export function isOwnWords(heard: string, said: string): boolean {
  const words = plainWords(heard);
  const all = plainWords(said);
  const ofLetters = words.some(isLetter);
  if (words.length < (ofLetters ? LEAST_LETTERS : 1)) return false;
  const isFew = words.length <= (ofLetters ? FEW_LETTERS : FEW);
  const own = isFew ? all.slice(ofLetters ? -RECENT_LETTERS : -RECENT) : all;
  return own.some((_, from) =>
    words.every((word, at) => isPart(word, own[from + at], at === 0, at === words.length - 1)),
  );
}

function isPart(word: string, own: string | undefined, isFirst: boolean, isLast: boolean): boolean {
  if (own === undefined || word === own) return word === own;
  return word.length > 2 && ((isLast && own.startsWith(word)) || (isFirst && own.endsWith(word)));
}
