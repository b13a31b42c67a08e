/**
 * The small grammar of sample phrases: `(a|b)` is a choice, `[a]` may be left out, `[a|b]` is both, and `{number}`
 * stands for a number. A phrase can be written out in full, so that a recogniser can be given every wording.
 */

type Part = string | readonly Part[][];

/** A phrase with more wordings than this is better written as two; `[a] [b] [c] (d|e)` has 16. */
const MAX_WORDINGS = 64;
const LARGEST_NUMBER = 100;

const UNITS =
  'zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen'.split(
    ' ',
  );
const TENS = 'twenty thirty forty fifty sixty seventy eighty ninety'.split(' ');

/** 42 -> "forty two", for 0 to 100: what a caller says, without hyphens. */
export function spokenNumber(n: number): string {
  if (n >= 100) return 'one hundred';
  const ten = TENS[Math.floor(n / 10) - 2];
  if (ten === undefined) return UNITS[n] ?? String(n);
  return n % 10 === 0 ? ten : `${ten} ${UNITS[n % 10]}`;
}

/** Every wording of a pattern, with `{number}` left in place; or what is wrong with it. */
export function wordings(pattern: string): { phrases: readonly string[] } | { mistake: string } {
  const parsed = parse(pattern);
  if ('mistake' in parsed) return parsed;
  const count = countOf(parsed.parts);
  if (count > MAX_WORDINGS)
    return { mistake: `has ${count} wordings; at most ${MAX_WORDINGS}, so write it as several` };
  const phrases = [...new Set(expand(parsed.parts).map(tidy))];
  if (phrases.includes('')) return { mistake: 'can be left out as a whole; something in it must be said' };
  return { phrases };
}

/** The same with `{number}` said, from one to a hundred. Languages other than English get digits. */
export function spokenWordings(pattern: string, language: string): string[] {
  const found = wordings(pattern);
  if ('mistake' in found) return [];
  const say = language.startsWith('en') ? spokenNumber : String;
  return found.phrases.flatMap((phrase) =>
    phrase.includes('{number}')
      ? Array.from({ length: LARGEST_NUMBER }, (_, i) => phrase.replace('{number}', say(i + 1)))
      : [phrase],
  );
}

function parse(pattern: string): { parts: Part[] } | { mistake: string } {
  // One frame for the phrase and one for every bracket that is open.
  const frames: { close: string; options: Part[][] }[] = [{ close: '', options: [[]] }];
  for (const piece of pattern.split(/([()[\]|])/)) {
    const frame = frames.at(-1)!;
    if (piece === '(') frames.push({ close: ')', options: [[]] });
    else if (piece === '[') frames.push({ close: ']', options: [[], []] });
    else if (piece === '|') {
      if (frame.close === '') return { mistake: 'has a | outside of brackets' };
      frame.options.push([]);
    } else if (piece === ')' || piece === ']') {
      if (piece !== frame.close) return { mistake: `has a ${piece} that closes nothing` };
      frames.pop();
      frames.at(-1)!.options.at(-1)!.push(frame.options);
    } else if (piece !== '') frame.options.at(-1)!.push(piece);
  }
  const open = frames.pop()!;
  if (open.close !== '') return { mistake: `lacks a ${open.close}` };
  return { parts: open.options[0]! };
}

function countOf(parts: readonly Part[]): number {
  return parts.reduce(
    (product, part) =>
      product * (typeof part === 'string' ? 1 : part.reduce((sum, option) => sum + countOf(option), 0)),
    1,
  );
}

function expand(parts: readonly Part[]): string[] {
  return parts.reduce<string[]>(
    (starts, part) => {
      const ends = typeof part === 'string' ? [part] : part.flatMap(expand);
      return starts.flatMap((start) => ends.map((end) => start + end));
    },
    [''],
  );
}

const tidy = (phrase: string) => phrase.trim().replace(/\s+/g, ' ');
