/** Reads what a socket is opened with. */
import { z } from 'zod';
import type { Account } from './account.js';
import { DEFAULT_MODEL, type VendorModel } from './catalogue.js';
import { complaints } from './complaints.js';
import { DEFAULT_FORMAT, type OutputFormat, outputFormat } from './formats.js';
import { asSocketError, invalid, type SocketError, unknownFormat } from './refusals.js';

const flag = (usual: 'true' | 'false') =>
  z
    .enum(['true', 'false'])
    .default(usual)
    .transform((word) => word === 'true');

const schema = z.strictObject({
  model_id: z.string().default(DEFAULT_MODEL),
  output_format: z.string().default(DEFAULT_FORMAT),
  language_code: z.string().optional(),
  enable_logging: flag('true'),
  enable_ssml_parsing: flag('false'),
  inactivity_timeout: z.coerce.number().int().min(1).max(180).default(20),
  sync_alignment: flag('false'),
  auto_mode: flag('false'),
  apply_text_normalization: z.enum(['auto', 'on', 'off']).optional(),
  seed: z.coerce.number().int().min(0).max(4_294_967_295).optional(),
  'xi-api-key': z.string().optional(),
  authorization: z.string().optional(),
});

export interface SocketSetup {
  readonly speaker: string;
  readonly model: VendorModel;
  readonly format: OutputFormat;
  readonly inactivityMs: number;
  readonly isSynchronous: boolean;
  /** Every message of text is spoken at once, without waiting for more. */
  readonly isAutomatic: boolean;
  readonly key: string | undefined;
}

export function socketSetup(
  voiceId: string,
  query: URLSearchParams,
  { models, voices }: Pick<Account, 'models' | 'voices'>,
): SocketSetup | { readonly refused: SocketError } {
  const { success, data, error } = schema.safeParse(Object.fromEntries(query), { reportInput: true });
  if (!success) return { refused: asSocketError(invalid(complaints('query', error))) };
  const format = outputFormat(data.output_format);
  if (format === undefined) return { refused: asSocketError(unknownFormat(data.output_format)) };
  const voice = voices.all.find(({ id }) => id === voiceId);
  // A socket has words of its own for these two.
  if (voice === undefined) return unknown('voice', voiceId);
  const model = models.find(({ id }) => id === data.model_id);
  if (model === undefined) return unknown('model', data.model_id);
  return {
    speaker: voice.speaker,
    model,
    format,
    inactivityMs: data.inactivity_timeout * 1000,
    isSynchronous: data.sync_alignment,
    isAutomatic: data.auto_mode,
    key: data['xi-api-key'] ?? bearer(data.authorization),
  };
}

const unknown = (what: 'voice' | 'model', id: string) => ({
  refused: { error: `${what}_id_does_not_exist`, message: `A ${what} with ${what}_id ${id} does not exist.` },
});

export const bearer = (authorization: string | undefined): string | undefined =>
  authorization?.replace(/^Bearer /i, '');
