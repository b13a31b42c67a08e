/**
 * What went wrong at a vendor, told apart: one table for all of them, because what follows from it (try again, go on to
 * the next engine, stop asking) is the same whoever it was.
 */
import { type Code, ParleyError } from '../../errors.js';
import { redacted } from '../../secrets.js';

/** An answer that is an error, as far as the adapter could read it. */
export interface VendorAnswer {
  /** As it stands in the settings: `openai`. */
  readonly service: string;
  readonly status: number;
  /** The vendor's own word for it: `insufficient_quota`. */
  readonly reason: string | null;
  readonly message: string | null;
  /** The header of that name. */
  readonly retryAfter: string | null;
  /** The field of the request that it names. */
  readonly param?: string | null;
  /** What must not be repeated, whatever the vendor says. */
  readonly secrets: readonly string[];
}

/** The vendors' own words come first: several things have the status 401 or 429. */
const BY_REASON: readonly (readonly [RegExp, Code])[] = [
  [/^(insufficient_quota|quota_exceeded|billing_hard_limit_reached|payment_required)$/, 'quota_exceeded'],
  [/^(too_many_concurrent_requests|concurrent_limit_exceeded)$/, 'too_many_concurrent'],
  [/^(content_filter|content_policy_violation|moderation_blocked|content_against_policy)$/, 'content_refused'],
  [/^(invalid_api_key|missing_permissions|account_deactivated|needs_authorization)$/, 'bad_key'],
  [/^(rate_limit_exceeded|system_busy)$/, 'rate_limited'],
  [/^model_not_found$/, 'unknown_model'],
];

const BY_STATUS: Readonly<Record<number, Code>> = {
  401: 'bad_key',
  402: 'quota_exceeded',
  403: 'bad_key',
  408: 'deadline',
  429: 'rate_limited',
};

/** The longest detail that is repeated: some vendors answer with a page of HTML. */
const LONGEST = 200;

export function vendorFailure(answer: VendorAnswer): ParleyError {
  const { service, status, reason, message, retryAfter, param, secrets } = answer;
  const isAboutModel = status === 404 && /\bmodel\b/i.test(`${reason} ${message}`);
  const code = isAboutModel ? 'unknown_model' : codeOf(status, reason ?? '');
  const retryAfterMs = milliseconds(retryAfter);
  const named = reason === null ? '' : ` ${redacted(reason, secrets).slice(0, 60)}`;
  const said = message === null ? '' : `: ${redacted(message, secrets).slice(0, LONGEST)}`;
  // About a key no vendor is quoted: they repeat parts of it.
  const detail =
    code === 'bad_key'
      ? `${service} does not accept the key (${status}${named})`
      : `${service} answered ${status}${named}${said}`;
  return new ParleyError(code, withStop(detail), {
    ...(param ? { param: redacted(param, secrets).slice(0, LONGEST) } : {}),
    ...(retryAfterMs === null ? {} : { retryAfterMs }),
  });
}

/** No answer came, or it broke off. What Node says stands in the causes of what was thrown. */
export function connectionFailure(service: string, thrown: unknown, secrets: readonly string[]): ParleyError {
  const why = redacted(reasons(thrown).join(': ') || String(thrown), secrets).slice(0, LONGEST);
  return new ParleyError('connection_cut', withStop(`The connection to ${service} failed: ${why}`));
}

function codeOf(status: number, reason: string): Code {
  const named = BY_REASON.find(([pattern]) => pattern.test(reason));
  if (named !== undefined) return named[1];
  return BY_STATUS[status] ?? (status >= 500 ? 'vendor_down' : 'vendor_refused');
}

/** Seconds, or a date. */
function milliseconds(retryAfter: string | null): number | null {
  if (retryAfter === null || retryAfter.trim() === '') return null;
  const seconds = Number(retryAfter);
  const ms = Number.isNaN(seconds) ? Date.parse(retryAfter) - Date.now() : seconds * 1000;
  return Number.isFinite(ms) ? Math.max(0, ms) : null;
}

/** A fetch that fails says only that; why stands in its cause, sometimes two deep. */
function reasons(thrown: unknown): string[] {
  if (!(thrown instanceof Error)) return [];
  const code = (thrown as { code?: unknown }).code;
  const own =
    typeof code === 'string' && !thrown.message.includes(code) ? `${thrown.message} (${code})` : thrown.message;
  return [own.replace(/\.$/, ''), ...reasons(thrown.cause)].filter((text) => text !== '');
}

const withStop = (text: string): string => (/[.!?]$/.test(text) ? text : `${text}.`);
