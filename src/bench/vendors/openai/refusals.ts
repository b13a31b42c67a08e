/** What the vendor says when it does not answer: a status, `{ error: … }`, and the headers that belong to it. */
import type { Fault } from '../faults.js';

export interface ErrorObject {
  readonly message: string;
  readonly type: string;
  /** The field that was wrong, as a path: `messages[0].content`. */
  readonly param: string | null;
  readonly code: string | null;
}

/** Thrown by whoever finds a reason; the server writes it. */
export class Refused extends Error {
  readonly status: number;
  readonly error: ErrorObject;
  readonly headers: Readonly<Record<string, string>>;

  constructor(status: number, error: ErrorObject, headers: Readonly<Record<string, string>> = {}) {
    super(error.message);
    this.name = 'Refused';
    this.status = status;
    this.error = error;
    this.headers = headers;
  }
}

/** 25 MiB: what a body may weigh. */
export const MOST_BYTES = 26_214_400;

/** The caller's mistake. */
export function invalid(message: string, param: string | null = null, code: string | null = null, status = 400) {
  return new Refused(status, { message, type: 'invalid_request_error', param, code });
}

/** Null: the request came without a key. */
export function invalidKey(key: string | null): Refused {
  const what = key === null ? "You didn't provide an API key." : `Incorrect API key provided: ${masked(key)}.`;
  return invalid(
    `${what} Send the right one in the header Authorization, after "Bearer ".`,
    null,
    'invalid_api_key',
    401,
  );
}

/** A short key is not shown at all: four of its characters would be most of it. */
function masked(key: string): string {
  const shown = key.length > 8 ? key.slice(-4) : '';
  return '*'.repeat(key.length - shown.length) + shown;
}

export function noSuchUrl(method: string, path: string): Refused {
  return invalid(`Invalid URL (${method} ${path})`, null, null, 404);
}

export function noSuchModel(model: string): Refused {
  const message = `The model \`${model}\` does not exist or you do not have access to it.`;
  return invalid(message, null, 'model_not_found', 404);
}

export function tooLarge(bytes: number): Refused {
  const message = `Maximum content size limit (${MOST_BYTES}) exceeded (${bytes} bytes read)`;
  return new Refused(413, { message, type: 'server_error', param: null, code: null });
}

/** What the vendor takes and this simulation does not: better refused than silently left out. */
export function notSimulated(param: string, what: string): Refused {
  return invalid(`${what}: the vendor takes this, its simulation does not.`, param, 'not_simulated');
}

export function wrongContentType(is: string | undefined, expected: string): Refused {
  return invalid(
    `Unsupported content type: '${is ?? ''}'. This method accepts '${expected}'.`,
    null,
    'unsupported_content_type',
    415,
  );
}

type StatusFault = Extract<Fault, { kind: 'status' }>;

/** The refusal that a fault asks for. A status that the vendor has no words for is taken for its own failure. */
export function refusalOf({ status, reason, retryAfter }: StatusFault): Refused {
  const after = retryAfter === undefined ? {} : { 'retry-after': retryAfter };
  if (status === 429) return new Refused(429, limited(reason), { ...rateLimits(reason), ...after });
  return new Refused(status, ownWords(status), after);
}

function limited(reason: string | undefined): ErrorObject {
  if (reason === 'insufficient_quota') {
    const message = 'You exceeded your current quota. Check your plan and billing details.';
    return { message, type: 'insufficient_quota', param: null, code: 'insufficient_quota' };
  }
  const message = 'Rate limit reached on requests per min (RPM): Limit 500, Used 500, Requested 1.';
  return { message, type: 'requests', param: null, code: 'rate_limit_exceeded' };
}

/** An account without money is under no rate limit. */
function rateLimits(reason: string | undefined): Record<string, string> {
  if (reason === 'insufficient_quota') return {};
  return {
    'x-ratelimit-limit-requests': '500',
    'x-ratelimit-remaining-requests': '0',
    'x-ratelimit-reset-requests': '120ms',
    'x-ratelimit-limit-tokens': '200000',
    'x-ratelimit-remaining-tokens': '199000',
    'x-ratelimit-reset-tokens': '300ms',
  };
}

function ownWords(status: number): ErrorObject {
  switch (status) {
    case 401:
      return invalidKey('sk-turned-down').error;
    case 403: {
      const message = 'Country, region, or territory not supported';
      return { message, type: 'request_forbidden', param: null, code: 'unsupported_country_region_territory' };
    }
    case 404:
      return noSuchModel('withdrawn').error;
    case 503:
      return { message: 'The server is overloaded or not ready yet.', type: 'server_error', param: null, code: null };
    default: {
      const message = 'The server had an error while processing your request.';
      return { message, type: 'server_error', param: null, code: null };
    }
  }
}
