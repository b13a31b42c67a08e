/** The line of caption that belongs to what is heard. Pure. */
import type { AvatarEvent } from '../../src/protocol/server-events.js';

export type TimedWord = Extract<AvatarEvent, { type: 'avatar.words' }>['words'][number];

export interface CaptionWord {
  /** The word as it is written, with everything up to the next one. */
  readonly text: string;
  readonly state: 'heard' | 'sounding' | 'coming';
}

export interface Caption {
  readonly words: readonly CaptionWord[];
  /** The index after its last word. */
  readonly end: number;
}

/** Two lines on a telephone; a longer sentence is shown in parts. */
const LONGEST_LINE = 64;
const SENTENCE_END = /[.!?…。！？]["'”’)\]]*\s*$/;
const CLAUSE_END = /[,;:–—、，；：]["'”’)\]]*\s*$/;

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

/** Index ranges [from, to) of words: sentences, and parts of those that are too long. Lines end at `ends`, too. */
function lines(texts: readonly string[], ends: ReadonlySet<number>): [number, number][] {
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
    if (SENTENCE_END.test(text) || ends.has(at + 1)) {
      ranges.push([from, at + 1]);
      from = at + 1;
      length = 0;
    }
  });
  if (from < texts.length) ranges.push([from, texts.length]);
  return ranges;
}

/** Whether what is known so far is a line that can stand by itself. */
export function endsClause(words: readonly TimedWord[], transcript: string): boolean {
  return words.length > 0 && CLAUSE_END.test(transcript.slice(0, writtenEnd(words, words.length - 1, transcript)));
}

/**
 * The line that sounds after `heard` samples; between two lines the one before stays. `ends` are indices of words before
 * which a line has ended for good.
 */
export function captionAt(
  words: readonly TimedWord[],
  transcript: string,
  heard: number,
  ends: ReadonlySet<number> = new Set(),
): Caption {
  const begun = words.findLastIndex((word) => word.start <= heard);
  if (begun < 0) return { words: [], end: 0 };
  const texts = written(words, transcript);
  const [from, end] = lines(texts, ends).find(([, to]) => begun < to) ?? [0, 0];
  const line = texts.slice(from, end).map((text, offset): CaptionWord => {
    const at = from + offset;
    if (at < begun) return { text, state: 'heard' };
    if (at > begun) return { text, state: 'coming' };
    return { text, state: (words[at] as TimedWord).end <= heard ? 'heard' : 'sounding' };
  });
  return { words: line, end };
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
