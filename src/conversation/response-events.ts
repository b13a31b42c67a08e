/**
 * The events of one response, in the order that Realtime clients expect:
 *
 *     response.created
 *       response.output_item.added, conversation.item.added, response.content_part.added
 *         deltas of text or transcript, and audio between them
 *       output_audio.done, transcript or text .done, content_part.done, conversation.item.done, output_item.done
 *     response.done
 *
 * The message opens with its first piece, so that a response which only calls a function has none. What is open is
 * always closed, however the response ends.
 */
import type { LlmEvent } from '../engines/contract.js';
import type { ParleyError } from '../errors.js';
import type { Item, ItemStatus, Part } from '../protocol/items.js';
import type { PartAddress, ResponseObject, ServerEvent } from '../protocol/server-events.js';
import type { AudioFormat, OutputModalities } from '../protocol/session.js';
import { newId } from './ids.js';

export type Outcome =
  | { readonly status: 'completed' }
  | { readonly status: 'cancelled'; readonly reason: 'turn_detected' | 'client_cancelled' }
  | { readonly status: 'incomplete'; readonly reason: 'max_output_tokens' | 'content_filter' }
  | { readonly status: 'failed'; readonly error: ParleyError };

/** What is fixed about a response when it begins. */
export interface ResponseFrame {
  readonly id: string;
  readonly conversationId: string | null;
  readonly modalities: OutputModalities;
  readonly voice: string;
  readonly format: AudioFormat;
  readonly maxTokens: number | 'inf';
  readonly metadata: Readonly<Record<string, string>> | null;
}

/** Where the items of the response go; a response outside the conversation has none. */
export interface ItemSink {
  added(item: Item): string | null;
  /** The item as the conversation has it now; null if it has been deleted. */
  done(item: Item): { readonly item: Item; readonly previous_item_id: string | null } | null;
}

export interface ResponseEvents {
  created(): void;
  text(delta: string): void;
  toolCall(call: Extract<LlmEvent, { kind: 'tool_call' }>): void;
  usage(usage: Extract<LlmEvent, { kind: 'usage' }>): void;
  /** The place of the message's one part; opens the message if need be. */
  address(): PartAddress;
  /** The id of the message, once there is one. */
  messageId(): string | null;
  done(outcome: Outcome): void;
}

export function responseEvents(
  frame: ResponseFrame,
  send: (event: ServerEvent) => void,
  sink: ItemSink | null,
): ResponseEvents {
  const spoken = frame.modalities[0] === 'audio';
  const output: Item[] = [];
  let message: PartAddress | null = null;
  let text = '';
  let usage: ResponseObject['usage'] = null;

  const open = (item: Item): number => {
    const index = output.push(item) - 1;
    send({ type: 'response.output_item.added', response_id: frame.id, output_index: index, item });
    if (sink !== null) send({ type: 'conversation.item.added', item, previous_item_id: sink.added(item) });
    return index;
  };
  const close = (index: number, item: Item): void => {
    output[index] = item;
    const kept = sink?.done(item) ?? null;
    if (kept !== null) send({ type: 'conversation.item.done', ...kept });
    send({ type: 'response.output_item.done', response_id: frame.id, output_index: index, item });
  };
  const address = (): PartAddress => {
    if (message !== null) return message;
    const item = messageItem(newId('item'), 'in_progress', []);
    message = { response_id: frame.id, item_id: item.id, output_index: open(item), content_index: 0 };
    send({ type: 'response.content_part.added', ...message, part: part(spoken, '') });
    return message;
  };
  const closeMessage = (at: PartAddress, status: ItemStatus): void => {
    if (spoken) {
      send({ type: 'response.output_audio.done', ...at });
      send({ type: 'response.output_audio_transcript.done', ...at, transcript: text });
    } else {
      send({ type: 'response.output_text.done', ...at, text });
    }
    send({ type: 'response.content_part.done', ...at, part: part(spoken, text) });
    close(at.output_index, messageItem(at.item_id, status, [spoken ? outputAudio(text) : outputText(text)]));
  };

  return {
    created: () => send({ type: 'response.created', response: responseObject(frame, null, [], null) }),
    text(delta) {
      const at = address();
      text += delta;
      send({ type: spoken ? 'response.output_audio_transcript.delta' : 'response.output_text.delta', ...at, delta });
    },
    toolCall({ callId, name, arguments: args }) {
      const item = {
        id: newId('item'),
        object: 'realtime.item',
        type: 'function_call',
        call_id: callId,
        name,
      } as const;
      const index = open({ ...item, status: 'in_progress', arguments: '' });
      const at = { response_id: frame.id, item_id: item.id, output_index: index, call_id: callId };
      send({ type: 'response.function_call_arguments.delta', ...at, delta: args });
      send({ type: 'response.function_call_arguments.done', ...at, name, arguments: args });
      close(index, { ...item, status: 'completed', arguments: args });
    },
    usage({ inputTokens, outputTokens }) {
      usage = {
        total_tokens: inputTokens + outputTokens,
        input_tokens: inputTokens,
        output_tokens: outputTokens,
        input_token_details: { text_tokens: inputTokens, audio_tokens: 0, cached_tokens: 0 },
        output_token_details: { text_tokens: outputTokens, audio_tokens: 0 },
      };
    },
    address,
    messageId: () => message?.item_id ?? null,
    done(outcome) {
      if (message !== null) closeMessage(message, outcome.status === 'completed' ? 'completed' : 'incomplete');
      send({ type: 'response.done', response: responseObject(frame, outcome, output, usage) });
    },
  };
}

function part(spoken: boolean, text: string): { type: 'audio'; transcript: string } | { type: 'text'; text: string } {
  return spoken ? { type: 'audio', transcript: text } : { type: 'text', text };
}

const outputAudio = (transcript: string): Part => ({ type: 'output_audio', transcript });
const outputText = (text: string): Part => ({ type: 'output_text', text });

function messageItem(id: string, status: ItemStatus, content: readonly Part[]): Item {
  return { id, object: 'realtime.item', type: 'message', status, role: 'assistant', content };
}

function responseObject(
  frame: ResponseFrame,
  outcome: Outcome | null,
  output: readonly Item[],
  usage: ResponseObject['usage'],
): ResponseObject {
  return {
    id: frame.id,
    object: 'realtime.response',
    status: outcome?.status ?? 'in_progress',
    status_details: outcome === null ? null : statusDetails(outcome),
    output: [...output],
    conversation_id: frame.conversationId,
    output_modalities: frame.modalities,
    audio: { output: { format: frame.format, voice: frame.voice } },
    max_output_tokens: frame.maxTokens,
    metadata: frame.metadata,
    usage,
  };
}

function statusDetails(outcome: Outcome): ResponseObject['status_details'] {
  switch (outcome.status) {
    case 'completed':
      return null;
    case 'cancelled':
    case 'incomplete':
      return { type: outcome.status, reason: outcome.reason };
    case 'failed':
      return { type: 'failed', error: { type: 'server_error', code: outcome.error.code } };
  }
}
