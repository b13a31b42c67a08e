/** Where speech may be cut: ends of sentences and of clauses, and the stops that are neither ("3.14", "Dr.", "10:42"). */

/** Whether more text is to be expected: soon, later (nothing came for a moment), not soon, or never. */
export type Flow = 'coming' | 'slow' | 'stopped' | 'ended';

export type Boundary =
  | { readonly kind: 'none' }
  /** The next character decides. */
  | { readonly kind: 'wait' }
  /** Speech may be cut before `end`. */
  | { readonly kind: 'clause' | 'sentence'; readonly end: number };

const NONE: Boundary = { kind: 'none' };
const WAIT: Boundary = { kind: 'wait' };

/** Never the end of a sentence: something always follows. */
const LEADING = new Set(
  'dr mr mrs ms prof st mt ft gen col sgt rev hon vs fig vol no nr approx ca e.g i.e cf'.split(' '),
);
/** The end of a sentence only if a capital follows. */
const TRAILING = new Set('etc inc ltd co corp jr sr dept est a.m p.m'.split(' '));

const CLOSERS = /[.!?…。！？।॥"'”’)\]»」』）]/;
const isSpace = (char: string | undefined) => char !== undefined && /\s/.test(char);
const isDigit = (char: string | undefined) => char !== undefined && /\d/.test(char);

/**
 * What the character at `i` ends. `eager`: do not wait for quotes or brackets that may follow, since a caller is
 * waiting for the first word; the phraser drops the ones that come late.
 */
export function boundaryAt(text: string, i: number, flow: Flow, eager: boolean): Boundary {
  const char = text[i]!;
  const next = text[i + 1];
  const unknown = next === undefined && flow !== 'ended' && flow !== 'stopped';
  switch (char) {
    case '\n':
      return { kind: 'sentence', end: i + 1 };
    case '。':
    case '！':
    case '？':
    case '।':
    case '॥':
      return sentence(text, i, flow, eager);
    case '!':
    case '?':
      if (!/:\/\/|^www\./i.test(wordBefore(text, i))) return sentence(text, i, flow, eager);
      if (unknown) return WAIT;
      return next === undefined || isSpace(next) ? sentence(text, i, flow, eager) : NONE;
    case '.':
      return fullStop(text, i, flow, eager);
    case '…':
    case ';':
    case '—':
    case '、':
    case '，':
    case '；':
    case '：':
      return { kind: 'clause', end: i + 1 };
    case ',':
    case ':':
    case '–':
      return betweenDigits(text, i, unknown);
    case '-':
      if (text[i - 1] !== ' ' && text[i - 1] !== '-') return NONE;
      if (unknown) return WAIT;
      return isSpace(next) ? { kind: 'clause', end: i + 1 } : NONE;
    default:
      return NONE;
  }
}

/** Ends a sentence at `i`, and takes along the stops, quotes and brackets that belong to it. */
function sentence(text: string, i: number, flow: Flow, eager: boolean): Boundary {
  if (eager) return { kind: 'sentence', end: i + 1 };
  const end = afterClosers(text, i + 1);
  return end === text.length && flow === 'coming' ? WAIT : { kind: 'sentence', end };
}

function fullStop(text: string, i: number, flow: Flow, eager: boolean): Boundary {
  const end = afterClosers(text, i + 1);
  const over = end === text.length;
  if (over && eager && isPlain(wordBefore(text, i))) return { kind: 'sentence', end };
  if (over && (flow === 'coming' || (flow === 'slow' && isDigit(text[i - 1])))) return WAIT;
  // "..." trails off; what follows may well be the same sentence.
  if (text[i + 1] === '.') return { kind: 'clause', end };
  if (!over && !isSpace(text[end])) return NONE;
  const word = wordBefore(text, i);
  const plain = word.toLowerCase();
  if (LEADING.has(plain)) return over && flow === 'ended' ? { kind: 'sentence', end } : NONE;
  if (TRAILING.has(plain)) {
    const after = text[end + 1];
    if (after === undefined && flow === 'coming') return WAIT;
    return after === undefined || text[end] === '\n' || /\p{Lu}/u.test(after) ? { kind: 'sentence', end } : NONE;
  }
  // "J. Smith", "U.S. Navy"; but "So am I." ends. "1. Open the door" is a list.
  if (/^(\p{L}|(\p{L}\.)+\p{L})$/u.test(word) && word !== 'I') return NONE;
  if (
    /^\d{1,3}$/.test(word) &&
    /^\s*$/.test(
      text
        .slice(0, i - word.length)
        .split('\n')
        .at(-1)!,
    )
  )
    return NONE;
  return { kind: 'sentence', end };
}

/**
 * A word behind which a stop is an end, though nobody knows yet what follows. Models write "example.com" and "3.14" in
 * pieces that do not end with the stop; who waits for the next piece waits 20 ms for nothing.
 */
const isPlain = (word: string): boolean =>
  /^\p{L}?\p{Ll}{3,}$/u.test(word) && !LEADING.has(word.toLowerCase()) && !TRAILING.has(word.toLowerCase());

/** "1,000", "10:42" and "3–5" are one; "https:" is no clause. */
function betweenDigits(text: string, i: number, unknown: boolean): Boundary {
  const next = text[i + 1];
  if (isDigit(text[i - 1])) {
    if (unknown) return WAIT;
    if (isDigit(next)) return NONE;
  }
  if (text[i] === ':' && /^(https?|ftp|mailto)$/i.test(wordBefore(text, i))) return NONE;
  if (text[i] === ':' && next === '/') return NONE;
  return { kind: 'clause', end: i + 1 };
}

function afterClosers(text: string, from: number): number {
  let end = from;
  while (end < text.length && CLOSERS.test(text[end]!)) end++;
  return end;
}

/** The word that ends at `i`, without the quotes and brackets before it. */
function wordBefore(text: string, i: number): string {
  let start = i;
  while (start > 0 && !isSpace(text[start - 1])) start--;
  return text.slice(start, i).replace(/^["'“‘(«[]+/, '');
}
