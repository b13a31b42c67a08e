/** The usual measure of a recogniser: how many words would have to be changed, put in or left out. */

export interface WordErrors {
  readonly wrong: number;
  /** Words that were said. */
  readonly of: number;
}

export function wordErrors(said: string, heard: string): WordErrors {
  const [wanted, got] = [wordsOf(said), wordsOf(heard)];
  return { wrong: distance(wanted, got), of: wanted.length };
}

/** Case and punctuation are the recogniser's own business. */
const wordsOf = (text: string): string[] => text.toLowerCase().match(/[\p{L}\p{N}']+/gu) ?? [];

/** Row by row: `row[n]` is the distance between the words so far and the first n of the others. */
function distance(wanted: readonly string[], got: readonly string[]): number {
  let row = Array.from({ length: got.length + 1 }, (_, n) => n);
  wanted.forEach((word, at) => {
    const next = [at + 1];
    got.forEach((other, n) => {
      next.push(Math.min(row[n]! + (word === other ? 0 : 1), row[n + 1]! + 1, next[n]! + 1));
    });
    row = next;
  });
  return row[got.length]!;
}
