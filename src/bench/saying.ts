/**
 * A model that gives the same answer to everything, word by word: what is measured does not hang on what was asked. If it
 * is offered functions, it calls the first of them, and gives its answer when it has the function's.
 */
import { randomUUID } from 'node:crypto';
import type { Llm } from '../engines/contract.js';

export function saying(text: string): Llm {
  const words = text.match(/\s*\S+/g) ?? [];
  return async function* answer({ messages, tools, toolChoice }, { signal }) {
    const [tool] = toolChoice === 'none' ? [] : tools;
    if (tool !== undefined && messages.at(-1)?.role !== 'tool_result') {
      signal.throwIfAborted();
      yield { kind: 'tool_call', callId: `call_${randomUUID()}`, name: tool.name, arguments: '{}' };
      return;
    }
    for (const word of words) {
      signal.throwIfAborted();
      yield { kind: 'text', text: word };
    }
  };
}
