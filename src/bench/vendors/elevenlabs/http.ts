/** The vendor's HTTP endpoints: what the account has, and speech. */
import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { abortable } from '../../../flow.js';
import { type Fault, pause } from '../faults.js';
import type { Account } from './account.js';
import { breaks, GARBAGE } from './breaking.js';
import { modelsAnswer, userAnswer, voicesAnswer } from './catalogue.js';
import { shownVoiceForm, type VoiceForm, voiceForm } from './cloning.js';
import type { Entry } from './ledger.js';
import { faultRefusal, invalid, type Refusal, refusal, tooMany, wrongKey } from './refusals.js';
import { type SpeechRequest, speechRequest } from './speech-request.js';
import { type Piece, type Saying, spokenPieces } from './spoken-pieces.js';

/** The longest text that any model takes, as JSON with every character escaped, and something over. */
const LARGEST_BODY = 1 << 20;

type Route =
  | { readonly endpoint: 'voices'; readonly kind: 'list'; readonly answer: (account: Account) => unknown }
  | { readonly endpoint: 'cloning'; readonly kind: 'add' }
  | { readonly endpoint: 'cloning'; readonly kind: 'delete'; readonly voice: string }
  | { readonly endpoint: 'speech'; readonly voice: string; readonly form: 'whole' | 'stream' | 'timed' };

const SPEECH = /^\/v1\/text-to-speech\/([^/]+)(\/stream(?:\/with-timestamps)?)?$/;
const OWN_VOICE = /^\/v1\/voices\/([^/]+)$/;
const ACCOUNT: Readonly<Record<string, (account: Account) => unknown>> = {
  '/v1/voices': ({ voices }) => voicesAnswer(voices.all),
  '/v1/models': ({ models }) => modelsAnswer(models),
  '/v1/user': userAnswer,
};

function routeOf(method: string | undefined, path: string): Route | null {
  const answer = ACCOUNT[path];
  if (method === 'GET' && answer !== undefined) return { endpoint: 'voices', kind: 'list', answer };
  if (method === 'POST' && path === '/v1/voices/add') return { endpoint: 'cloning', kind: 'add' };
  const own = method === 'DELETE' ? OWN_VOICE.exec(path) : null;
  if (own !== null) return { endpoint: 'cloning', kind: 'delete', voice: own[1]! };
  const speech = method === 'POST' ? SPEECH.exec(path) : null;
  if (speech === null) return null;
  const form = speech[2] === undefined ? 'whole' : speech[2] === '/stream' ? 'stream' : 'timed';
  return { endpoint: 'speech', voice: speech[1]!, form };
}

export async function answerRequest(
  account: Account,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const url = addressOf(request);
  const route = routeOf(request.method, url.pathname);
  if (route === null)
    return refuse(response, refusal(404, 'not_found', `There is no ${request.method} ${url.pathname}.`));
  const gone = new AbortController();
  response.once('close', () => gone.abort());
  const { signal } = gone;
  const isForm = route.endpoint === 'cloning' && route.kind === 'add';
  const form = isForm ? await voiceForm(request).catch(() => undefined) : undefined;
  const body = isForm ? form && shownVoiceForm(form) : await bodyOf(request).catch(() => undefined);
  const entry = account.ledger.add(route.endpoint, body === undefined ? null : body);
  response.once('close', () => entry.end('left'));
  const exchange: Exchange = { account, request, response, entry, signal, fault: account.faults.take(route.endpoint) };
  try {
    await answer(exchange, route, url.searchParams, form ?? body);
  } catch (error) {
    if (!signal.aborted) account.log.error({ err: error }, 'the simulated voice failed');
    entry.end(signal.aborted ? 'left' : 'broken');
    response.destroy();
  }
}

interface Exchange {
  readonly account: Account;
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly entry: Entry;
  readonly signal: AbortSignal;
  readonly fault: Fault | null;
}

async function answer(exchange: Exchange, route: Route, query: URLSearchParams, body: unknown): Promise<void> {
  const { account, request, response, entry, signal, fault } = exchange;
  const no = (reason: Refusal) => {
    refuse(response, reason);
    entry.end('refused');
  };
  if (fault?.kind === 'status') return no(faultRefusal(fault));
  if (fault?.kind === 'half_open') return never(signal);
  if (!account.takesKey(keyOf(request) ?? '')) return no(wrongKey());
  if (route.endpoint !== 'speech') {
    const found = ofAccount(account, route, body);
    return 'refused' in found ? no(found.refused) : answerAccount(exchange, found.answer);
  }
  const asked: SpeechRequest =
    body === undefined
      ? { refused: invalid([{ loc: ['body'], msg: 'JSON decode error', type: 'json_invalid' }]) }
      : speechRequest(route.voice, query, body, account);
  if ('refused' in asked) return no(asked.refused);
  if (!account.streams.begin()) return no(tooMany());
  try {
    await answerSpeech(exchange, asked, route.form);
  } finally {
    account.streams.end();
  }
}

