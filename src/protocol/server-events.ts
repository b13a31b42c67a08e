/**
 * What the server says: the events of OpenAI Realtime that a cascaded server can send, and Parley's own `avatar.*`,
 * which stock clients pass over. Types only: the server makes these, and a test pushes each through a stock client's
 * own parser. Runs in browsers: no imports of ours but types.
 */
import type { Item } from './items.js';
import type { AudioFormat, OutputModalities, SessionSettings } from './session.js';

/** Where in a response something belongs. */
export interface PartAddress {
  readonly response_id: string;
  readonly item_id: string;
  readonly output_index: number;
  readonly content_index: number;
}

export type ResponseStatus = 'in_progress' | 'completed' | 'cancelled' | 'incomplete' | 'failed';

export interface ResponseObject {
  readonly id: string;
  readonly object: 'realtime.response';
  readonly status: ResponseStatus;
  readonly status_details: {
    readonly type: ResponseStatus;
    readonly reason?: 'turn_detected' | 'client_cancelled' | 'max_output_tokens' | 'content_filter';
    readonly error?: { readonly type: string; readonly code: string };
  } | null;
  readonly output: readonly Item[];
  readonly conversation_id: string | null;
  readonly output_modalities: OutputModalities;
  readonly audio: { readonly output: { readonly format: AudioFormat; readonly voice: string } };
  readonly max_output_tokens: number | 'inf';
  readonly metadata: Readonly<Record<string, string>> | null;
  readonly usage: {
    readonly total_tokens: number;
    readonly input_tokens: number;
    readonly output_tokens: number;
    readonly input_token_details: Readonly<Record<string, number>>;
    readonly output_token_details: Readonly<Record<string, number>>;
  } | null;
}

export interface ErrorBody {
  readonly type: 'invalid_request_error' | 'server_error';
  readonly code: string;
  readonly message: string;
  readonly param: string | null;
  readonly event_id: string | null;
}

type RealtimeEvent =
  | { type: 'session.created' | 'session.updated'; session: SessionSettings }
  | { type: 'conversation.item.added' | 'conversation.item.done'; item: Item; previous_item_id: string | null }
  | { type: 'conversation.item.retrieved'; item: Item }
  | { type: 'conversation.item.deleted'; item_id: string }
  | { type: 'conversation.item.truncated'; item_id: string; content_index: number; audio_end_ms: number }
  | { type: 'input_audio_buffer.speech_started'; item_id: string; audio_start_ms: number }
  | { type: 'input_audio_buffer.speech_stopped'; item_id: string; audio_end_ms: number }
  | { type: 'input_audio_buffer.committed'; item_id: string; previous_item_id: string | null }
  | { type: 'input_audio_buffer.cleared' }
  /** The caller said nothing in this part of its audio, so that it is spoken to. */
  | { type: 'input_audio_buffer.timeout_triggered'; item_id: string; audio_start_ms: number; audio_end_ms: number }
  | {
      type: 'conversation.item.input_audio_transcription.delta';
      item_id: string;
      content_index: number;
      delta: string;
    }
  /** Without `usage`: agents-realtime drops the whole event for one that counts seconds instead of tokens. */
  | {
      type: 'conversation.item.input_audio_transcription.completed';
      item_id: string;
      content_index: number;
      transcript: string;
    }
  | {
      type: 'conversation.item.input_audio_transcription.failed';
      item_id: string;
      content_index: number;
      /** Without `param`: agents-realtime drops the whole event for one that is null. */
      error: { readonly type: string; readonly code: string; readonly message: string };
    }
  | { type: 'response.created' | 'response.done'; response: ResponseObject }
  | {
      type: 'response.output_item.added' | 'response.output_item.done';
      response_id: string;
      output_index: number;
      item: Item;
    }
  | ({
      type: 'response.content_part.added' | 'response.content_part.done';
      part: { type: 'audio'; transcript: string } | { type: 'text'; text: string };
    } & PartAddress)
  | ({ type: 'response.output_text.delta'; delta: string } & PartAddress)
  | ({ type: 'response.output_text.done'; text: string } & PartAddress)
  | ({ type: 'response.output_audio.delta'; delta: string } & PartAddress)
  | ({ type: 'response.output_audio.done' } & PartAddress)
  | ({ type: 'response.output_audio_transcript.delta'; delta: string } & PartAddress)
  | ({ type: 'response.output_audio_transcript.done'; transcript: string } & PartAddress)
  | {
      type: 'response.function_call_arguments.delta';
      response_id: string;
      item_id: string;
      output_index: number;
      call_id: string;
      delta: string;
    }
  | {
      type: 'response.function_call_arguments.done';
      response_id: string;
      item_id: string;
      output_index: number;
      call_id: string;
      name: string;
      arguments: string;
    }
  | { type: 'error'; error: ErrorBody };

export type AvatarState = 'idle' | 'listening' | 'thinking' | 'speaking' | 'interrupted';

/** Positions count samples at 24 kHz from the start of the response, as in the media frames. */
export type AvatarEvent =
  /** The face of this session. Sent after session.created, and again if a session changes its avatar. */
  | {
      type: 'avatar.announced';
      avatar: {
        readonly id: string;
        readonly name: string;
        readonly pack: { readonly url: string; readonly bytes: number; readonly sha256: string };
        readonly width: number;
        readonly height: number;
        readonly fps: number;
        readonly frames: number;
      };
    }
  | { type: 'avatar.state'; state: AvatarState; response_id: string | null }
  /** `response` numbers this response in every media frame; picture 0 lies on base picture `base`. */
  | { type: 'avatar.response'; response: number; response_id: string; base: number }
  /** Words and when they sound, sent before they do. `from` and `to` count characters of the transcript. */
  | {
      type: 'avatar.words';
      response: number;
      response_id: string;
      item_id: string;
      words: readonly {
        readonly text: string;
        readonly from: number;
        readonly to: number;
        readonly start: number;
        readonly end: number;
      }[];
    }
  /** A whole picture as base64, for stock clients that asked for `?video=frames`. Response 0: while nothing sounds. */
  | { type: 'avatar.picture'; response: number; position: number; base: number; jpeg: string }
  /** No audio comes after this position. */
  | { type: 'avatar.end'; response: number; response_id: string; position: number }
  /** Stop sound and picture of this response at once, drop what is queued, and report what was played. */
  | { type: 'avatar.flush'; response: number; response_id: string; reason: 'client_cancelled' | 'turn_detected' }
  | { type: 'avatar.pause'; response: number; response_id: string }
  | { type: 'avatar.resume'; response: number; response_id: string; position: number }
  /** When each stage of the turn happened, in milliseconds from its start. */
  | { type: 'avatar.timings'; response_id: string; marks: Readonly<Record<string, number>> };

export type ServerEvent = RealtimeEvent | AvatarEvent;
export type ServerEventType = ServerEvent['type'];

/** The event of this type, also where several types share one shape. */
export type ServerEventOf<Type extends ServerEventType> = ServerEvent extends infer Event
  ? Event extends { type: infer Types }
    ? Type extends Types
      ? Event & { type: Type }
      : never
    : never
  : never;
