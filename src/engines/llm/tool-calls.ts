/** Puts function calls together out of the pieces in which they are streamed. */
import type { ChatCompletionChunk } from 'openai/resources/chat/completions';
import type { LlmEvent } from '../contract.js';

type Piece = ChatCompletionChunk.Choice.Delta.ToolCall;
type Call = Extract<LlmEvent, { kind: 'tool_call' }>;

export interface ToolCalls {
  push(pieces: readonly Piece[]): void;
  /** Characters of what has come. */
  length(): number;
  /** All of them, whole. */
  end(): Call[];
}

interface Draft {
  readonly index: number | undefined;
  id: string;
  name: string;
  arguments: string;
}

/** `newId` names calls of servers that do not. */
export function collectToolCalls(newId: () => string): ToolCalls {
  const drafts: Draft[] = [];
  const draftOf = ({ index, id }: Piece): Draft => {
    const last = drafts.findLast((draft) => draft.index === index);
    // Some servers give every call the same index; then the id tells them apart.
    if (last !== undefined && (!id || !last.id || id === last.id)) return last;
    const draft = { index, id: '', name: '', arguments: '' };
    drafts.push(draft);
    return draft;
  };
  return {
    push(pieces) {
      for (const piece of pieces.filter((one) => typeof one === 'object' && one !== null)) {
        const draft = draftOf(piece);
        draft.id ||= wordIn(piece.id);
        const name = wordIn(piece.function?.name);
        // Some servers say the whole name with every piece.
        if (name !== draft.name) draft.name += name;
        draft.arguments += argumentsIn(piece.function?.arguments);
      }
    },
    length: () => drafts.reduce((sum, draft) => sum + draft.name.length + draft.arguments.length, 0),
    end() {
      const ids = new Set(['']);
      return drafts
        .filter(({ name }) => name !== '')
        .map(({ id, name, arguments: args }) => {
          // Two calls of one id could not be told apart by their results.
          const callId = ids.has(id) ? newId() : id;
          ids.add(callId);
          return { kind: 'tool_call', callId, name, arguments: args.trim() === '' ? '{}' : args };
        });
    },
  };
}

const wordIn = (value: unknown): string => (typeof value === 'string' ? value : '');

/** JSON as text; some servers give the object itself. */
const argumentsIn = (value: unknown): string =>
  typeof value === 'object' && value !== null ? JSON.stringify(value) : wordIn(value);
