/** What was said, as words that can be compared: case, punctuation, contractions and endings taken away. */
import { spokenNumber } from '../../../persona-grammar.js';

export interface Word {
  readonly plain: string;
  /** The word without its ending: "stories" and "story" share one. */
  readonly stem: string;
  /** How much the word says by itself, 0 to 1: "please" hardly anything, "could" little, "story" all. */
  readonly substance: number;
}

const SHORT_FORMS: readonly (readonly [RegExp, string])[] = [
  [/\bcan'?t\b/g, 'can not'],
  [/\bwon't\b/g, 'will not'],
  [/\blet'?s\b/g, 'let us'],
  [/\b(do|does|did|is|are|was|were|have|has|would|could|should)n'?t\b/g, '$1 not'],
  [/\b(what|who|how|where|when|why|that|it|there|here|he|she|name)'s\b/g, '$1 is'],
  [/\b(what|who|how|where|that)s\b/g, '$1 is'],
  [/\bi'?m\b/g, 'i am'],
  [/\b(you|we|they|what|who|how)'re\b/g, '$1 are'],
  [/\byoure\b/g, 'you are'],
  [/\b(i|you|we|they)'?ve\b/g, '$1 have'],
  [/'ll\b/g, ' will'],
  [/'d\b/g, ' would'],
  [/\bgonna\b/g, 'going to'],
  [/\bwanna\b/g, 'want to'],
  [/\bu\b/g, 'you'],
  [/\bur\b/g, 'your'],
  [/\br\b/g, 'are'],
  [/\b(?:pls|plz)\b/g, 'please'],
  [/\b(?:thx|ty)\b/g, 'thanks'],
  [/\by\b/g, 'why'],
];

const set = (words: string) => new Set(words.split(' '));
const FILLERS = set(
  'please um uh er erm ah oh hey hi hello well ok okay so now then just really actually maybe kindly right yeah alright like kind sort bit some exactly else quite very ever',
);
const FUNCTION_WORDS = set(
  'a an the to of is are am be been was were do does did i you me my your it its this that these those in on at for from with and or but if as by can could would will shall should have has had us we they he she there here about not any get got let want need one thing while',
);
const QUESTION_WORDS = set('what how who why when where which');

/** The words of an utterance, in order. Numbers become "#", so that "count to 7" and "count to nine" are one phrase. */
export function wordsOf(text: string): Word[] {
  return plainWords(text).map((plain) => ({ plain, stem: stem(plain), substance: substanceOf(plain) }));
}

/** Lower case, without marks, short forms written out. Scripts without spaces are taken sign by sign. */
export function plainWords(text: string): string[] {
  let plain = text.normalize('NFKC').toLowerCase().replace(/[’‘`]/g, "'");
  for (const [short, long] of SHORT_FORMS) plain = plain.replace(short, long);
  return (
    plain
      .replace(/'/g, '')
      .match(/\p{Script=Han}|\p{Script=Hiragana}|\p{Script=Katakana}|\{number\}|[\p{L}\p{M}\p{N}]+/gu)
      ?.slice(0, MAX_WORDS) ?? []
  );
}

/** Nobody says more in one turn that a script could follow; and matching costs time by the word. */
const MAX_WORDS = 60;

const NUMBERS = new Map(Array.from({ length: 101 }, (_, n) => [spokenNumber(n), n]));
NUMBERS.set('hundred', 100);

/** The first number of an utterance, in digits or in English words: "count to twenty five" -> 25. */
export function numberIn(text: string): number | undefined {
  const words = plainWords(text);
  for (let i = 0; i < words.length; i++) {
    if (/^\d{1,9}$/.test(words[i]!)) return Number(words[i]);
    const found = NUMBERS.get(`${words[i]} ${words[i + 1]}`) ?? NUMBERS.get(words[i]!);
    if (found !== undefined) return found;
  }
  return undefined;
}

function substanceOf(plain: string): number {
  if (FILLERS.has(plain)) return 0.08;
  if (FUNCTION_WORDS.has(plain)) return 0.3;
  if (QUESTION_WORDS.has(plain)) return 0.5;
  return 1;
}

/** English endings, taken off the same way on both sides; that the rest is no word does not matter. */
function stem(plain: string): string {
  if (plain === '{number}' || /^\d+$/.test(plain)) return '#';
  if (plain !== 'one' && plain !== 'zero' && NUMBERS.has(plain)) return '#';
  if (!/^[a-z]{4,}$/.test(plain)) return plain;
  const single = plain
    .replace(/ies$/, 'y')
    .replace(/(?<=[^siu])s$/, '')
    .replace(/sses$/, 'ss');
  const bare = single.length > 5 ? single.replace(/(?:ing|ed|er|ly)$/, '') : single;
  return bare.length > 3 ? bare.replace(/([bdgklmnprt])\1$/, '$1').replace(/e$/, '') : bare;
}

/** The slips that make one word of another: left out, put in, mistaken or swapped letters; `most` + 1 if more. */
export function slips(a: string, b: string, most: number): number {
  if (Math.abs(a.length - b.length) > most) return most + 1;
  let before: number[] = [];
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1] ? 0 : 1;
      let least = Math.min(row[j]! + 1, next[j - 1]! + 1, row[j - 1]! + same);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) least = Math.min(least, before[j - 2]! + 1);
      next.push(least);
    }
    if (Math.min(...next) > most) return most + 1;
    before = row;
    row = next;
  }
  return row[b.length]!;
}
