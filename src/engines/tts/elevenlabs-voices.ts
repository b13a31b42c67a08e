/** Which voices there are: the configured one, and what the vendor lists. Asking for the list costs nothing, so it is the probe. */
import { z } from 'zod';
import { ParleyError } from '../../errors.js';
import type { Voice } from '../contract.js';
import { answerFailure, cutOff, silence, unreadable } from './elevenlabs-failure.js';
import { vendorFetch } from './elevenlabs-fetch.js';
import type { ElevenLabsSettings } from './elevenlabs-settings.js';
import { jsonOf } from './elevenlabs-wire.js';

export interface VoiceList {
  /** The configured one first. */
  known(): readonly Voice[];
  has(voice: string): boolean;
  /** Not listed, because nothing is. */
  mayHave(voice: string): boolean;
  /** Throws if it is known that there is no such voice. */
  check(voice: string): void;
  ask(signal: AbortSignal): Promise<void>;
}

const voiceSchema = z.looseObject({
  voice_id: z.string(),
  name: z.string().nullish(),
  labels: z.looseObject({ language: z.unknown(), locale: z.unknown() }).partial().nullish(),
});
const listSchema = z.looseObject({ voices: z.array(voiceSchema) });
const mayNotListSchema = z.looseObject({ detail: z.looseObject({ status: z.literal('missing_permissions') }) });
/** A thousand voices take half of it. */
const LONGEST_LIST = 1024 * 1024;
/** As the vendor makes them. */
const VOICE_ID = /^[A-Za-z0-9]{20}$/;
/** ISO 639-1, with or without a country. */
const LANGUAGE = /^[a-z]{2}(-[a-z]{2,})?$/i;

export function voiceList(settings: ElevenLabsSettings): VoiceList {
  const { voice: configured } = settings;
  let listed: readonly Voice[] | null = null;

  const known = (): readonly Voice[] => {
    const first = listed?.find(({ id }) => id === configured) ?? { id: configured, name: configured, language: null };
    return [first, ...(listed ?? []).filter(({ id }) => id !== configured)];
  };
  const has = (voice: string) => listed === null || known().some(({ id }) => id === voice);
  return {
    known,
    has,
    mayHave: (voice) => listed === null && VOICE_ID.test(voice),
    check(voice) {
      if (has(voice)) return;
      throw new ParleyError('unknown_voice', `elevenlabs lists no voice "${voice}".`, { param: 'voice' });
    },
    async ask(signal) {
      listed = (await askedFor(settings, signal)) ?? listed;
    },
  };
}

/** Null: the key may speak, but not list the voices. */
async function askedFor(settings: ElevenLabsSettings, signal: AbortSignal): Promise<readonly Voice[] | null> {
  const answer = await answered(settings, signal);
  if (mayNotListSchema.safeParse(answer.body).success) return null;
  if (answer.status !== 200) throw answerFailure(answer, settings.apiKey);
  const { success, data } = listSchema.safeParse(answer.body);
  if (!success) throw unreadable('a list of voices that cannot be read');
  return data.voices.map(({ voice_id: id, name, labels }) => ({
    id,
    name: name ?? id,
    language: languageOf(labels?.language ?? labels?.locale),
  }));
}

async function answered({ apiKey, baseUrl, timeoutMs }: ElevenLabsSettings, signal: AbortSignal) {
  const late = AbortSignal.timeout(timeoutMs);
  try {
    const response = await vendorFetch(LONGEST_LIST)(`${baseUrl.replace(/\/$/, '')}/v1/voices`, {
      headers: { 'xi-api-key': apiKey },
      signal: AbortSignal.any([signal, late]),
    });
    const text = await response.text();
    return { status: response.status, body: jsonOf(text), retryAfter: response.headers.get('retry-after') };
  } catch (thrown) {
    signal.throwIfAborted();
    if (thrown instanceof ParleyError) throw thrown;
    throw late.aborted ? silence(timeoutMs) : cutOff(thrown, apiKey);
  }
}

const languageOf = (label: unknown): string | null =>
  typeof label === 'string' && LANGUAGE.test(label) ? label : null;
