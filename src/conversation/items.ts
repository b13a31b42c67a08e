/** Items as a client sends them, made whole: every key that a client's parser wants is there. */
import type { Item, ItemInput, Part } from '../protocol/items.js';
import { newId } from './ids.js';

export function shownItem(input: ItemInput): Item {
  const common = { id: input.id ?? newId('item'), object: 'realtime.item', status: 'completed' } as const;
  switch (input.type) {
    case 'function_call':
      return {
        ...common,
        type: 'function_call',
        call_id: input.call_id ?? newId('call'),
        name: input.name,
        arguments: input.arguments,
      };
    case 'function_call_output':
      return { ...common, type: 'function_call_output', call_id: input.call_id, output: input.output };
    case 'message':
      return { ...common, type: 'message', role: input.role, content: input.content.map(shownPart) };
  }
}

function shownPart(part: Extract<ItemInput, { type: 'message' }>['content'][number]): Part {
  switch (part.type) {
    case 'input_text':
    case 'output_text':
      return { type: part.type, text: part.text };
    case 'input_audio':
      return { type: 'input_audio', transcript: part.transcript ?? null };
    case 'output_audio':
      return { type: 'output_audio', transcript: part.transcript };
  }
}

/** The audio, as base64, of an item that comes without its words; null if there is none, or they are there. */
export function unheardAudio(input: ItemInput): string | null {
  if (input.type !== 'message' || input.role !== 'user') return null;
  const spoken = input.content.find((part) => part.type === 'input_audio' && part.audio !== undefined);
  if (spoken?.type !== 'input_audio' || typeof spoken.transcript === 'string') return null;
  return spoken.audio ?? null;
}
