/** A model that gives the same answer to everything, word by word: what is measured does not hang on what was asked. */
import type { Llm } from '../engines/contract.js';

export function saying(text: string): Llm {
  const words = text.match(/\s*\S+/g) ?? [];
  return async function* answer(_request, { signal }) {
    for (const word of words) {
      signal.throwIfAborted();
      yield { kind: 'text', text: word };
    }
  };
}
