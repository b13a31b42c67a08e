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
      for (const piece of pieces) {
        const draft = draftOf(piece);
        draft.id ||= piece.id ?? '';
        draft.name += piece.function?.name ?? '';
        draft.arguments += piece.function?.arguments ?? '';
      }
    },
    length: () => drafts.reduce((sum, draft) => sum + draft.name.length + draft.arguments.length, 0),
    end: () =>
      drafts
        .filter(({ name }) => name !== '')
        .map(({ id, name, arguments: args }) => ({
          kind: 'tool_call',
          callId: id || newId(),
          name,
          arguments: args.trim() === '' ? '{}' : args,
        })),
  };
}
