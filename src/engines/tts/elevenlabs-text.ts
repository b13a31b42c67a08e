/** What the vendor is sent of a phrase, and which of its characters are to come back with times. */

/** A character that is not blank, as it is compared, and where it stands in the phrase. */
export interface Letter {
  readonly char: string;
  readonly at: number;
}

export interface WireText {
  readonly text: string;
  readonly letters: readonly Letter[];
  /** So many letters of it until the last one that sounds: a full stop may come back or not. */
  readonly sounding: number;
}

/** Text is data: the vendor's models obey tags such as `<break time="20s"/>`, whoever wrote them. */
const MARKUP = /<[/!?]?[a-z][^<>]*>/giu;
/** Control characters, lone surrogates, changes of direction, and what is left of the angle brackets. */
const UNSAID = /[\p{Cc}\p{Cs}<>\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu;
const SOUNDS = /[\p{L}\p{N}]/u;
/** Marks that come back in another shape. */
const SAME: Readonly<Record<string, string>> = { '‘': "'", '’': "'", '“': '"', '”': '"', '–': '-', '—': '-' };

/** Null: nothing in it sounds, and nothing is sent. */
export function wireText(phrase: string): WireText | null {
  const blanked = phrase.replace(MARKUP, (tag) => ' '.repeat(tag.length)).replace(UNSAID, ' ');
  const letters: Letter[] = [];
  let sounding = 0;
  let at = 0;
  for (const char of blanked) {
    if (!/\s/.test(char)) letters.push({ char: compared(char), at });
    if (SOUNDS.test(char)) sounding = letters.length;
    at += char.length;
  }
  return sounding === 0 ? null : { text: `${blanked.replace(/\s+/g, ' ').trim()} `, letters, sounding };
}

/** A character, as it is compared with those that come back. */
export const compared = (char: string): string => SAME[char] ?? char.toLowerCase();

export interface WordPlace {
  readonly from: number;
  readonly to: number;
}

/** Marks around a word that are not said; signs such as % and # belong to it. */
const AROUND = /^(?:(?![%#&@])\p{P})+|(?:(?![%#&@])\p{P})+$/gu;

/** The words of a phrase that sound, where they stand in it. */
export function wordPlaces(phrase: string): WordPlace[] {
  return [...phrase.matchAll(/[^\s—…]+/g)].flatMap(({ 0: token, index }) => {
    if (!SOUNDS.test(token)) return [];
    const word = token.replace(AROUND, '');
    const from = index + token.indexOf(word);
    return [{ from, to: from + word.length }];
  });
}
