/** Which words of a text are said in which piece of its recording, as far as their lengths tell. Pure. */

/**
 * As many for each piece as there is time for, but one at least; together they are all of them. Where there are fewer words
 * than pieces, the shorter pieces are breaths and clicks, and have none.
 */
export function wordsAmong(text: string, lengths: readonly number[]): string[] {
  const words = text.split(' ');
  const speaking = longest(lengths, words.length);
  const total = lengths.reduce((sum, length, piece) => sum + (speaking.has(piece) ? length : 0), 0);
  let [spent, from, left] = [0, 0, speaking.size];
  return lengths.map((length, piece) => {
    if (!speaking.has(piece)) return '';
    spent += length;
    left -= 1;
    const inTime = Math.round((spent / total) * words.length);
    const to = Math.min(words.length - left, Math.max(from + 1, inTime));
    const said = words.slice(from, to).join(' ');
    from = to;
    return said;
  });
}

function longest(lengths: readonly number[], count: number): Set<number> {
  const pieces = lengths.map((_, piece) => piece).sort((a, b) => lengths[b]! - lengths[a]!);
  return new Set(pieces.slice(0, count));
}
