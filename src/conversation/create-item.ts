/** Puts what a caller wrote, recorded or worked out into the conversation. */
import { type Encoding, encodedFromBase64 } from '../audio/encoding.js';
import { ParleyError } from '../errors.js';
import type { Caller } from '../protocol/caller.js';
import type { ClientEvent } from '../protocol/client-events.js';
import type { History } from './history.js';
import { shownItem, unheardAudio } from './items.js';
import type { Listening } from './listening.js';

interface ItemTools {
  readonly caller: Caller;
  readonly history: History;
  /** Null: the server has no recogniser. */
  readonly listening: Listening | null;
  /** Of recordings. */
  readonly encoding: Encoding;
}

type Creation = Extract<ClientEvent, { type: 'conversation.item.create' }>;

/** Throws what is wrong with the item, and then nothing has changed. */
export function createItem({ caller, history, listening, encoding }: ItemTools, creation: Creation): void {
  const { item: input, previous_item_id: after } = creation;
  if (input.type === 'function_call_output' && !history.hasCall(input.call_id)) {
    const detail = `The conversation has no function call with the call_id ${input.call_id}.`;
    throw new ParleyError('invalid_tool_call_id', detail, { param: 'item.call_id' });
  }
  const audio = unheardAudio(input);
  const recording = audio === null ? null : encodedFromBase64(audio, encoding, 'item.content');
  if (recording !== null && listening === null) throw new ParleyError('cannot_hear');
  const item = shownItem(input);
  const previous_item_id = history.insert(item, after);
  caller.send({ type: 'conversation.item.added', item, previous_item_id });
  caller.send({ type: 'conversation.item.done', item, previous_item_id });
  if (recording !== null) listening?.transcribe(item.id, recording);
  listening?.renew();
}
