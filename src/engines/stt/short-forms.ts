/** Personas are written out in full; callers say "what's". Both are listened for. */

/** The two words, and what is left of them. */
const WITH_VERB: readonly (readonly [first: string, second: string, short: string])[] = [
  ...['what', 'who', 'how', 'where', 'when', 'that', 'it', 'there', 'here', 'he', 'she'].map(
    (word) => [word, 'is', `${word}'s`] as const,
  ),
  ...['you', 'we', 'they'].map((word) => [word, 'are', `${word}'re`] as const),
  ...['i', 'you', 'we', 'they'].map((word) => [word, 'have', `${word}'ve`] as const),
  ...['i', 'you', 'we', 'they'].map((word) => [word, 'would', `${word}'d`] as const),
  ...['i', 'you', 'we', 'they', 'it', 'that'].map((word) => [word, 'will', `${word}'ll`] as const),
  ['i', 'am', "i'm"],
  ['let', 'us', "let's"],
];
/** These may also end a phrase: "I do not" is "I don't", but "who I am" is never "who I'm". */
const WITH_NOT: readonly (readonly [first: string, second: string, short: string])[] = [
  ...['do', 'does', 'did', 'is', 'are', 'was', 'were', 'have', 'has', 'had', 'would', 'could', 'should'].map(
    (word) => [word, 'not', `${word}n't`] as const,
  ),
  ['can', 'not', "can't"],
  ['will', 'not', "won't"],
];

/** More short forms than this in one breath are rare, and a phrase of many would have thousands of wordings. */
const MOST_SHORT = 2;

/** The phrase and every way to shorten it in up to two places. */
export function withShortForms(words: readonly string[], most = MOST_SHORT): string[][] {
  const [first, ...rest] = words;
  if (first === undefined) return [[]];
  const long = withShortForms(rest, most).map((ending) => [first, ...ending]);
  const short = most > 0 ? shortForm(words) : undefined;
  if (short === undefined) return long;
  return [...long, ...withShortForms(rest.slice(1), most - 1).map((ending) => [short, ...ending])];
}

function shortForm([first, second, third]: readonly string[]): string | undefined {
  const fits = ([one, other]: readonly string[]) => one === first && other === second;
  return (WITH_NOT.find(fits) ?? (third === undefined ? undefined : WITH_VERB.find(fits)))?.[2];
}
