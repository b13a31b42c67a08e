/** A simulated OpenAI that takes no time, the vendor's own client for it, and bare requests where that is too polite. */
import OpenAI, { type ClientOptions } from 'openai';
import { onTestFinished } from 'vitest';
import { type OpenAiOptions, startOpenAiVendor } from '../../src/bench/vendors/openai/server.js';
import type { LlmEvent, LlmRequest } from '../../src/engines/contract.js';
import { wavFile } from '../browser/wav.js';

export const AT_ONCE = { firstMs: 0, everyMs: 0, jitter: 0 };
export const KEY = 'sk-for-the-tests-0123';

export type Answering = (request: LlmRequest) => readonly LlmEvent[];

export const saying = (...texts: string[]): LlmEvent[] => texts.map((text) => ({ kind: 'text', text }));

/** `asked`: what the answering engine was given. */
export async function vendorOf(
  answering: Answering = () => saying('Hello', ' there.'),
  options: Partial<OpenAiOptions> = {},
) {
  const asked: LlmRequest[] = [];
  const vendor = await startOpenAiVendor({
    key: KEY,
    async *answer(request) {
      asked.push(request);
      yield* answering(request);
    },
    hears: () => 'What time is it?',
    pace: { models: AT_ONCE, chat: AT_ONCE, transcriptions: AT_ONCE },
    ...options,
  });
  onTestFinished(() => vendor.close());
  return { vendor, asked, client: clientOf(vendor.url) };
}

export function clientOf(baseURL: string, options: ClientOptions = {}): OpenAI {
  // What it cannot parse it would write to the console of the tests.
  return new OpenAI({ baseURL, apiKey: KEY, maxRetries: 0, logLevel: 'off', ...options });
}

/** A quarter of a second of nothing, unless told otherwise. */
export function wav({ seconds = 0.25, rate = 16_000, name = 'speech.wav' } = {}): File {
  const samples = Int16Array.from({ length: seconds * rate }, (_, at) => at % 100);
  return new File([new Uint8Array(wavFile(samples, rate))], name, { type: 'audio/wav' });
}

interface Bare {
  readonly path?: string;
  readonly method?: string;
  readonly key?: string | null;
  readonly body?: string | FormData;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Status and error of a request as it is. */
export async function bare(
  url: string,
  { path = '/chat/completions', method = 'POST', key = KEY, body, headers = {} }: Bare,
) {
  const answer = await fetch(`${url}${path}`, {
    method,
    headers: { ...(key === null ? {} : { authorization: `Bearer ${key}` }), ...headers },
    ...(body === undefined ? {} : { body }),
  });
  const { error } = (await answer.json()) as { error: Record<'message' | 'type' | 'param' | 'code', string | null> };
  return { status: answer.status, headers: answer.headers, ...error };
}

export const bareChat = (url: string, body: object) =>
  bare(url, { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } });

export function bareTranscription(url: string, fields: Readonly<Record<string, string | File>>) {
  const body = new FormData();
  for (const [name, value] of Object.entries(fields)) body.append(name, value);
  return bare(url, { path: '/audio/transcriptions', body });
}
