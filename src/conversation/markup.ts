/**
 * Takes away what is written but not spoken: Markdown, HTML tags, emoji. A state machine over single characters, so that
 * a mark which arrives cut in two is still one. What stays keeps its place in the original text.
 */
import { type Sign, type SignSink, signSink } from './signs.js';

type Place =
  | { readonly kind: 'text' }
  /** Nothing but marks so far in this line. */
  | { readonly kind: 'line_start'; readonly held: Sign[] }
  | { readonly kind: 'table_line' }
  /** A run of one of * _ ` ~ whose meaning the next character tells. */
  | { readonly kind: 'run'; readonly held: Sign[]; readonly left: string }
  /** A block of code; `run` counts the marks that may be closing it. */
  | { readonly kind: 'fence'; readonly mark: string; readonly run: number; readonly opening: boolean }
  | { readonly kind: 'open_bracket' }
  | { readonly kind: 'closed_bracket' }
  /** Inside (address) or [reference] behind a link's text, in a footnote's mark or an image's description. */
  | {
      readonly kind: 'skip';
      readonly held: Sign[];
      readonly close: string;
      readonly depth: number;
      readonly image: boolean;
    }
  | { readonly kind: 'tag'; readonly held: Sign[] }
  | { readonly kind: 'exclamation'; readonly sign: Sign }
  | { readonly kind: 'backslash' };

interface Reader {
  place: Place;
  /** The character before this one, spoken or not. */
  before: string;
  readonly sink: SignSink;
}

/** A link's address that is longer, or goes over the line, is no address: then it is said after all. */
const LONGEST_SKIP = 500;
const LONGEST_TAG = 200;
const LONGEST_LINE_MARK = 200;

const LINE_MARKS = '#-+>=~`*_';
const RUN_MARKS = '*_`~';
const TEXT: Place = { kind: 'text' };

export interface MarkupRemover {
  push(piece: string): Sign[];
  /** Nothing is open any more. */
  end(): Sign[];
}

export function markupRemover(): MarkupRemover {
  const reader: Reader = { place: { kind: 'line_start', held: [] }, before: '', sink: signSink() };
  let offset = 0;
  let half = '';
  return {
    push(piece) {
      const text = half + piece;
      // The first half of a surrogate pair waits for the second.
      half = /[\ud800-\udbff]$/.test(text) ? text.slice(-1) : '';
      for (const char of half === '' ? text : text.slice(0, -1)) {
        const sign = { char, from: offset, to: offset + char.length };
        offset = sign.to;
        if (char === '\r') continue;
        read(reader, sign);
        reader.before = char;
      }
      return reader.sink.taken();
    },
    end() {
      finish(reader);
      return reader.sink.taken();
    },
  };
}

function read(reader: Reader, sign: Sign): void {
  const { place } = reader;
  switch (place.kind) {
    case 'text':
      readText(reader, sign);
      break;
    case 'line_start':
      readLineStart(reader, sign, place.held);
      break;
    case 'table_line':
      if (sign.char === '\n') readText(reader, sign);
      break;
    case 'run':
      readRun(reader, sign, place);
      break;
    case 'fence':
      readFence(reader, sign, place);
      break;
    case 'open_bracket':
      // [^1] is a footnote's mark; [anything else] is text, with or without a link behind it.
      if (sign.char === '^') reader.place = skipTo(']', sign);
      else readText(reader, sign);
      break;
    case 'closed_bracket':
      if (sign.char === '(') reader.place = skipTo(')', sign);
      else if (sign.char === '[') reader.place = skipTo(']', sign);
      else readText(reader, sign);
      break;
    case 'skip':
      readSkip(reader, sign, place);
      break;
    case 'tag':
      readTag(reader, sign, place.held);
      break;
    case 'exclamation':
      if (sign.char === '[') {
        reader.place = skipTo(']', sign, true);
        break;
      }
      reader.sink.put(place.sign);
      readText(reader, sign);
      break;
    case 'backslash':
      reader.place = TEXT;
      if (/[\p{P}\p{S}]/u.test(sign.char)) reader.sink.put(sign);
      else readText(reader, sign);
  }
}

const skipTo = (close: string, opening: Sign, image = false): Place => ({
  kind: 'skip',
  held: [opening],
  close,
  depth: 1,
  image,
});

function readText(reader: Reader, sign: Sign): void {
  const { char } = sign;
  reader.place = TEXT;
  if (RUN_MARKS.includes(char)) reader.place = { kind: 'run', held: [sign], left: reader.before };
  else if (char === '[') reader.place = { kind: 'open_bracket' };
  else if (char === ']') reader.place = { kind: 'closed_bracket' };
  else if (char === '<') reader.place = { kind: 'tag', held: [sign] };
  else if (char === '\\') reader.place = { kind: 'backslash' };
  // "Hi!" must not wait for the next character, so only a "!" that follows a space may begin an image.
  else if (char === '!' && !/\S/.test(reader.before)) reader.place = { kind: 'exclamation', sign };
  else {
    reader.sink.put(char === '|' ? { ...sign, char: ' ' } : sign);
    if (char === '\n') reader.place = { kind: 'line_start', held: [] };
  }
}

