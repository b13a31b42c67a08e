/** What is written down beside a learnt voice. It may have been changed by anybody since: it is read as a stranger's. */
import { z } from 'zod';
import type { Kept } from '../engines/learnt.js';

export const VOICE_ID = /^voice_[0-9a-f]{16}$/;
export const MOST_NAME = 80;
/** A statement, and no treatise. */
export const MOST_CONSENT = 1000;
export const LEAST_CONSENT = 10;

/** No control characters, nothing that turns text around, no lone surrogates. */
const PRINTABLE = /^[^\p{C}\p{Zl}\p{Zp}]+$/u;

export const voiceName = z
  .string('expected a name for the voice')
  // Blanks of other widths are blanks to people, and to the worker no characters that can be printed.
  .transform((text) => text.replace(/\p{Zs}/gu, ' '))
  .pipe(
    z
      .string()
      .trim()
      .min(1, 'expected a name for the voice')
      .max(MOST_NAME, `expected at most ${MOST_NAME} characters`)
      .regex(PRINTABLE, 'expected characters that can be printed'),
  );

const aboutSchema = z.strictObject({
  id: z.string().regex(VOICE_ID),
  name: voiceName,
  engine: z.enum(['coqui', 'elevenlabs']),
  created: z.iso.datetime(),
  seconds: z.number().min(0).max(1000),
  language: z.string().max(20).optional(),
  consent: z.strictObject({ statement: z.string().min(LEAST_CONSENT).max(MOST_CONSENT), given: z.iso.datetime() }),
  /** Of voice.safetensors. */
  sha256: z
    .string()
    .regex(/^[0-9a-f]{64}$/)
    .optional(),
  vendor_id: z
    .string()
    .regex(/^[A-Za-z0-9_-]{1,64}$/)
    .optional(),
});

export type About = z.infer<typeof aboutSchema>;

/** Null: it is none. */
export function readAbout(text: string): About | null {
  try {
    return aboutSchema.safeParse(JSON.parse(text)).data ?? null;
  } catch {
    return null;
  }
}

/** Null: it does not say where the voice is, or says it twice. */
export function keptOf({ sha256, vendor_id: id }: About): Kept | null {
  if (sha256 !== undefined && id === undefined) return { kind: 'here', sha256 };
  return sha256 === undefined && id !== undefined ? { kind: 'vendor', id } : null;
}
