/**
 * What goes over the vendor's multi-context socket, and what comes. The vendor's SDK has no client for it, but it has the
 * types of the messages: ours are checked against them here, and by its own serialisers in the tests.
 */
import type { ElevenLabs } from 'elevenlabs';
import { z } from 'zod';
import type { TimedChar } from './elevenlabs-parts.js';
import { type ElevenLabsSettings, voiceSettings } from './elevenlabs-settings.js';

/** The vendor closes contexts to which nothing is sent for so long; this is its most. */
export const INACTIVITY_S = 180;

export function socketUrl({ baseUrl, model, format }: ElevenLabsSettings, voice: string, inactivityS: number): URL {
  const url = new URL(baseUrl);
  url.protocol = url.protocol === 'http:' ? 'ws:' : 'wss:';
  url.pathname = `${url.pathname.replace(/\/$/, '')}/v1/text-to-speech/${encodeURIComponent(voice)}/multi-stream-input`;
  url.search = new URLSearchParams({
    model_id: model,
    output_format: format,
    auto_mode: 'true',
    sync_alignment: 'true',
    inactivity_timeout: String(inactivityS),
  }).toString();
  return url;
}

/** A context begins with one blank; its settings can be told only then. */
export const openContext = (settings: ElevenLabsSettings, contextId: string, speed: number): string =>
  wire({
    text: ' ',
    contextId,
    voiceSettings: voiceSettings(settings, speed),
  } satisfies ElevenLabs.InitializeConnectionMulti);

export const sendText = (contextId: string, text: string): string =>
  wire({ contextId, text, flush: true } satisfies ElevenLabs.SendTextMulti);

export const keepContext = (contextId: string): string =>
  wire({ text: '', contextId } satisfies ElevenLabs.KeepContextAlive);

/** What was flushed is still spoken to its end; then `isFinal` comes. */
export const closeContext = (contextId: string): string =>
  wire({ contextId, closeContext: true } satisfies ElevenLabs.CloseContext);

/** The SDK's names are ours, in camel case; the wire's are in snake case. */
const wire = (message: object): string => JSON.stringify(snakeCased(message));

function snakeCased(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  const named = Object.entries(value).map(([name, inner]) => [
    name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`),
    snakeCased(inner),
  ]);
  return Object.fromEntries(named);
}

/** A character, or the few that a vendor takes for one. */
const LONGEST_CHAR = 100;

const times = z.looseObject({
  chars: z.array(z.string().max(LONGEST_CHAR)).nullish(),
  charStartTimesMs: z.array(z.number()).nullish(),
  charDurationsMs: z.array(z.number()).nullish(),
});
/** Names that change from one version of the vendor's documents to the next are taken in either case. */
const messageSchema = z.looseObject({
  audio: z.string().nullish(),
  alignment: times.nullish(),
  isFinal: z.boolean().nullish(),
  is_final: z.boolean().nullish(),
  contextId: z.string().nullish(),
  context_id: z.string().nullish(),
  error: z.string().nullish(),
  message: z.string().nullish(),
});

export type ServerMessage =
  | { readonly kind: 'audio'; readonly context: string; readonly bytes: Uint8Array; readonly chars: TimedChar[] | null }
  | { readonly kind: 'final'; readonly context: string }
  | { readonly kind: 'error'; readonly reason: string | null; readonly message: string | null }
  /** Something that is no news to us. */
  | { readonly kind: 'other' };

/** Null: it cannot be read. A message with the last audio may be the final one as well: it gives two. */
export function readMessage(text: string): ServerMessage[] | null {
  const { success, data } = messageSchema.safeParse(jsonOf(text));
  if (!success) return null;
  if (data.error != null || (data.message != null && data.audio == null)) {
    return [{ kind: 'error', reason: data.error ?? null, message: data.message ?? null }];
  }
  const context = data.contextId ?? data.context_id ?? '';
  const messages: ServerMessage[] = [];
  const chars = timedChars(data.alignment ?? null);
  if (data.audio != null && (data.audio !== '' || chars !== null)) {
    const bytes = audioBytes(data.audio);
    if (bytes === null) return null;
    messages.push({ kind: 'audio', context, bytes, chars });
  }
  if (data.isFinal === true || data.is_final === true) messages.push({ kind: 'final', context });
  return messages.length > 0 ? messages : [{ kind: 'other' }];
}

/** Null: it is no base64. Node skips what is none, so that too few bytes come out; a look at every character took longer than reading it. */
function audioBytes(text: string): Uint8Array | null {
  const bytes = Buffer.from(text, 'base64');
  return text.length % 4 === 0 && bytes.byteLength === Buffer.byteLength(text, 'base64') ? bytes : null;
}

/** Undefined: it is no JSON. */
export function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** `alignment`, never `normalizedAlignment`: its characters are those that were sent, and words are places in those. */
function timedChars(alignment: z.infer<typeof times> | null): TimedChar[] | null {
  const { chars, charStartTimesMs: starts, charDurationsMs: durations } = alignment ?? {};
  if (chars == null || starts?.length !== chars.length || durations?.length !== chars.length) return null;
  return chars.map((char, n) => ({ char, startMs: starts[n]!, endMs: starts[n]! + durations[n]! }));
}
