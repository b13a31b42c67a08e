/** Voices that an account makes of recordings at once, and deletes again. What such a voice sounds like is pretended. */
import { randomBytes } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { z } from 'zod';
import type { VendorVoice } from './catalogue.js';
import { complaints } from './complaints.js';
import { invalid, type Refusal, refusal, unknownVoice } from './refusals.js';

/** Of a form with recordings. */
const LARGEST_FORM = 64 << 20;
/** The embedded voice that lends its sound to all of them. */
const SPEAKER = 'iris';

const formSchema = z.strictObject({
  name: z.string().min(1),
  files: z.array(z.instanceof(File)).min(1).max(25),
  description: z.string().nullish(),
  labels: z.string().nullish(),
  remove_background_noise: z.enum(['true', 'false']).nullish(),
});

export type VoiceForm = Record<string, string | File[]>;

/** Undefined: it is no form, or too long. */
export async function voiceForm(request: IncomingMessage): Promise<VoiceForm | undefined> {
  const parts: Uint8Array[] = [];
  let length = 0;
  for await (const part of request as AsyncIterable<Buffer>) {
    length += part.length;
    if (length > LARGEST_FORM) return undefined;
    parts.push(part);
  }
  const headers = { 'content-type': request.headers['content-type'] ?? '' };
  const data = await new Response(Buffer.concat(parts), { headers }).formData().catch(() => null);
  if (data === null) return undefined;
  const fields = [...data].filter((entry): entry is [string, string] => typeof entry[1] === 'string');
  const files = [...data.getAll('files'), ...data.getAll('files[]')].filter((file) => file instanceof File);
  return { ...Object.fromEntries(fields), ...(files.length > 0 ? { files } : {}) };
}

/** As it is kept: of a file its name and size. */
export const shownVoiceForm = (form: VoiceForm): object => ({
  ...form,
  files: Array.isArray(form.files) ? form.files.map(({ name, size }) => ({ name, size })) : [],
});

export interface Voices {
  readonly all: readonly VendorVoice[];
  add(form: VoiceForm | undefined): { readonly answer: object } | { readonly refused: Refusal };
  remove(id: string): { readonly answer: object } | { readonly refused: Refusal };
}

/** `most`: how many of its own an account may have; none: it may not make any. */
export function accountVoices(premade: readonly VendorVoice[], most: number): Voices {
  let own: readonly VendorVoice[] = [];
  return {
    get all() {
      return [...premade, ...own];
    },
    add(form) {
      const { success, data, error } = formSchema.safeParse(form ?? {}, { reportInput: true });
      if (!success) return { refused: invalid(complaints('body', error)) };
      if (most === 0) return { refused: mayNot() };
      if (own.length >= most) return { refused: limitReached(own.length, most) };
      const voice: VendorVoice = {
        id: randomBytes(15).toString('base64url').replace(/[-_]/g, 'x').slice(0, 20),
        name: data.name,
        description: data.description ?? '',
        speaker: SPEAKER,
        isCloned: true,
      };
      own = [...own, voice];
      return { answer: { voice_id: voice.id, requires_verification: false } };
    },
    remove(id) {
      if (!own.some((voice) => voice.id === id)) return { refused: unknownVoice(id) };
      own = own.filter((voice) => voice.id !== id);
      return { answer: { status: 'ok' } };
    },
  };
}

const mayNot = () =>
  refusal(
    401,
    'can_not_use_instant_voice_cloning',
    'Your subscription does not include instant voice cloning. Upgrade it to use this feature.',
  );

const limitReached = (count: number, most: number) =>
  refusal(
    400,
    'voice_limit_reached',
    `You have as many custom voices as your subscription allows (${count} / ${most}).`,
  );
