/** Reads a request for speech over HTTP, strictly: whatever the vendor does not know is an error here. */
import { z } from 'zod';
import type { Account } from './account.js';
import { DEFAULT_MODEL, type VendorModel } from './catalogue.js';
import { complaints } from './complaints.js';
import { DEFAULT_FORMAT, outputFormat } from './formats.js';
import { emptyText, invalid, type Refusal, tooLong, unknownFormat, unknownModel, unknownVoice } from './refusals.js';
import type { Saying } from './spoken-pieces.js';
import { outOfRange, voiceSettings } from './voice-settings.js';

const flag = z.enum(['true', 'false']);

const querySchema = z.strictObject({
  output_format: z.string().default(DEFAULT_FORMAT),
  enable_logging: flag.optional(),
  optimize_streaming_latency: z.enum(['0', '1', '2', '3', '4']).optional(),
});

const bodySchema = z.strictObject({
  text: z.string(),
  model_id: z.string().nullish(),
  language_code: z.string().nullish(),
  voice_settings: voiceSettings.nullish(),
  pronunciation_dictionary_locators: z
    .array(z.strictObject({ pronunciation_dictionary_id: z.string(), version_id: z.string().nullish() }))
    .max(3)
    .nullish(),
  seed: z.int().min(0).max(4_294_967_295).nullish(),
  previous_text: z.string().nullish(),
  next_text: z.string().nullish(),
  previous_request_ids: z.array(z.string()).max(3).nullish(),
  next_request_ids: z.array(z.string()).max(3).nullish(),
  use_pvc_as_ivc: z.boolean().nullish(),
  apply_text_normalization: z.enum(['auto', 'on', 'off']).nullish(),
  apply_language_text_normalization: z.boolean().nullish(),
});

export type SpeechRequest = Saying | { readonly refused: Refusal };

export function speechRequest(
  voiceId: string,
  query: URLSearchParams,
  json: unknown,
  { models, voices }: Pick<Account, 'models' | 'voices'>,
): SpeechRequest {
  const asked = querySchema.safeParse(Object.fromEntries(query), { reportInput: true });
  const body = bodySchema.safeParse(json, { reportInput: true });
  if (!asked.success || !body.success) {
    const ofQuery = asked.success ? [] : complaints('query', asked.error);
    return { refused: invalid([...ofQuery, ...(body.success ? [] : complaints('body', body.error))]) };
  }
  const { text, model_id, voice_settings } = body.data;
  const format = outputFormat(asked.data.output_format);
  if (format === undefined) return { refused: unknownFormat(asked.data.output_format) };
  const voice = voices.all.find(({ id }) => id === voiceId);
  if (voice === undefined) return { refused: unknownVoice(voiceId) };
  const model = models.find(({ id }) => id === (model_id ?? DEFAULT_MODEL));
  if (model === undefined) return { refused: unknownModel(model_id ?? DEFAULT_MODEL) };
  const refused = outOfRange(voice_settings) ?? textRefused(text, model);
  if (refused !== null) return { refused };
  return { text, speaker: voice.speaker, speed: voice_settings?.speed ?? 1, format, isSynchronous: true };
}

function textRefused(text: string, { longest }: VendorModel): Refusal | null {
  if (text.trim() === '') return emptyText();
  return text.length > longest ? tooLong(longest) : null;
}
