/** Finds the words that sound in the text as the reader sees it: "12:00," is one word, however many are said for it. */
import type { SpokenWord } from '../contract.js';

/** A word as the synthesiser reports it: where in the source it stands, and its first sample. */
export interface Onset {
  readonly origin: number;
  readonly start: number;
}

/** What separates words besides blanks: a dash or an ellipsis glued to both sides. */
const SEPARATOR = /[\s—…]/;
/** Marks around a word that are not said; signs such as % and # belong to it. */
const MARKS_BEFORE = /^(?:(?![%#&@])\p{P})+(?=.)/u;
const MARKS_AFTER = /(?<=.)(?:(?![%#&@])\p{P})+$/u;

/**
 * The words of one clause, in order and without overlap: each lasts until the next one begins, the last one until `end`.
 * Onsets before `after` belong to a word that an earlier clause has begun.
 */
export function spokenWords(source: string, onsets: readonly Onset[], end: number, after: number): SpokenWord[] {
  const words: SpokenWord[] = [];
  for (const { origin, start } of onsets) {
    const place = wordAround(source, origin);
    const last = words.at(-1);
    if (place.from < (last?.to ?? after) || start >= end) continue;
    if (last !== undefined) words[words.length - 1] = { ...last, end: start };
    words.push({ ...place, start, end });
  }
  return words.filter((word) => word.start < word.end);
}

function wordAround(source: string, at: number): { from: number; to: number } {
  let from = at;
  let to = at;
  while (from > 0 && !SEPARATOR.test(source.charAt(from - 1))) from -= 1;
  while (to < source.length && !SEPARATOR.test(source.charAt(to))) to += 1;
  const token = source.slice(from, to);
  const before = MARKS_BEFORE.exec(token)?.[0].length ?? 0;
  const behind = MARKS_AFTER.exec(token.slice(before))?.[0].length ?? 0;
  return { from: from + before, to: to - behind };
}
