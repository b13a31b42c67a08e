/** How the vendor says no: over HTTP a status and a `detail`, on a socket a message with a code, and then the close. */
import type { Fault } from '../faults.js';

export interface Refusal {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: { readonly detail: Detail | readonly Complaint[] };
}

/** `code` is the newer name of `status`; answers carry both. */
interface Detail {
  readonly status: string;
  readonly code: string;
  readonly message: string;
}

/** One thing that a request's fields have wrong. */
export interface Complaint {
  readonly loc: readonly (string | number)[];
  readonly msg: string;
  readonly type: string;
}

export const refusal = (status: number, reason: string, message: string): Refusal => ({
  status,
  headers: {},
  body: { detail: { status: reason, code: reason, message } },
});

export const invalid = (complaints: readonly Complaint[]): Refusal => ({
  status: 422,
  headers: {},
  body: { detail: complaints },
});

export const wrongKey = () => refusal(401, 'invalid_api_key', 'Invalid API key');
export const unknownVoice = (voice: string) =>
  refusal(404, 'voice_not_found', `A voice with the voice_id ${voice} was not found.`);
export const unknownModel = (model: string) =>
  refusal(400, 'model_not_found', `A model with model ID ${model} does not exist.`);
export const unknownFormat = (format: string) =>
  refusal(400, 'invalid_output_format', `The output format ${format} is not one of those that are served here.`);
export const emptyText = () => refusal(400, 'empty_text', 'Text must not be empty.');
export const tooLong = (longest: number) =>
  refusal(400, 'max_character_limit_exceeded', `A request to this model may have ${longest} characters.`);
export const tooMany = () =>
  refusal(429, 'too_many_concurrent_requests', 'Too many concurrent requests for your subscription.');

const SENTENCES: Readonly<Record<string, string>> = {
  invalid_api_key: 'Invalid API key',
  quota_exceeded: 'This request exceeds your quota: you have 0 credits remaining.',
  too_many_concurrent_requests: 'Too many concurrent requests for your subscription.',
  system_busy: 'The system is experiencing heavy traffic. Please try again.',
  internal_server_error: 'An internal error occurred. You are not charged for this request.',
  service_unavailable: 'The service is temporarily unavailable.',
};

const REASONS: Readonly<Record<number, string>> = {
  401: 'invalid_api_key',
  429: 'system_busy',
  500: 'internal_server_error',
  503: 'service_unavailable',
};

/** The answer of a vendor that was told to fail with a status. */
export function faultRefusal({ status, reason, retryAfter }: Fault & { kind: 'status' }): Refusal {
  const word = reason ?? REASONS[status] ?? 'error';
  return {
    ...refusal(status, word, SENTENCES[word] ?? `The vendor was told to answer ${status}.`),
    headers: retryAfter === undefined ? {} : { 'retry-after': retryAfter },
  };
}

/** What an open socket is told before it is closed with 1008. */
export interface SocketError {
  readonly error: string;
  readonly message: string;
}

export function asSocketError({ body: { detail } }: Refusal): SocketError {
  if ('message' in detail) return { error: detail.status, message: detail.message };
  return { error: 'invalid_message', message: detail.map(({ loc, msg }) => `${loc.join('.')}: ${msg}`).join('; ') };
}
