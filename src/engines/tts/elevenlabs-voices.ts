/**
 * Which voices there are: the configured one, what the vendor lists, and those that it has learnt for us. Asking for the
 * list costs nothing, so it is the probe.
 */
import { z } from 'zod';
import { ParleyError } from '../../errors.js';
import type { Voice } from '../contract.js';
import { NONE_LEARNT } from '../learnt.js';
import { answerFailure, SERVICE, unreadable } from './elevenlabs-failure.js';
import { vendorAnswer } from './elevenlabs-fetch.js';
import type { ElevenLabsSettings } from './elevenlabs-settings.js';

export interface VoiceList {
  /** The configured one first. */
  known(): readonly Voice[];
  has(voice: string): boolean;
  /** Not listed, because nothing is. */
  mayHave(voice: string): boolean;
  /** The vendor's id for it. Throws if it is known that there is no such voice. */
  find(voice: string): string;
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
/** As learnt voices are called here. */
const OURS = /^voice_/;
/** ISO 639-1, with or without a country. */
const LANGUAGE = /^[a-z]{2}(-[a-z]{2,})?$/i;

export function voiceList(settings: ElevenLabsSettings): VoiceList {
  const { voice: configured, learnt = NONE_LEARNT } = settings;
  let listed: readonly Voice[] | null = null;

  const known = (): readonly Voice[] => {
    const first = listed?.find(({ id }) => id === configured) ?? { id: configured, name: configured, language: null };
    const ours = learnt.of(SERVICE);
    // The vendor lists those, too, by its own ids.
    const isOurs = (id: string) => ours.some(({ kept }) => kept.kind === 'vendor' && kept.id === id);
    const others = (listed ?? []).filter(({ id }) => id !== configured && !isOurs(id));
    return [first, ...others, ...ours.map(({ id, name, language }) => ({ id, name, language }))];
  };
  const learntId = (voice: string): string | null => {
    const kept = learnt.of(SERVICE).find(({ id }) => id === voice)?.kept;
    return kept?.kind === 'vendor' ? kept.id : null;
  };
  const has = (voice: string) => {
    // One of ours that has gone is none of the vendor's, either.
    if (OURS.test(voice)) return learntId(voice) !== null;
    return listed === null || known().some(({ id }) => id === voice);
  };
  return {
    known,
    has,
    mayHave: (voice) => listed === null && VOICE_ID.test(voice),
    find(voice) {
      if (has(voice)) return learntId(voice) ?? voice;
      throw new ParleyError('unknown_voice', `elevenlabs lists no voice "${voice}".`, { param: 'voice' });
    },
    async ask(signal) {
      listed = (await askedFor(settings, signal)) ?? listed;
    },
  };
}

/** Null: the key may speak, but not list the voices. */
async function askedFor(settings: ElevenLabsSettings, signal: AbortSignal): Promise<readonly Voice[] | null> {
  const answer = await vendorAnswer(settings, '/v1/voices', { mostBytes: LONGEST_LIST }, signal);
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

const languageOf = (label: unknown): string | null =>
  typeof label === 'string' && LANGUAGE.test(label) ? label : null;
