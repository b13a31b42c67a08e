/**
 * What servers that speak OpenAI's API really send, made into what its client can read: errors come in many shapes, streams
 * with pieces that mean nothing, and what is no answer at all must not be taken for one.
 */
import { ParleyError } from '../../errors.js';
import type { LiveFetch } from './live-fetch.js';

/** More than any list of models, or any answer that is read whole; a stream is bounded by who reads it, too. */
const MOST_BYTES = 16 * 1024 * 1024;
/** An error is a sentence. */
const MOST_OF_AN_ERROR = 64 * 1024;
/** A server that has said `[DONE]` and keeps the connection has said all. */
export const LAST_WORDS_MS = 500;

/** How a stream has ended, as far as its server says so. */
export interface Ending {
  isDone: boolean;
  /** Settles a little after that. */
  readonly over: Promise<'late'>;
}

const endings = new WeakMap<Response, Ending>();

export const endingOf = (response: Response): Ending | null => endings.get(response) ?? null;

/** A `fetch` for the client. Throws ParleyError for what nobody should read on. */
export function openAiFetch(name: string, liveFetch: LiveFetch) {
  return async (url: string | URL | Request, init?: RequestInit): Promise<Response> => {
    // Not led elsewhere, where the words of callers have no business.
    const answer = await liveFetch(url, { ...init, redirect: 'manual' });
    if (answer.status >= 300 && answer.status < 400) throw unread(answer, moved(name, answer));
    if (!answer.ok) return failed(answer.status, errorIn(await textOf(answer)), answer.headers);
    const kind = answer.headers.get('content-type') ?? '';
    if (/\bhtml\b/i.test(kind)) throw unread(answer, noAnswer(name, 'with a page for browsers; is its address right?'));
    const asksForStream = typeof init?.body === 'string' && init.body.includes('"stream":true');
    if (asksForStream && /\bjson\b/i.test(kind)) return errorOf(name, answer);
    return bounded(answer);
  };
}

/** What nobody reads must not keep its connection. */
function unread({ body }: Response, why: ParleyError): ParleyError {
  body?.cancel().catch(() => {});
  return why;
}

function moved(name: string, answer: Response): ParleyError {
  const to = answer.headers.get('location') ?? '';
  const where = URL.canParse(to) ? ` to ${new URL(to).host}` : '';
  return new ParleyError(
    'vendor_refused',
    `${name} answered ${answer.status}: it has moved${where}, where it is not followed.`,
  );
}

const noAnswer = (name: string, why: string) => new ParleyError('vendor_broken', `${name} answered ${why}`);

/** Some servers say 200 first and what is wrong then. */
async function errorOf(name: string, answer: Response): Promise<Response> {
  const text = await textOf(answer);
  const body = jsonOf(text);
  if (!isObject(body) || !('error' in body)) throw noAnswer(name, 'at once where a stream was asked for.');
  return failed(statusIn(body.error) ?? 500, errorIn(text), answer.headers);
}

/** As OpenAI would say it. */
export interface SaidError {
  readonly message: string | null;
  readonly code: string | null;
  readonly type: string | null;
  readonly param: string | null;
}

function failed(status: number, error: SaidError, headers: Headers): Response {
  const retryAfter = headers.get('retry-after');
  return new Response(JSON.stringify({ error }), {
    status,
    headers: { 'content-type': 'application/json', ...(retryAfter === null ? {} : { 'retry-after': retryAfter }) },
  });
}

function errorIn(text: string): SaidError {
  const body = jsonOf(text);
  if (body !== undefined) return saidError(body);
  const isPage = /^\s*</.test(text);
  return { message: isPage || text.trim() === '' ? null : text.trim(), code: null, type: null, param: null };
}

/**
 * `{"error": {...}}`, `{"error": "..."}`, a list of one, `{"detail": ...}`, or the error itself. Numbers in the place of
 * names say no more than the status.
 */
export function saidError(body: unknown): SaidError {
  const first: unknown = Array.isArray(body) ? body[0] : body;
  const found: unknown = isObject(first) && 'error' in first ? first.error : first;
  if (!isObject(found)) return { message: wordIn(found), code: null, type: null, param: null };
  const { message, detail, code, type, param } = found;
  return {
    message: wordIn(message) ?? detailIn(detail),
    code: wordIn(code),
    type: wordIn(type),
    param: wordIn(param),
  };
}

/** The status that an error names, if it comes without one. */
export function statusIn(error: unknown): number | null {
  if (!isObject(error)) return null;
  const status = Number(error.status ?? error.code);
  return Number.isInteger(status) && status >= 400 && status < 600 ? status : null;
}

function detailIn(detail: unknown): string | null {
  if (!Array.isArray(detail)) return wordIn(detail);
  return detail.flatMap((one) => (isObject(one) ? (wordIn(one.msg) ?? []) : [])).join('; ') || null;
}

const wordIn = (value: unknown): string | null => (typeof value === 'string' && value.trim() !== '' ? value : null);

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

async function textOf({ body }: Response): Promise<string> {
  if (body === null) return '';
  const decoder = new TextDecoder();
  let text = '';
  for await (const chunk of body) {
    text += decoder.decode(chunk, { stream: true });
    if (text.length > MOST_OF_AN_ERROR) break;
  }
  return text;
}

function bounded(answer: Response): Response {
  if (answer.body === null) return answer;
  let bytes = 0;
  const counted = new TransformStream<Uint8Array, Uint8Array>({
    transform(chunk, controller) {
      bytes += chunk.byteLength;
      if (bytes > MOST_BYTES) controller.error(new Error(`the answer is longer than ${MOST_BYTES} bytes`));
      else controller.enqueue(chunk);
    },
  });
  const body = answer.body.pipeThrough(counted);
  if (!/\bevent-stream\b/i.test(answer.headers.get('content-type') ?? '')) return new Response(body, answer);
  let tell: (late: 'late') => void = () => {};
  const over = new Promise<'late'>((resolve) => {
    tell = resolve;
  });
  const ending: Ending = { isDone: false, over };
  const onDone = () => {
    ending.isDone = true;
    setTimeout(tell, LAST_WORDS_MS, 'late').unref();
  };
  const read = new Response(body.pipeThrough(eventsThatSay(onDone)), answer);
  endings.set(read, ending);
  return read;
}

/** Server-sent events, without those that have no data: they only keep the connection. */
function eventsThatSay(onDone: () => void): TransformStream<Uint8Array, Uint8Array> {
  const decoder = new TextDecoder();
  const encoder = new TextEncoder();
  let rest = '';
  let lines: string[] = [];
  const eventOf = (line: string): string => {
    if (line !== '') {
      lines.push(line);
      return '';
    }
    const event = lines;
    lines = [];
    const data = event.filter((one) => /^data:\s*\S/.test(one));
    if (data.some((one) => /^data:\s*\[DONE\]/.test(one))) onDone();
    return data.length === 0 ? '' : `${event.join('\n')}\n\n`;
  };
  return new TransformStream({
    transform(chunk, controller) {
      rest += decoder.decode(chunk, { stream: true });
      // Whether a last \r is an end of its own, the next piece tells.
      const found = rest.split(/\r\n|\n|\r(?!$)/);
      rest = found.pop()!;
      const events = found.map(eventOf).join('');
      if (events !== '') controller.enqueue(encoder.encode(events));
    },
    flush(controller) {
      const last = [rest.replace(/\r$/, ''), ''].map(eventOf).join('');
      if (last !== '') controller.enqueue(encoder.encode(last));
    },
  });
}