function ofAccount(account: Account, route: Exclude<Route, { endpoint: 'speech' }>, body: unknown) {
  switch (route.kind) {
    case 'list':
      return { answer: route.answer(account) };
    case 'add':
      return account.voices.add(body as VoiceForm | undefined);
    case 'delete':
      return account.voices.remove(route.voice);
  }
}

async function answerAccount(exchange: Exchange, body: unknown): Promise<void> {
  const { account, response, signal, fault } = exchange;
  await pause(account.pace.voices, 0, fault, signal);
  response.writeHead(200, { 'content-type': 'application/json' });
  // The answer is one piece, and what breaks it does so before it.
  await end(exchange, Number.POSITIVE_INFINITY, JSON.stringify(body));
}

async function answerSpeech(exchange: Exchange, saying: Saying, form: 'whole' | 'stream' | 'timed'): Promise<void> {
  const { account, response, signal, fault } = exchange;
  const id = randomUUID();
  response.writeHead(200, {
    'content-type': form === 'timed' ? 'application/json' : saying.format.contentType,
    'request-id': id,
    'character-cost': String(saying.text.length),
  });
  // The voice begins to think while the vendor is said to; what it takes longer comes on top.
  const begun = pause(account.pace.speech, 0, fault, signal);
  begun.catch(() => {});
  const pieces = spokenPieces(account.speak, saying, { signal, log: account.log, turn: id });
  const whole: Uint8Array[] = [];
  let count = 0;
  for await (const piece of pieces) {
    if (breaks(fault, count) !== null) break;
    await (count === 0 ? begun : pause(account.pace.speech, count, fault, signal));
    if (form === 'whole') whole.push(piece.bytes);
    else await write(response, form === 'timed' ? timedLine(piece) : piece.bytes, signal);
    count += 1;
  }
  for (const bytes of whole) await write(response, bytes, signal);
  await end(exchange, count, '');
}

/** The end of an answer after so many pieces, if a fault has no other one for it. */
async function end({ response, entry, signal, fault }: Exchange, pieces: number, rest: string): Promise<void> {
  switch (breaks(fault, pieces)) {
    case 'stall':
      response.flushHeaders();
      return never(signal);
    case 'cut':
      entry.end('broken');
      response.destroy();
      return;
    case 'garbage':
      entry.end('broken');
      response.end(GARBAGE);
      return;
    default:
      entry.end('done');
      response.end(rest);
  }
}

function timedLine({ bytes, startMs, characters }: Piece): string {
  // Unlike on a socket, times count from the beginning of the whole answer.
  const seconds = (ms: number) => (startMs + ms) / 1000;
  const alignment = {
    characters: characters.map(({ character }) => character),
    character_start_times_seconds: characters.map((one) => seconds(one.startMs)),
    character_end_times_seconds: characters.map((one) => seconds(one.startMs + one.durationMs)),
  };
  const audio = Buffer.from(bytes).toString('base64');
  return `${JSON.stringify({ audio_base64: audio, alignment, normalized_alignment: alignment })}\n`;
}

function refuse(response: ServerResponse, { status, headers, body }: Refusal): void {
  response.writeHead(status, { ...headers, 'content-type': 'application/json' }).end(JSON.stringify(body));
}

/** Whatever a client makes of it: joined like this, there is always one. */
export const addressOf = ({ url }: IncomingMessage): URL => new URL(`http://vendor${url}`);

export const keyOf = ({ headers }: IncomingMessage): string | undefined => headers['xi-api-key']?.toString();

const never = (signal: AbortSignal): Promise<never> => abortable(new Promise<never>(() => {}), signal);

/** Waits until it has left, so that a connection which is cut next has carried it. */
function write(response: ServerResponse, bytes: Uint8Array | string, signal: AbortSignal): Promise<void> {
  const written = new Promise<void>((resolve, reject) => {
    response.write(bytes, (error) => (error ? reject(error) : resolve()));
  });
  return abortable(written, signal);
}

/** Null: there is none. Undefined: it is no JSON, or too long. */
async function bodyOf(request: IncomingMessage): Promise<unknown> {
  if (request.method !== 'POST') return null;
  const parts: Buffer[] = [];
  let length = 0;
  for await (const part of request as AsyncIterable<Buffer>) {
    length += part.length;
    if (length > LARGEST_BODY) return undefined;
    parts.push(part);
  }
  try {
    return JSON.parse(Buffer.concat(parts).toString());
  } catch {
    return undefined;
  }
}
