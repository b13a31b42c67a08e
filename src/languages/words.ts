/** How a text is cut into words, and the tables of them that languages have. Pure. */

/** Letters of writing without blanks. Each counts as a word, for nobody here knows where one ends. */
const UNSPACED = '\\p{Script=Han}\\p{Script_Extensions=Hiragana}\\p{Script_Extensions=Katakana}';
const LETTER = new RegExp(`^[${UNSPACED}]$`, 'u');
const LETTER_OR_WORD = new RegExp(`[${UNSPACED}]|[^${UNSPACED}]+`, 'gu');
const BLANKS_BESIDE_UNSPACED = new RegExp(`(?<=[${UNSPACED}]) | (?=[${UNSPACED}])`, 'gu');

/** In small letters, without stops. */
export function plainWords(text: string): string[] {
  return text
    .normalize('NFC')
    .toLowerCase()
    .replaceAll('’', "'")
    .split(/[^\p{L}\p{M}\p{N}'-]+/u)
    .flatMap((piece) => piece.match(LETTER_OR_WORD) ?? [])
    .filter((word) => /[\p{L}\p{N}]/u.test(word));
}

/** The words as they are written, for patterns: with blanks between those that have some. */
export const writtenWords = (words: readonly string[]): string =>
  words.join(' ').replaceAll(BLANKS_BESIDE_UNSPACED, '');

export const wordSet = (words: string): ReadonlySet<string> => new Set(words.split(' '));

/** For whatever may be more than one word, with commas between: as `plainWords` would cut it. */
export const phraseSet = (...lists: readonly string[]): ReadonlySet<string> =>
  new Set(lists.flatMap((list) => list.split(', ')).map((phrase) => plainWords(phrase).join(' ')));

/** A text that ends with one of these; `^` in front says that it begins with it, too. */
export const endingWith = (endings: readonly string[]): RegExp => new RegExp(`(?:${endings.join('|')})$`, 'u');

/** Whether it counts as a word without being one. */
export const isLetter = (word: string): boolean => LETTER.test(word);

/** All that was said is one of these openings, with `before` in front of it or without. */
export const onlyOpening = (before: string, openings: readonly string[]): RegExp =>
  new RegExp(`^(?:(?:${before}) )*(?:${openings.join('|')})$`);

/** What fits any of these. */
export const eitherOf = (...patterns: readonly RegExp[]): RegExp =>
  new RegExp(patterns.map(({ source }) => source).join('|'), 'u');
