/**
 * OpenAI's API, or any server that speaks it: one client for the engines that use it, and what its failures mean. Its
 * own retries are off, because whoever calls an engine counts the attempts and knows how long a caller will wait.
 */
import type OpenAI from 'openai';
import { OPENAI_URL } from '../../config.js';
import { asParleyError, ParleyError } from '../../errors.js';
import { abortable } from '../../flow.js';
import type { SessionScope } from '../contract.js';
import { type Connections, openConnections } from './connections.js';
import { fetchingLive, type LiveFetch } from './live-fetch.js';
import { openAiFetch, saidError, statusIn } from './openai-fetch.js';
import { connectionFailure, vendorFailure } from './vendor-failure.js';
import { keepWarm } from './warmth.js';

export interface OpenAiAccess {
  /** As it stands in the settings. */
  readonly name: string;
  /** Null: the server wants none. */
  readonly apiKey: string | null;
  readonly baseUrl: string;
  readonly model: string;
  /** Caps one request. */
  readonly timeoutMs: number;
  /** Without these, it has its own. They are closed with it. */
  readonly connections?: Connections;
}

export interface OpenAiVendor {
  readonly name: string;
  readonly isOpenAi: boolean;
  load(): Promise<void>;
  /** The client, once it is loaded. */
  client(): Promise<OpenAI>;
  /** Waits for what the client was asked; throws only ParleyError, or the signal's reason. */
  answered<T>(asked: Promise<T>, signal: AbortSignal): Promise<T>;
  /** Whether it is there and takes the key: asks for the list of its models, which costs nothing. */
  probe(signal: AbortSignal): Promise<void>;
  health(): 'up' | { down: string };
  /** Until the session has gone, a connection is open. */
  warm(session: SessionScope): void;
  /** From here on nothing is asked. */
  close(): Promise<void>;
}

export function openAiVendor(access: OpenAiAccess): OpenAiVendor {
  let sdk: Promise<typeof import('openai')> | undefined;
  let client: Promise<OpenAI> | undefined;
  let isClosed = false;
  /** That it has not the model, as it said when it was asked. Not every server lists what it has. */
  let refusal: ParleyError | null = null;
  // Loading it takes a fifth of a second, which servers that never ask it should not wait for.
  const load = () => {
    sdk ??= import('openai');
    return sdk;
  };
  const { name, connections = openConnections() } = access;
  const ask = fetchingLive(connections);
  const warmth = keepWarm({ connections, touch: (signal) => touch(ask, access, signal) });
  const vendor: OpenAiVendor = {
    name,
    isOpenAi: access.baseUrl === OPENAI_URL,
    load: async () => void (await vendor.client()),
    async client() {
      if (isClosed) throw new ParleyError('engine_failed', `${name}: closed.`);
      client ??= load().then((loaded) => clientOf(loaded, access, ask));
      return client;
    },
    async answered(asked, signal) {
      try {
        return await abortable(asked, signal);
      } catch (thrown) {
        if (signal.aborted) throw signal.reason;
        const failure = failureOf(await load(), thrown, access);
        if (failure.code === 'unknown_model') refusal = failure;
        throw failure;
      }
    },
    async probe(signal) {
      const ready = await vendor.client();
      const refused = refusal;
      const known = await modelsOf(vendor, ready, signal);
      // What was refused once is asked again, though later; what was refused meanwhile is not told yet.
      if (refusal === refused) refusal = null;
      if (known === null || known.includes(access.model)) return;
      if (vendor.isOpenAi) throw new ParleyError('unknown_model', `${name} has no model ${access.model}.`);
      // Other servers take names that they do not list.
      if (refused !== null) throw refused;
    },
    health: () => (isClosed ? { down: 'closed' } : 'up'),
    warm(session) {
      if (!isClosed) warmth.keep(session);
    },
    async close() {
      isClosed = true;
      warmth.close();
      connections.close();
    },
  };
  return vendor;
}

/** Null: it does not say. */
async function modelsOf(vendor: OpenAiVendor, client: OpenAI, signal: AbortSignal): Promise<string[] | null> {
  try {
    const { data } = await vendor.answered(client.models.list({ signal: listenable(signal) }), signal);
    return Array.isArray(data) ? data.map(({ id }) => id) : null;
  } catch (thrown) {
    // It has no such list, and has said so.
    const { code } = asParleyError(thrown);
    if (!vendor.isOpenAi && (code === 'vendor_refused' || code === 'unknown_model')) return [];
    throw thrown;
  }
}

/** For one request: the client listens to the signal that it gets, and never ceases to. */
export const listenable = (signal: AbortSignal): AbortSignal => AbortSignal.any([signal]);

/** Looks a model up, and does not care whether it is there. The answer is read, for its connection is to be kept. */
async function touch(ask: LiveFetch, { baseUrl, apiKey, model }: OpenAiAccess, signal: AbortSignal): Promise<void> {
  const url = `${baseUrl.replace(/\/$/, '')}/models/${encodeURIComponent(model)}`;
  const answer = await ask(url, { headers: { authorization: `Bearer ${apiKey ?? NO_KEY}` }, signal });
  let bytes = 0;
  for await (const { length } of answer.body ?? []) {
    bytes += length;
    if (bytes > MOST_TOUCHED_BYTES) return;
  }
}

/** Servers that want no key take any. */
const NO_KEY = 'none';
/** It is a line; of whoever says more, it is not worth reading. */
const MOST_TOUCHED_BYTES = 64 * 1024;

function clientOf(
  { OpenAI }: typeof import('openai'),
  { name, apiKey, baseUrl, timeoutMs }: OpenAiAccess,
  ask: LiveFetch,
): OpenAI {
  return new OpenAI({
    apiKey: apiKey ?? NO_KEY,
    baseURL: baseUrl,
    timeout: timeoutMs,
    maxRetries: 0,
    organization: null,
    project: null,
    // What it logs holds requests.
    logLevel: 'off',
    fetch: openAiFetch(name, ask),
  });
}

function failureOf(sdk: typeof import('openai'), thrown: unknown, { name, apiKey }: OpenAiAccess): ParleyError {
  const secrets = apiKey === null ? [] : [apiKey];
  // Some of them were thrown where the client fetches.
  const ours = [thrown, (thrown as { cause?: unknown } | null)?.cause].find((one) => one instanceof ParleyError);
  if (ours !== undefined) return ours;
  if (thrown instanceof sdk.APIConnectionTimeoutError)
    return new ParleyError('deadline', `${name} did not answer in time.`);
  if (thrown instanceof sdk.APIConnectionError) return connectionFailure(name, thrown.cause ?? thrown, secrets);
  if (thrown instanceof sdk.APIError) return vendorFailure(answerOf(name, thrown, secrets));
  if (thrown instanceof SyntaxError) return new ParleyError('vendor_broken', `${name} answered with what is no JSON.`);
  return connectionFailure(name, thrown, secrets);
}

/** An error that comes in the middle of a stream has no status: the answer had begun well. */
function answerOf(service: string, error: InstanceType<typeof OpenAI.APIError>, secrets: readonly string[]) {
  const { message, code, type, param } = saidError(error.error);
  return {
    service,
    status: error.status ?? statusIn(error.error) ?? 500,
    reason: code ?? type,
    message,
    param,
    retryAfter: error.headers?.get('retry-after') ?? null,
    secrets,
  };
}
