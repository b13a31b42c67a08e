/**
 * When the words of one phrase sound, put together from the times of its characters, and how much of its audio may leave:
 * a word comes with the audio in which it begins, and by then its end has to be known.
 */
import { msToSamples } from '../../audio/pcm.js';
import type { SpokenWord } from '../contract.js';
import { longestSound } from './elevenlabs-allowance.js';
import { type WordPlace, wordPlaces } from './elevenlabs-text.js';

/** A longer word is given with the end that is known so far: the vendor's pieces are of 100 to 250 ms, most words too. */
const HELD = msToSamples(400);

interface WordTime extends WordPlace {
  start: number | null;
  end: number;
}

export interface PhraseWords {
  /** The characters from `from` to `to` of the phrase sound so, in samples from the phrase's first. */
  sounded(from: number, to: number, start: number, end: number): void;
  /** Of `there` samples, those that may leave now, and the words that begin in them. `isOver`: no more will come. */
  leave(there: number, isOver: boolean): { readonly until: number; readonly words: readonly SpokenWord[] };
}

export function phraseWords(text: string): PhraseWords {
  const waiting: WordTime[] = wordPlaces(text).map((place) => ({ ...place, start: null, end: 0 }));
  /** Characters before this one have sounded. */
  let passed = 0;
  let left = 0;
  let lastEnd = 0;

  const open = (): WordTime | undefined => waiting.find((word) => word.start !== null && word.to > passed);

  const taken = (until: number, there: number, isOver: boolean): SpokenWord[] => {
    const words: SpokenWord[] = [];
    for (let word = nextTimed(); word !== undefined; word = nextTimed()) {
      // A word that is told of when its audio has left already comes as soon as it can.
      const start = Math.max(word.start!, lastEnd, left);
      if (start >= until) break;
      waiting.splice(0, waiting.indexOf(word) + 1);
      // Of a word that is told whole the end is known, if its audio has come or not; but behind the last audio is nothing.
      const isTold = word.to <= passed && !isOver;
      const most = isTold ? start + longestSound(word.to - word.from) : there;
      const end = Math.max(start + 1, Math.min(word.end, most));
      words.push({ from: word.from, to: word.to, start, end });
      lastEnd = end;
    }
    return words;
  };
  const nextTimed = () => waiting.find(({ start }) => start !== null);

  return {
    sounded(from, to, start, end) {
      for (const word of waiting) {
        if (word.from >= to) break;
        if (word.to <= from) continue;
        word.start ??= start;
        word.end = Math.max(word.end, end);
      }
      passed = Math.max(passed, to);
    },
    leave(there, isOver) {
      const held = isOver ? undefined : open();
      // Nothing of the first piece waits: it is what the caller waits for.
      const mayWait = held !== undefined && left > 0 && there - Math.max(held.start!, left) < HELD;
      const until = mayWait ? Math.min(there, Math.max(held.start!, left)) : there;
      const words = taken(until, there, isOver);
      left = until;
      return { until, words };
    },
  };
}
