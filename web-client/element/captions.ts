/** The line of caption that belongs to what is heard. Pure. */
import type { AvatarEvent } from '../../src/protocol/server-events.js';

export type TimedWord = Extract<AvatarEvent, { type: 'avatar.words' }>['words'][number];

export interface CaptionWord {
  /** The word as it is written, with everything up to the next one. */
  readonly text: string;
  readonly state: 'heard' | 'sounding' | 'coming';
}

/** Two lines on a telephone; a longer sentence is shown in parts. */
const LONGEST_LINE = 64;
const SENTENCE_END = /[.!?…。！？]["'”’)\]]*\s*$/;

/** Where in the transcript a word ends, with its punctuation and spaces: where the next begins, if that is known. */
function writtenEnd(words: readonly TimedWord[], at: number, transcript: string): number {
  const { to } = words[at] as TimedWord;
  const next = words[at + 1];
  return next === undefined
    ? to + (/^[^\p{L}\p{N}]*/u.exec(transcript.slice(to))?.[0].length ?? 0)
    : Math.max(next.from, to);
}

/** Words as they are written: the transcript has the punctuation and the spaces that a voice's words lack. */
function written(words: readonly TimedWord[], transcript: string): string[] {
  return words.map((word, at) => {
    const text = transcript.slice(word.from, writtenEnd(words, at, transcript));
    return text === '' ? `${word.text} ` : text;
  });
}

/** Index ranges [from, to) of words: sentences, and parts of those that are too long. */
function lines(texts: readonly string[]): [number, number][] {
  const ranges: [number, number][] = [];
  let from = 0;
  let length = 0;
  texts.forEach((text, at) => {
    if (length > 0 && length + text.trimEnd().length > LONGEST_LINE) {
      ranges.push([from, at]);
      from = at;
      length = 0;
    }
    length += text.length;
    if (SENTENCE_END.test(text)) {
      ranges.push([from, at + 1]);
      from = at + 1;
      length = 0;
    }
  });
  if (from < texts.length) ranges.push([from, texts.length]);
  return ranges;
}

/** The words of the line that sounds after `heard` samples; between two lines the one before stays. */
export function captionAt(words: readonly TimedWord[], transcript: string, heard: number): CaptionWord[] {
  const begun = words.findLastIndex((word) => word.start <= heard);
  if (begun < 0) return [];
  const texts = written(words, transcript);
  const [from, to] = lines(texts).find(([, end]) => begun < end) ?? [0, 0];
  return texts.slice(from, to).map((text, offset) => {
    const at = from + offset;
    if (at < begun) return { text, state: 'heard' };
    if (at > begun) return { text, state: 'coming' };
    return { text, state: (words[at] as TimedWord).end <= heard ? 'heard' : 'sounding' };
  });
}

/** The part of the transcript that was heard whole: up to the end of the last word that had sounded. */
export function heardText(words: readonly TimedWord[], transcript: string, heard: number): string {
  const last = words.findLastIndex((word) => word.end <= heard);
  if (last < 0) return '';
  const text = transcript.slice(0, writtenEnd(words, last, transcript)).trimEnd();
  if (text !== '') return text;
  return words
    .slice(0, last + 1)
    .map((word) => word.text)
    .join(' ');
}
