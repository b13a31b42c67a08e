/** The phrases of an answer, as there is room for them. */
import { type Credit, sendAll } from '../../workers/outflow.js';
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
  await sendAll(phrases, room, signal, (phrase) => {
    const text = wireText(phrase.text);
    if (text === null) room.grant(1);
    else take({ phrase, text });
  });
}
