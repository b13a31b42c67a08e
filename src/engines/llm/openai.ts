/**
 * Chat completions, streamed: of OpenAI, or of any server that speaks its API (Ollama, llama.cpp, vLLM, Groq and so on),
 * which then needs no more than its address.
 */
import type { ChatCompletionChunk, ChatCompletionMessageParam } from 'openai/resources/chat/completions';
import { ParleyError } from '../../errors.js';
import { orLate } from '../../flow.js';
import type { Engine, EngineContext, Llm, LlmEvent, LlmRequest } from '../contract.js';
import { roughTokens } from '../tokens.js';
import { listenable, type OpenAiAccess, type OpenAiVendor, openAiVendor } from '../vendors/openai.js';
import { type Ending, endingOf, LAST_WORDS_MS } from '../vendors/openai-fetch.js';
import { chatMessages, grouped } from './chat-messages.js';
import { type Reply, readReply } from './chat-reply.js';
import { type Asked, bodyOf, learnFrom, type Quirks } from './chat-request.js';
import { withinTokens } from './token-budget.js';

export interface OpenAiLlmOptions extends OpenAiAccess {
  /** Of an answer, where the caller names no other bound. */
  readonly maxTokens: number;
  readonly temperature: number;
  /** What the model is given to read of a conversation, at most. */
  readonly contextTokens: number;
}

export function openAiLlm(options: OpenAiLlmOptions): Engine<Llm> {
  const vendor = openAiVendor(options);
  // OpenAI's newer models know only the newer name, older servers of others only the older one.
  const limit = vendor.isOpenAi ? 'max_completion_tokens' : 'max_tokens';
  const quirks: Quirks = { noTemperature: false, limit, noUsage: false };
  let waking: Promise<unknown> = Promise.resolve();
  return {
    name: vendor.name,
    readAhead: 0,
    run: (request, context) => answer(vendor, options, quirks, request, context),
    async load() {
      await vendor.load();
      // Servers that load a model when it is first asked do so while the rest of the house is being opened.
      if (!vendor.isOpenAi) waking = wake(vendor, options, quirks).catch(() => {});
    },
    async probe(signal) {
      // It may learn there that it has not the model.
      await orLate(waking, SLEEPY_MS);
      await vendor.probe(signal);
    },
    warm: vendor.warm,
    health: vendor.health,
    close: vendor.close,
  };
}

/** One word, that nobody hears. */
async function wake(vendor: OpenAiVendor, options: OpenAiLlmOptions, quirks: Quirks): Promise<void> {
  const signal = AbortSignal.timeout(WAKE_MS);
  const messages: ChatCompletionMessageParam[] = [{ role: 'user', content: 'Hello' }];
  const request: LlmRequest = { messages: [], tools: [], toolChoice: 'auto', maxTokens: 1, presenter: null };
  const { stream } = await open(vendor, options, quirks, { request, messages }, signal);
  for await (const _ of stream) break;
  stream.controller.abort();
}

/** A large model from a slow disk. */
const WAKE_MS = 300_000;
/** One that refuses does so at once. */
const SLEEPY_MS = 1000;

async function* answer(
  vendor: OpenAiVendor,
  options: OpenAiLlmOptions,
  quirks: Quirks,
  request: LlmRequest,
  { signal: outer }: EngineContext,
): AsyncGenerator<LlmEvent, void, undefined> {
  outer.throwIfAborted();
  const { signal, forget } = cappedSignal(outer, options.timeoutMs);
  const messages = chatMessages(withinTokens(grouped(request.messages), options.contextTokens - toolTokens(request)));
  const reply = readReply(mostCharacters(options, request));
  try {
    const opened = await open(vendor, options, quirks, { request, messages }, signal);
    try {
      yield* pieces(vendor, opened, reply, signal);
    } finally {
      opened.stream.controller.abort();
    }
    if (opened.ending?.isDone) reply.done();
  } finally {
    forget();
  }
  for (const event of reply.end(request, messages)) {
    yield event;
    outer.throwIfAborted();
  }
}

async function* pieces(
  vendor: OpenAiVendor,
  { stream, ending }: Opened,
  reply: Reply,
  signal: AbortSignal,
): AsyncGenerator<LlmEvent, void, undefined> {
  const chunks = stream[Symbol.asyncIterator]();
  const never = new Promise<never>(() => {});
  while (!reply.isFull()) {
    const asked = vendor.answered(chunks.next(), signal);
    // Some servers keep the connection when they have said all.
    const next = await (reply.hasEnded() ? orLate(asked, LAST_WORDS_MS) : Promise.race([asked, ending?.over ?? never]));
    signal.throwIfAborted();
    if (next === 'late' || next.done === true) return;
    const event = reply.read(next.value);
    if (event === null) continue;
    yield event;
    signal.throwIfAborted();
  }
}

/** The caller's signal, or the end of what one request may take. */
function cappedSignal(outer: AbortSignal, ms: number) {
  const own = new AbortController();
  const late = new ParleyError('deadline', `openai had not finished its answer after ${ms / 1000} s.`);
  const timer = setTimeout(() => own.abort(late), ms);
  return { signal: AbortSignal.any([outer, own.signal]), forget: () => clearTimeout(timer) };
}

const toolTokens = ({ tools }: LlmRequest): number => (tools.length === 0 ? 0 : roughTokens(JSON.stringify(tools)));

/** No language has so many characters to a token on the average: whoever writes more does not count. */
const mostCharacters = ({ maxTokens }: OpenAiLlmOptions, request: LlmRequest): number =>
  1000 + 10 * (request.maxTokens === 'inf' ? maxTokens : request.maxTokens);

interface Opened {
  readonly stream: AsyncIterable<ChatCompletionChunk> & { readonly controller: AbortController };
  readonly ending: Ending | null;
}

/** Asks, and asks again without what the model refuses to know. */
async function open(
  vendor: OpenAiVendor,
  options: OpenAiLlmOptions,
  quirks: Quirks,
  asked: Asked,
  signal: AbortSignal,
): Promise<Opened> {
  const client = await vendor.client();
  const before = { ...quirks };
  const learnt = new Set<string>();
  for (;;) {
    const body = bodyOf(options, quirks, asked);
    try {
      const { data: stream, response } = await vendor.answered(
        client.chat.completions.create(body, { signal: listenable(signal) }).withResponse(),
        signal,
      );
      return { stream, ending: endingOf(response) };
    } catch (thrown) {
      const param = thrown instanceof ParleyError && thrown.code === 'vendor_refused' ? (thrown.param ?? '') : '';
      if (!learnt.has(param) && learnFrom(param, body, quirks)) {
        learnt.add(param);
        continue;
      }
      // It was something else after all.
      Object.assign(quirks, before);
      throw thrown;
    }
  }
}
