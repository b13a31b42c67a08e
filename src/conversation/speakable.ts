/** Feeds the phrase splitter with pieces and with the time that passes between them. */

import { orLate } from '../flow.js';
import type { SpeakablePhrase } from './phrases.js';
import { phraser } from './phrases.js';
import type { Piece } from './thinking.js';

/** Phrases as soon as they can be spoken; each is also put into `known`, under its index. */
export async function* speakable(
  pieces: AsyncIterable<Piece>,
  known: Map<number, SpeakablePhrase>,
): AsyncGenerator<SpeakablePhrase, void, undefined> {
  const splitter = phraser();
  const reader = pieces[Symbol.asyncIterator]();
  const record = (phrases: SpeakablePhrase[]) => {
    for (const phrase of phrases) known.set(phrase.index, phrase);
    return phrases;
  };
  const read = () => {
    const piece = reader.next();
    // When the voice stops reading, this last piece has nobody left to catch its error.
    piece.catch(() => {});
    return piece;
  };
  let next = read();
  for (;;) {
    const quietInMs = splitter.quietIn(performance.now());
    const piece = quietInMs === undefined ? await next : await orLate(next, quietInMs);
    if (piece === 'late') {
      yield* record(splitter.tick(performance.now()));
    } else if (piece.done === true) {
      yield* record(splitter.end());
      return;
    } else {
      next = read();
      const { value } = piece;
      if (typeof value !== 'string') splitter.closeMarkup();
      yield* record(splitter.push(typeof value === 'string' ? value : value.behind, performance.now()));
    }
  }
}
