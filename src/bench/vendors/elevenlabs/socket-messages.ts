/** What a client may say on a socket, and what it is told. */
import { z } from 'zod';
import { complaints } from './complaints.js';
import { asSocketError, invalid, type SocketError } from './refusals.js';
import { bearer } from './socket-query.js';
import type { Piece } from './spoken-pieces.js';
import { outOfRange, type VoiceSettings, voiceSettings } from './voice-settings.js';

/** The context of messages that name none. */
const DEFAULT_CONTEXT = 'default';

const schema = z.strictObject({
  text: z.string().nullish(),
  context_id: z.string().min(1).default(DEFAULT_CONTEXT),
  flush: z.boolean().default(false),
  close_context: z.boolean().default(false),
  close_socket: z.boolean().default(false),
  voice_settings: voiceSettings.optional(),
  generation_config: z
    .strictObject({ chunk_length_schedule: z.array(z.int().min(50).max(500)).min(1).optional() })
    .optional(),
  pronunciation_dictionary_locators: z
    .array(z.strictObject({ pronunciation_dictionary_id: z.string(), version_id: z.string() }))
    .optional(),
  // The public documents have the name with dashes, the vendor's types have both.
  'xi-api-key': z.string().optional(),
  xi_api_key: z.string().optional(),
  authorization: z.string().optional(),
});

/** What only the first message of a context may carry. */
export interface ContextSettings {
  readonly voice: VoiceSettings | undefined;
  /** How many characters have to have come before the first, second ... part of them is spoken. */
  readonly schedule: readonly number[] | undefined;
}

export interface ClientMessage {
  readonly context: string;
  readonly text: string;
  readonly does: 'text' | 'flush' | 'close_context' | 'close_socket';
  readonly settings: ContextSettings;
  readonly key: string | undefined;
}

export function clientMessage(data: Buffer, isBinary: boolean): ClientMessage | { readonly refused: SocketError } {
  const json = isBinary ? undefined : parsed(data.toString());
  if (json === undefined) return { refused: { error: 'invalid_message', message: 'A message is one JSON object.' } };
  const { success, data: message, error } = schema.safeParse(json, { reportInput: true });
  if (!success) return { refused: asSocketError(invalid(complaints('body', error))) };
  const refused = outOfRange(message.voice_settings);
  if (refused !== null) return { refused: asSocketError(refused) };
  return {
    context: message.context_id,
    text: message.text ?? '',
    does: actOf(message),
    settings: { voice: message.voice_settings, schedule: message.generation_config?.chunk_length_schedule },
    key: message['xi-api-key'] ?? message.xi_api_key ?? bearer(message.authorization),
  };
}

function actOf(message: z.infer<typeof schema>): ClientMessage['does'] {
  if (message.close_socket) return 'close_socket';
  if (message.close_context) return 'close_context';
  return message.flush ? 'flush' : 'text';
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

export function audioMessage(contextId: string, { bytes, characters }: Piece): string {
  const alignment =
    characters.length === 0
      ? null
      : {
          chars: characters.map(({ character }) => character),
          charStartTimesMs: characters.map(({ startMs }) => startMs),
          charDurationsMs: characters.map(({ durationMs }) => durationMs),
        };
  const audio = Buffer.from(bytes).toString('base64');
  return JSON.stringify({ audio, alignment, normalizedAlignment: alignment, contextId });
}

export const finalMessage = (contextId: string) => JSON.stringify({ isFinal: true, contextId });
export const errorMessage = (error: SocketError) => JSON.stringify({ ...error, code: 1008 });
