/** Something the script says, and how much of it was heard: where to stop comparing and where to go on. */

/** Every list of lines in a persona, by name: "greeting", "fallback", "story.answers". */
export interface Line {
  readonly list: string;
  readonly variant: number;
  /** As the file has it, with its placeholders. */
  readonly text: string;
  /** The intent it answers; the greeting and the fallback have none. */
  readonly intent?: string;
}

/** The name of a line within its persona. */
export const keyOf = (line: Line) => `${line.list}[${line.variant}]`;

/** A line that was said, or begun. */
export interface Telling {
  readonly line: Line;
  /** The line with what the conversation fills in; the clock's placeholders still stand. */
  readonly text: string;
  /** Everything before this was heard. */
  readonly heard: number;
}

interface Token {
  /** What is compared; undefined for a placeholder, which fits up to MAX_SLOT words. */
  readonly plain: string | undefined;
  readonly start: number;
}

/** "Friday, November 20, 2026 at 10:42 AM" has 8. */
const MAX_SLOT = 10;

/** Both sides were written by the same script, so that nothing but case and punctuation can differ. */
const plainly = (word: string) => word.toLowerCase().replace(/[^\p{L}\p{M}\p{N}]/gu, '');

/** The text as words with their places; what a clock will fill in stays open. */
function tokensOf(text: string): Token[] {
  return Array.from(text.matchAll(/\{[a-z]+\}|[^\s{}]+/g)).flatMap((match): Token[] => {
    if (match[0].startsWith('{')) return [{ plain: undefined, start: match.index }];
    const plain = plainly(match[0]);
    return plain === '' ? [] : [{ plain, start: match.index }];
  });
}

/** Whether a line can be what was heard, judged by its first word alone: it spares the close look at all the others. */
export function mayBegin(line: string, heard: string): boolean {
  const first = /\S+/.exec(line)?.[0] ?? '';
  return first.startsWith('{') || plainly(first).startsWith(plainly(/\S+/.exec(heard)?.[0] ?? ''));
}

/**
 * How much of `text` was heard, as a place in it, if what was heard is its beginning; undefined if it is something
 * else. A word that was cut off in the middle was not heard.
 */
export function heardOf(text: string, heard: string): number | undefined {
  if (!/\S/.test(heard)) return 0;
  const told = tokensOf(text);
  const words = tokensOf(heard).map((token) => token.plain ?? '');
  const reached = align(told, words, 0, 0);
  if (reached === undefined) return undefined;
  return told[reached]?.start ?? text.length;
}

/** The index of the first token that was not heard. */
function align(told: readonly Token[], words: readonly string[], t: number, w: number): number | undefined {
  for (let i = t, j = w; ; i++, j++) {
    const word = words[j];
    const token = told[i];
    if (word === undefined) return i;
    if (token === undefined) return undefined;
    if (token.plain === undefined) {
      for (let length = 1; length <= MAX_SLOT && j + length <= words.length; length++) {
        const reached = align(told, words, i + 1, j + length);
        // The voice may have been cut off inside what the placeholder stood for; then that is to be said again.
        if (reached !== undefined) return j + length === words.length && i + 1 < told.length ? i : reached;
      }
      return undefined;
    }
    if (token.plain === word) continue;
    return j === words.length - 1 && j > 0 && token.plain.startsWith(word) ? i : undefined;
  }
}

/** Up to this much of a sentence is said again; of a longer one only the clause that was broken. */
const SENTENCE_SAID_AGAIN = 70;

/** What is left of a telling, from the start of the sentence or clause that was broken off. */
export function restOf(telling: Telling): { text: string; from: number } {
  const { text, heard } = telling;
  const sentence = lastStart(text, heard, /[.!?…]["'”’)]*\s+/g);
  const clause = lastStart(text, heard, /[,;:.!?…—]["'”’)]*\s+/g);
  // A row of numbers goes on with the next number, not from the beginning.
  const from = heard - sentence > SENTENCE_SAID_AGAIN || /^\d/.test(text.slice(heard)) ? clause : sentence;
  return { text: text.slice(from), from };
}

function lastStart(text: string, before: number, stop: RegExp): number {
  let start = 0;
  for (const match of text.matchAll(stop)) {
    const next = match.index + match[0].length;
    if (next > before) break;
    start = next;
  }
  return start;
}