function readLineStart(reader: Reader, sign: Sign, held: Sign[]): void {
  const { char } = sign;
  const marks = held.map((one) => one.char).join('');
  // "---", "===" or a bullet with nothing behind it: a line of marks alone.
  if (char === '\n') reader.place = { kind: 'line_start', held: [] };
  else if (/\s/.test(char) && /^(|#{1,6}|[-+*]|>+)$/.test(marks)) reader.place = { kind: 'line_start', held: [] };
  else if (char === '|' && marks === '') reader.place = { kind: 'table_line' };
  else if ((char === '`' && marks === '``') || (char === '~' && marks === '~~')) {
    reader.place = { kind: 'fence', mark: char, run: 0, opening: true };
  } else if (LINE_MARKS.includes(char) && held.length < LONGEST_LINE_MARK) held.push(sign);
  else {
    readAsText(reader, held);
    read(reader, sign);
  }
}

/** Marks at the start of a line that turned out to belong to its text: "-5 degrees", "**Note**". */
function readAsText(reader: Reader, held: readonly Sign[]): void {
  reader.place = TEXT;
  reader.before = '';
  for (const sign of held) {
    read(reader, sign);
    reader.before = sign.char;
  }
}

function readRun(reader: Reader, sign: Sign, run: Place & { kind: 'run' }): void {
  if (sign.char !== run.held[0]!.char) {
    endRun(reader, run, sign.char);
    read(reader, sign);
  } else if (run.held.length < 3) run.held.push(sign);
}

function endRun(reader: Reader, { held, left }: Place & { kind: 'run' }, right: string): void {
  const [mark] = held;
  const between = (kind: RegExp) => kind.test(left) && kind.test(right);
  reader.place = TEXT;
  if (mark!.char === '`' && held.length === 3) reader.place = { kind: 'fence', mark: '`', run: 0, opening: false };
  else if (mark!.char === '_' && between(/[\p{L}\p{N}]/u)) reader.sink.put({ ...mark!, char: ' ' });
  else if (mark!.char === '*' && held.length === 1 && between(/\d/)) reader.sink.put(mark!);
  else if (mark!.char === '~' && held.length === 1) reader.sink.put(mark!);
}

function readFence(reader: Reader, sign: Sign, fence: Place & { kind: 'fence' }): void {
  if (sign.char !== fence.mark) reader.place = { ...fence, run: 0, opening: false };
  else if (!fence.opening && fence.run === 2) {
    reader.sink.put({ ...sign, char: ' ' });
    reader.place = TEXT;
  } else if (!fence.opening) reader.place = { ...fence, run: fence.run + 1 };
}

function readSkip(reader: Reader, sign: Sign, skip: Place & { kind: 'skip' }): void {
  if (sign.char === '\n' || skip.held.length > LONGEST_SKIP) {
    skip.held.forEach(reader.sink.put);
    readText(reader, sign);
    return;
  }
  skip.held.push(sign);
  const depth = skip.depth + (sign.char === '(' && skip.close === ')' ? 1 : sign.char === skip.close ? -1 : 0);
  reader.place = depth > 0 ? { ...skip, depth } : skip.image ? { kind: 'closed_bracket' } : TEXT;
}

function readTag(reader: Reader, sign: Sign, held: Sign[]): void {
  const content = held
    .slice(1)
    .map((one) => one.char)
    .join('');
  if (sign.char === '>' && content !== '') {
    reader.place = TEXT;
    if (/^(https?:|mailto:)/i.test(content)) held.slice(1).forEach(reader.sink.put);
    else if (/^\/?(br|p|li|div|tr|td|h\d)\b/i.test(content)) reader.sink.put({ ...sign, char: '\n' });
  } else if (/^[a-z/!][^<\n]*$/i.test(content + sign.char) && held.length < LONGEST_TAG) held.push(sign);
  else {
    // "<3" or "a < b": no tag.
    held.forEach(reader.sink.put);
    readText(reader, sign);
  }
}

/** The text is over: what was held back is decided as it stands. */
function finish(reader: Reader): void {
  const { place } = reader;
  if (place.kind === 'run') endRun(reader, place, '');
  else if (place.kind === 'tag') place.held.forEach(reader.sink.put);
  else if (place.kind === 'exclamation') reader.sink.put(place.sign);
  // An address that was cut off is no loss; words in brackets would be.
  else if (place.kind === 'skip' && place.held.some((sign) => /\s/.test(sign.char)))
    place.held.forEach(reader.sink.put);
  reader.place = TEXT;
}
