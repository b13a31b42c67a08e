/**
 * What an answer says and when each part of it sounds: the record by which the history is cut to what was heard.
 * Positions count samples at 24 kHz from the start of the response, characters count in the answer's own text.
 */
import { msToSamples } from '../audio/pcm.js';
import type { Speech } from '../engines/contract.js';
import type { SpeakablePhrase } from './phrases.js';

export interface TimedWord {
  readonly text: string;
  readonly from: number;
  readonly to: number;
  readonly start: number;
  readonly end: number;
}

interface TimedPhrase {
  readonly from: number;
  readonly to: number;
  readonly start: number;
  end: number;
  readonly words: TimedWord[];
}

export interface Spoken {
  /** The whole text, markup and all, as the model gave it. */
  text: string;
  readonly phrases: TimedPhrase[];
  /** Samples of speech there are so far, and how many have left for the caller. */
  samples: number;
  sent: number;
  /** False while the voice may have more to say of the last phrase; and for good, if it failed. */
  isWhole: boolean;
}

export const nothingSpoken = (): Spoken => ({ text: '', phrases: [], samples: 0, sent: 0, isWhole: false });

/** How long a character sounds, roughly: for phrases of which nobody knows yet how long they will be. */
const CHARACTER_SAMPLES = 1600;

/** Adds a piece of speech and returns its words, with their places in the answer's text and on its clock. */
export function addSpeech(spoken: Spoken, phrase: SpeakablePhrase, isFirst: boolean, speech: Speech): TimedWord[] {
  if (isFirst) {
    spoken.phrases.push({ from: phrase.from, to: phrase.to, start: spoken.samples, end: spoken.samples, words: [] });
  }
  const current = spoken.phrases.at(-1)!;
  const words: TimedWord[] = [];
  for (const word of speech.words) {
    const text = phrase.text.slice(word.from, word.to);
    const after = current.words.at(-1)?.to ?? current.from;
    // A phrase's text is the answer's text less its markup, so that a word stands there at or after the one before it.
    const found = spoken.text.indexOf(text, after);
    const from = found >= 0 && found + text.length <= current.to ? found : after;
    const to = Math.min(from + text.length, current.to);
    const timed = { text, from, to, start: current.start + word.start, end: current.start + word.end };
    current.words.push(timed);
    words.push(timed);
  }
  spoken.samples += speech.samples.length;
  current.end = spoken.samples;
  return words;
}

/** Adds sound in which nothing of the answer is said. */
export function addAside(spoken: Spoken, { samples }: Speech): void {
  spoken.samples += samples.length;
}

/**
 * How many characters of the answer had been heard after `samples`. A phrase that sounded to its end counts whole, a
 * broken one up to its last word that sounded to the end; without word times, in proportion, back to a word's end.
 */
export function heardCharacters(spoken: Spoken, samples: number): number {
  let heard = 0;
  for (const phrase of spoken.phrases) {
    const isOpen = !spoken.isWhole && phrase === spoken.phrases.at(-1);
    if (samples >= phrase.end && !isOpen) {
      heard = phrase.to;
      continue;
    }
    if (samples <= phrase.start) break;
    // What sounds behind it is an aside.
    const within = Math.min(samples, phrase.end);
    heard =
      phrase.words.length > 0
        ? wordsHeard(phrase, within, heard)
        : shareHeard(spoken.text, phrase, within, heard, isOpen);
    break;
  }
  return heard;
}

/** So much of an answer an echo may be of that is recognised now: a pause of the avatar, and the time that words take. */
const RECENT = msToSamples(8000);
/** The word that sounds, and the one behind it: reports of players come up to 100 ms late. */
const BEGUN = /^\s*\S{1,24}(?:\s+\S{1,24})?/;

/** What has sounded of the answer in the last seconds before `samples`, and what begins to. */
export function recentlySaid(spoken: Spoken, samples: number): string {
  const from = heardCharacters(spoken, Math.max(0, samples - RECENT));
  const to = heardCharacters(spoken, samples);
  return spoken.text.slice(from, to) + (BEGUN.exec(spoken.text.slice(to))?.[0] ?? '');
}

function wordsHeard(phrase: TimedPhrase, samples: number, before: number): number {
  return phrase.words.reduce((heard, word) => (word.end <= samples ? word.to : heard), before);
}

function shareHeard(text: string, phrase: TimedPhrase, samples: number, before: number, isOpen: boolean): number {
  const length = Math.max(phrase.end - phrase.start, isOpen ? CHARACTER_SAMPLES * (phrase.to - phrase.from) : 0);
  const share = Math.min(1, (samples - phrase.start) / length);
  const cut = phrase.from + Math.floor((phrase.to - phrase.from) * share);
  if (cut === phrase.to || /\s/.test(text.charAt(cut))) return cut;
  const lastSpace = text.slice(phrase.from, cut).search(/\s\S*$/);
  return lastSpace < 0 ? before : phrase.from + lastSpace;
}
