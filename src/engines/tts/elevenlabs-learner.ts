/** Voices that the vendor makes of recordings at once ("instant voice cloning"), for accounts that may. */
import { z } from 'zod';
import { SPEECH_RATE } from '../../audio/pcm.js';
import { wavFile } from '../../audio/wav.js';
import { ParleyError } from '../../errors.js';
import type { Lesson, VoiceLearner } from '../learnt.js';
import { answerFailure, type ErrorAnswer, SERVICE, unreadable } from './elevenlabs-failure.js';
import { vendorAnswer } from './elevenlabs-fetch.js';
import type { ElevenLabsSettings } from './elevenlabs-settings.js';

const LONGEST_ANSWER = 64 * 1024;
/** Enough for the vendor to see who agreed; all of it is kept here. */
const LONGEST_DESCRIPTION = 500;

/** A slow line takes up 50 KB/s. */
const SAMPLES_A_MS = 25;
const NEVER = new AbortController().signal;

const addedSchema = z.looseObject({ voice_id: z.string().regex(/^[A-Za-z0-9_-]{1,64}$/) });

export function elevenLabsLearner(settings: ElevenLabsSettings): VoiceLearner {
  const ask = (path: string, method: string, signal: AbortSignal, body?: FormData, moreMs = 0) => {
    const patient = { ...settings, timeoutMs: settings.timeoutMs + moreMs };
    return vendorAnswer(patient, path, { method, mostBytes: LONGEST_ANSWER, ...(body && { body }) }, signal);
  };
  return {
    engine: SERVICE,
    async learn(lesson, signal) {
      signal.throwIfAborted();
      // What is on its way is waited for, whoever has gone meanwhile: a voice may come of it, and somebody has to know its
      // id to have it forgotten.
      const samples = lesson.recordings.reduce((sum, { length }) => sum + length, 0);
      const moreMs = Math.round(samples / SAMPLES_A_MS);
      const answer = await ask('/v1/voices/add', 'POST', NEVER, formOf(lesson), moreMs);
      if (answer.status !== 200) throw refusalOf(answer) ?? answerFailure(answer, settings.apiKey);
      const { success, data } = addedSchema.safeParse(answer.body);
      if (!success) throw unreadable('no id of the voice that it made');
      return { kind: 'vendor', id: data.voice_id };
    },
    async forget(vendorId, signal) {
      const answer = await ask(`/v1/voices/${encodeURIComponent(vendorId)}`, 'DELETE', signal);
      if (answer.status === 200) return;
      const failure = answerFailure(answer, settings.apiKey);
      if (failure.code !== 'unknown_voice') throw failure;
    },
  };
}

/** What only the account's owner can change. */
const WHY: Readonly<Record<string, string>> = {
  voice_limit_reached: 'the account has as many voices of its own as it may have',
  can_not_use_instant_voice_cloning: 'the account may not make voices of recordings',
};

const refusedSchema = z.looseObject({ detail: z.looseObject({ status: z.string() }) });

function refusalOf({ body }: ErrorAnswer): ParleyError | null {
  const why = WHY[refusedSchema.safeParse(body).data?.detail.status ?? ''];
  return why === undefined ? null : new ParleyError('cannot_learn', `${SERVICE}: ${why}.`);
}

/** The sound alone: neither the names of files nor what else a recorder writes into them leaves this machine. */
function formOf({ name, consent, recordings }: Lesson): FormData {
  const form = new FormData();
  form.append('name', name);
  form.append('description', [...consent].slice(0, LONGEST_DESCRIPTION).join(''));
  for (const [at, samples] of recordings.entries()) {
    const file = new Blob([wavFile(samples, SPEECH_RATE)], { type: 'audio/wav' });
    form.append('files', file, `recording-${at + 1}.wav`);
  }
  return form;
}
