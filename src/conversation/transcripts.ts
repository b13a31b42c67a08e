/** What the conversation and its caller are told of an utterance: that it is there, what its words are, or that nobody knows. */
import type { Logger } from 'pino';
import { errorBody, ParleyError } from '../errors.js';
import type { Caller } from '../protocol/caller.js';
import type { Item } from '../protocol/items.js';
import type { SessionSettings } from '../protocol/session.js';
import type { History, Settle } from './history.js';
import { newId } from './ids.js';
import type { Heard } from './transcribing.js';

export interface TranscriptTools {
  readonly caller: Caller;
  readonly history: History;
  readonly settings: () => SessionSettings;
  readonly log: Logger;
}

/** Puts the utterance into the conversation; its words follow. */
export function addItem({ caller, history }: TranscriptTools, itemId: string): string {
  // The caller was told the id when it began to speak, and may have used it meanwhile for something of its own.
  const item_id = history.has(itemId) ? newId('item') : itemId;
  const content = [{ type: 'input_audio', transcript: null }] as const;
  const common = { object: 'realtime.item', status: 'completed', type: 'message', role: 'user' } as const;
  const item: Item = { id: item_id, ...common, content };
  const previous_item_id = history.insert(item);
  caller.send({ type: 'input_audio_buffer.committed', item_id, previous_item_id });
  caller.send({ type: 'conversation.item.added', item, previous_item_id });
  caller.send({ type: 'conversation.item.done', item, previous_item_id });
  return item_id;
}

/** Null for what nobody wants to know any more: the item was deleted. */
export function understood(
  tools: TranscriptTools,
  itemId: string,
  heard: Heard,
  settle: Settle,
  tell: (text: string) => void,
): Heard | null {
  // What people say is for nobody's log but that of whoever looks for a mistake in hearing.
  tools.log.debug(
    { item: itemId, heard: heard.kind, ...(heard.kind === 'words' ? { text: heard.text } : {}) },
    'heard',
  );
  if (!settle(heard)) return null;
  const text = heard.kind === 'words' ? heard.text : '';
  tell(text);
  tellTranscript(tools, itemId, text);
  return heard;
}

export function tellMore({ caller, settings }: TranscriptTools, item_id: string, delta: string): void {
  if (settings().audio.input.transcription === null) return;
  caller.send({ type: 'conversation.item.input_audio_transcription.delta', item_id, content_index: 0, delta });
}

export function tellTranscript({ caller, settings }: TranscriptTools, item_id: string, transcript: string): void {
  if (settings().audio.input.transcription === null) return;
  caller.send({ type: 'conversation.item.input_audio_transcription.completed', item_id, content_index: 0, transcript });
}

export function misheard(tools: TranscriptTools, item_id: string, error: ParleyError, settle: Settle): null {
  const { caller, settings, log } = tools;
  if (caller.gone.aborted) return null;
  log.error({ err: error, item: item_id }, 'an utterance could not be recognised');
  if (!settle({ kind: 'failed' })) return null;
  const { type, code, message } = errorBody(new ParleyError('stt_failed', undefined, { cause: error }), null);
  if (settings().audio.input.transcription === null) {
    caller.send({ type: 'error', error: { type, code, message, param: null, event_id: null } });
  } else {
    const event = 'conversation.item.input_audio_transcription.failed';
    caller.send({ type: event, item_id, content_index: 0, error: { type, code, message } });
  }
  return null;
}
