/** What ElevenLabs says when something is wrong, by HTTP or on its socket, as a ParleyError. Its body is no contract: read loosely. */
import { z } from 'zod';
import { ParleyError } from '../../errors.js';
import { connectionFailure, vendorFailure } from '../vendors/vendor-failure.js';

export const SERVICE = 'elevenlabs' as const;

/** `code` is the newer name of `status`. */
const said = z.looseObject({
  status: z.string().nullish(),
  code: z.string().nullish(),
  message: z.string().nullish(),
});
const bodySchema = z.looseObject({ detail: z.union([said, z.string(), z.array(z.looseObject({ msg: z.string() }))]) });

/** A voice that is not there has a name of its own: the caller may choose another. */
const NO_VOICE = /voice.*not_(found|exist)|^invalid_uid$/;
/** So has a model: it stands in the settings, and no caller's wish changes it. */
const NO_MODEL = /model.*not_(found|exist)/;
/** The vendor has several words for text that it will not speak. */
const REFUSED = /moderat|content_policy|content_against|prohibited|detected_harmful/;

export interface ErrorAnswer {
  readonly status: number;
  readonly body: unknown;
  readonly retryAfter: string | null;
}

export function answerFailure({ status, body, retryAfter }: ErrorAnswer, apiKey: string): ParleyError {
  return failure(status, ...detailOf(body), retryAfter, apiKey);
}

/** What the socket says before it closes, as far as it is known; it has words, but no HTTP status. */
const STATUS_OF: readonly (readonly [RegExp, number])[] = [
  [/api_key|authenti|authoriz|permission/, 401],
  [/max_active_conversations|simultaneous contexts|system_busy|too_many|rate_limit/, 429],
  [/internal|server_error/, 500],
];

/** An error that came as a message on the socket. */
export function messageFailure(reason: string | null, message: string | null, apiKey: string): ParleyError {
  const words = `${reason ?? ''} ${message ?? ''}`.toLowerCase();
  if (/inactiv|input_timeout|timed? ?out/.test(words)) {
    return cutOff(new Error('it was taken to be idle'), apiKey);
  }
  const status = STATUS_OF.find(([pattern]) => pattern.test(words))?.[1] ?? 400;
  const isTooMany = /max_active_conversations|simultaneous contexts/.test(words);
  return failure(status, isTooMany ? 'too_many_concurrent_requests' : reason, message, null, apiKey);
}

/** Policy, by which the vendor closes for too many contexts, among others; all else is a connection that broke. */
const POLICY = 1008;

export function closeFailure(code: number, reason: string, apiKey: string): ParleyError {
  if (code === POLICY && reason !== '') return messageFailure(null, reason, apiKey);
  const why = new Error(`it was closed with ${code}${reason === '' ? '' : ` (${reason})`}`);
  return cutOff(why, apiKey);
}

/** An address may have a password in it, or a token. Up to the next blank: it may itself have been cut short. */
const ADDRESS = /\b[a-z][a-z\d+.-]*:\/\/\S*/gi;

/** The connection failed for this reason, in which an address is not repeated. */
export function cutOff(thrown: unknown, apiKey: string): ParleyError {
  const { code, message } = connectionFailure(SERVICE, thrown, [apiKey]);
  return new ParleyError(code, message.replace(ADDRESS, '(its address)'));
}

export const unreadable = (what: string): ParleyError => new ParleyError('vendor_broken', `${SERVICE} sent ${what}.`);

export const silence = (ms: number): ParleyError =>
  new ParleyError('deadline', `${SERVICE} sent nothing for ${ms} ms.`);

function failure(
  status: number,
  reason: string | null,
  message: string | null,
  retryAfter: string | null,
  apiKey: string,
): ParleyError {
  const word = reason !== null && REFUSED.test(reason) ? 'content_against_policy' : reason;
  if (reason !== null && NO_VOICE.test(reason)) {
    return new ParleyError('unknown_voice', `${SERVICE} does not know this voice.`, { param: 'voice' });
  }
  if (reason !== null && NO_MODEL.test(reason)) {
    return new ParleyError('unknown_model', `${SERVICE} does not know the model of ELEVENLABS_MODEL.`);
  }
  return vendorFailure({ service: SERVICE, status, reason: word, message, retryAfter, secrets: [apiKey] });
}

function detailOf(body: unknown): [reason: string | null, message: string | null] {
  const { success, data } = bodySchema.safeParse(body);
  if (!success) return [null, null];
  const { detail } = data;
  if (typeof detail === 'string') return [null, detail];
  if (Array.isArray(detail)) return [null, detail.map(({ msg }) => msg).join('; ')];
  return [detail.status ?? detail.code ?? null, detail.message ?? null];
}
