/**
 * OpenAI's API, or any server that speaks it: one client for the engines that use it, and what its failures mean. Its
 * own retries are off, because whoever calls an engine counts the attempts and knows how long a caller will wait.
 */
import type OpenAI from 'openai';
import { OPENAI_URL } from '../../config.js';
import { ParleyError } from '../../errors.js';
import { abortable } from '../../flow.js';
import { connectionFailure, vendorFailure } from './vendor-failure.js';

export interface OpenAiAccess {
  /** Null: the server wants none. */
  readonly apiKey: string | null;
  readonly baseUrl: string;
  readonly model: string;
  /** Caps one request. */
  readonly timeoutMs: number;
}

export interface OpenAiVendor {
  readonly isOpenAi: boolean;
  load(): Promise<void>;
  /** The client, once it is loaded. */
  client(): Promise<OpenAI>;
  /** Waits for what the client was asked; throws only ParleyError, or the signal's reason. */
  answered<T>(asked: Promise<T>, signal: AbortSignal): Promise<T>;
  /** Whether it is there and takes the key: asks for the list of its models, which costs nothing. */
  probe(signal: AbortSignal): Promise<void>;
  health(): 'up' | { down: string };
  /** From here on nothing is asked. */
  close(): Promise<void>;
}

export function openAiVendor(access: OpenAiAccess): OpenAiVendor {
  let sdk: Promise<typeof import('openai')> | undefined;
  let client: Promise<OpenAI> | undefined;
  let isClosed = false;
  // Loading it takes a fifth of a second, which servers that never ask it should not wait for.
  const load = () => {
    sdk ??= import('openai');
    return sdk;
  };
  const vendor: OpenAiVendor = {
    isOpenAi: access.baseUrl === OPENAI_URL,
    load: async () => void (await vendor.client()),
    async client() {
      if (isClosed) throw new ParleyError('engine_failed', 'openai: closed.');
      client ??= load().then((loaded) => clientOf(loaded, access));
      return client;
    },
    async answered(asked, signal) {
      try {
        return await abortable(asked, signal);
      } catch (thrown) {
        if (signal.aborted) throw signal.reason;
        throw failureOf(await load(), thrown, access);
      }
    },
    async probe(signal) {
      const ready = await vendor.client();
      const { data } = await vendor.answered(ready.models.list({ signal: listenable(signal) }), signal);
      // Other servers take names that they do not list.
      if (!vendor.isOpenAi || !Array.isArray(data) || data.some(({ id }) => id === access.model)) return;
      throw new ParleyError('vendor_refused', `openai has no model ${access.model}.`);
    },
    health: () => (isClosed ? { down: 'closed' } : 'up'),
    async close() {
      isClosed = true;
    },
  };
  return vendor;
}

/** More than any list of models, or any answer that is read whole; a stream is bounded by who reads it, too. */
const MOST_BYTES = 16 * 1024 * 1024;

/** Not led elsewhere, where the words of callers have no business, and not fed without end. */
async function fetchHere(url: string | URL | Request, init?: RequestInit): Promise<Response> {
  const answer = await fetch(url, { ...init, redirect: 'error' });
  if (answer.body === null) return answer;
  let bytes = 0;
  const counted = new TransformStream<Uint8Array, Uint8Array>({
    transform(chunk, controller) {
      bytes += chunk.byteLength;
      if (bytes > MOST_BYTES) controller.error(new Error(`the answer is longer than ${MOST_BYTES} bytes`));
      else controller.enqueue(chunk);
    },
  });
  return new Response(answer.body.pipeThrough(counted), answer);
}

/** For one request: the client listens to the signal that it gets, and never ceases to. */
export const listenable = (signal: AbortSignal): AbortSignal => AbortSignal.any([signal]);

function clientOf({ OpenAI }: typeof import('openai'), { apiKey, baseUrl, timeoutMs }: OpenAiAccess): OpenAI {
  return new OpenAI({
    // Servers that want no key take any.
    apiKey: apiKey ?? 'none',
    baseURL: baseUrl,
    timeout: timeoutMs,
    maxRetries: 0,
    organization: null,
    project: null,
    // What it logs holds requests.
    logLevel: 'off',
    fetch: fetchHere,
  });
}

function failureOf(sdk: typeof import('openai'), thrown: unknown, { apiKey }: OpenAiAccess): ParleyError {
  const secrets = apiKey === null ? [] : [apiKey];
  if (thrown instanceof ParleyError) return thrown;
  if (thrown instanceof sdk.APIConnectionTimeoutError)
    return new ParleyError('deadline', 'openai did not answer in time.');
  if (thrown instanceof sdk.APIConnectionError) return connectionFailure('openai', thrown.cause ?? thrown, secrets);
  if (thrown instanceof sdk.APIError) return vendorFailure(answerOf(thrown, secrets));
  if (thrown instanceof SyntaxError) return new ParleyError('vendor_broken', 'openai answered with what is no JSON.');
  return connectionFailure('openai', thrown, secrets);
}

/** An error that comes in the middle of a stream has no status: the answer had begun well. */
function answerOf(error: InstanceType<typeof OpenAI.APIError>, secrets: readonly string[]) {
  const body = error.error as { message?: unknown } | undefined;
  return {
    service: 'openai',
    status: error.status ?? 500,
    reason: error.code ?? error.type ?? null,
    message: typeof body?.message === 'string' ? body.message : null,
    param: error.param ?? null,
    retryAfter: error.headers?.get('retry-after') ?? null,
    secrets,
  };
}
