/**
 * Finds the characters that came back among those that were sent. Most of the time they are the same; but a vendor may
 * spell out a number, leave out a sign or say a word twice, and what follows must still be found.
 */

/** Characters `from` to `to` of what was sent sound as `first` to `last` of what came. */
export interface Span {
  readonly from: number;
  readonly to: number;
  readonly first: number;
  readonly last: number;
}

export interface Followed {
  readonly spans: readonly Span[];
  /** How far into what was sent it has come. */
  readonly next: number;
  /** The last characters that came were found nowhere: for the moment nobody knows how far it is. */
  readonly isLost: boolean;
}

/** "1999" is spelled with 20 letters: so much that was never sent may come in its place. */
const MOST_CAME = 40;
/** So much of what was sent may have come without times. */
const MOST_SENT = 120;
/** So many characters in a row are no coincidence. */
const ENOUGH = 4;
/** A search that finds nothing is long: after so many, the rest of what came is not looked at. */
const MOST_SEARCHES = 4;

/** Both lists without blanks, and `sent` from `start` on. */
export function follow(sent: readonly string[], start: number, came: readonly string[]): Followed {
  const spans: Span[] = [];
  let next = start;
  let isLost = false;
  let failures = 0;
  for (let at = 0; at < came.length; ) {
    const skip = came[at] === sent[next] ? { came: 0, sent: 0 } : nearest(sent, next, came, at);
    if (skip === null) {
      isLost = true;
      failures += 1;
      if (failures === MOST_SEARCHES) break;
      at += 1;
      continue;
    }
    if (skip.came > 0 && skip.sent > 0) {
      spans.push({ from: next, to: next + skip.sent, first: at, last: at + skip.came - 1 });
    }
    at += skip.came;
    next += skip.sent;
    spans.push({ from: next, to: next + 1, first: at, last: at });
    at += 1;
    next += 1;
    isLost = false;
  }
  return { spans, next, isLost };
}

/** The least to leave out on either side so that what follows is the same again. */
function nearest(sent: readonly string[], next: number, came: readonly string[], at: number) {
  for (let both = 1; both <= MOST_CAME + MOST_SENT; both += 1) {
    for (let ofSent = Math.max(0, both - MOST_CAME); ofSent <= Math.min(both, MOST_SENT); ofSent += 1) {
      const skip = { sent: ofSent, came: both - ofSent };
      if (isSame(sent, next + skip.sent, came, at + skip.came)) return skip;
    }
  }
  return null;
}

function isSame(sent: readonly string[], next: number, came: readonly string[], at: number): boolean {
  const rest = Math.min(sent.length - next, came.length - at);
  // Fewer will do where both end here.
  const enough = rest < ENOUGH && sent.length - next === came.length - at ? rest : ENOUGH;
  if (enough <= 0 || rest < enough) return false;
  for (let k = 0; k < enough; k += 1) if (sent[next + k] !== came[at + k]) return false;
  return true;
}
