/**
 * Times of single characters, made from the times of words: within a word they share its time evenly, and what stands
 * between two words (blanks, marks) shares the time between them. There is no gap: what sounds belongs to a character.
 */
import type { SpokenWord } from '../../../engines/contract.js';

/** Times in samples from the beginning of the speech. */
export interface TimedCharacter {
  readonly character: string;
  readonly start: number;
  readonly end: number;
  /** When the word begins that it is in. */
  readonly wordStart: number;
}

export interface CharacterClock {
  hear(words: readonly SpokenWord[]): void;
  /** The speech is over after so many samples. */
  end(length: number): void;
  /** All characters that begin before this time are known. */
  settled(): number;
  /** The characters that begin before `time`, or those whose word does, and have not been taken yet. */
  take(time: number, by: 'start' | 'wordStart'): TimedCharacter[];
}

export function characterClock(text: string): CharacterClock {
  const waiting: TimedCharacter[] = [];
  /** Up to here, in the text and in time, every character has its time. */
  let to = 0;
  let time = 0;
  let settled = 0;

  const spread = (until: number, end: number) => {
    // By code points: the vendor's lists never cut a character in two.
    const characters = [...text.slice(to, until)];
    if (characters.length === 0) return;
    const begun = time;
    const each = Math.max(0, end - begun) / characters.length;
    characters.forEach((character, n) => {
      const start = begun + n * each;
      waiting.push({ character, start, end: start + each, wordStart: begun });
      settled = start;
    });
    to = until;
    time = begun + each * characters.length;
  };

  return {
    hear(words) {
      for (const word of words) {
        spread(word.from, word.start);
        spread(word.to, word.end);
      }
    },
    end(length) {
      spread(text.length, length);
      const last = waiting.at(-1);
      // Silence behind the last character is part of it.
      if (last !== undefined) waiting[waiting.length - 1] = { ...last, end: length };
      settled = Number.POSITIVE_INFINITY;
    },
    settled: () => settled,
    take(before, by) {
      const first = waiting.findIndex((character) => character[by] >= before);
      return waiting.splice(0, first < 0 ? waiting.length : first);
    },
  };
}
