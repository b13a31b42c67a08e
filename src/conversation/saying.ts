/** An answer whose words are known: spoken and shown like any other, without asking a model. */
import type { Engine, Llm } from '../engines/contract.js';

export function saying(text: string): Engine<Llm> {
  return {
    name: 'saying',
    readAhead: 0,
    run: async function* (_, { signal }) {
      signal.throwIfAborted();
      yield { kind: 'text', text };
    },
    health: () => 'up',
    close: async () => {},
  };
}
