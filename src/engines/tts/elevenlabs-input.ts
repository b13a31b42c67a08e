/** The phrases of an answer, as there is room for them. */
import { abortable } from '../../flow.js';
import type { Credit } from '../../workers/outflow.js';
import type { Phrase } from '../contract.js';
import { type WireText, wireText } from './elevenlabs-text.js';

/** One phrase is heard while the next is made. */
export const READ_AHEAD = 2;

/** A phrase with something in it that sounds. */
export interface Sounding {
  readonly phrase: Phrase;
  readonly text: WireText;
}

/** Resolves when there are no more. The source is told to stop early, but not waited for: it may be deep in a wait. */
export async function eachPhrase(
  phrases: AsyncIterable<Phrase>,
  room: Credit,
  signal: AbortSignal,
  take: (sounding: Sounding) => void,
): Promise<void> {
  const source = phrases[Symbol.asyncIterator]();
  try {
    for (;;) {
      await room.take(signal);
      const next = await abortable(source.next(), signal);
      if (next.done === true) return;
      const text = wireText(next.value.text);
      if (text === null) room.grant(1);
      else take({ phrase: next.value, text });
    }
  } finally {
    if (signal.aborted) source.return?.().then(undefined, () => {});
  }
}
