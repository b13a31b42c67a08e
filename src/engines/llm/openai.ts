/**
 * Chat completions, streamed: of OpenAI, or of any server that speaks its API (Ollama, llama.cpp, vLLM, Groq and so on),
 * which then needs no more than its address.
 */
import { randomUUID } from 'node:crypto';
import type {
  ChatCompletionChunk,
  ChatCompletionCreateParamsStreaming,
  ChatCompletionMessageParam,
  ChatCompletionToolChoiceOption,
} from 'openai/resources/chat/completions';
import { ParleyError } from '../../errors.js';
import type { Engine, EngineContext, Llm, LlmEvent, LlmRequest } from '../contract.js';
import { listenable, type OpenAiAccess, type OpenAiVendor, openAiVendor } from '../vendors/openai.js';
import { chatMessages, grouped } from './chat-messages.js';
import { roughTokens, withinTokens } from './token-budget.js';
import { collectToolCalls } from './tool-calls.js';

export interface OpenAiLlmOptions extends OpenAiAccess {
  /** Of an answer, where the caller names no other bound. */
  readonly maxTokens: number;
  readonly temperature: number;
  /** What the model is given to read of a conversation, at most. */
  readonly contextTokens: number;
}

/** What this model will not have, learnt from its refusals. */
interface Quirks {
  noTemperature: boolean;
  limit: 'max_tokens' | 'max_completion_tokens';
  noUsage: boolean;
}

export function openAiLlm(options: OpenAiLlmOptions): Engine<Llm> {
  const vendor = openAiVendor(options);
  // OpenAI's newer models know only the newer name, older servers of others only the older one.
  const limit = vendor.isOpenAi ? 'max_completion_tokens' : 'max_tokens';
  const quirks: Quirks = { noTemperature: false, limit, noUsage: false };
  return {
    name: 'openai',
    readAhead: 0,
    run: (request, context) => answer(vendor, options, quirks, request, context),
    async load() {
      await vendor.load();
      // Servers that load a model when it is first asked do so while the rest of the house is being opened.
      if (!vendor.isOpenAi) wake(vendor, options, quirks).catch(() => {});
    },
    probe: vendor.probe,
    health: vendor.health,
    close: vendor.close,
  };
}

/** One word, that nobody hears. */
async function wake(vendor: OpenAiVendor, options: OpenAiLlmOptions, quirks: Quirks): Promise<void> {
  const signal = AbortSignal.timeout(WAKE_MS);
  const messages: ChatCompletionMessageParam[] = [{ role: 'user', content: 'Hello' }];
  const request: LlmRequest = { messages: [], tools: [], toolChoice: 'auto', maxTokens: 1, presenter: null };
  const stream = await open(vendor, options, quirks, { request, messages }, signal);
  for await (const _ of stream) break;
  stream.controller.abort();
}

/** A large model from a slow disk. */
const WAKE_MS = 300_000;

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
    const stream = await open(vendor, options, quirks, { request, messages }, signal);
    try {
      yield* pieces(vendor, stream, reply, signal);
    } finally {
      stream.controller.abort();
    }
  } finally {
    forget();
  }
  for (const event of reply.end(messages)) {
    yield event;
    outer.throwIfAborted();
  }
}

async function* pieces(
  vendor: OpenAiVendor,
  stream: AsyncIterable<ChatCompletionChunk>,
  reply: ReturnType<typeof readReply>,
  signal: AbortSignal,
): AsyncGenerator<LlmEvent, void, undefined> {
  const chunks = stream[Symbol.asyncIterator]();
  while (!reply.isFull()) {
    const next = await vendor.answered(chunks.next(), signal);
    signal.throwIfAborted();
    if (next.done === true) return;
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

interface Asked {
  readonly request: LlmRequest;
  readonly messages: ChatCompletionMessageParam[];
}

/** Asks, and asks again without what the model refuses to know. */
async function open(
  vendor: OpenAiVendor,
  options: OpenAiLlmOptions,
  quirks: Quirks,
  asked: Asked,
  signal: AbortSignal,
): Promise<AsyncIterable<ChatCompletionChunk> & { readonly controller: AbortController }> {
  const client = await vendor.client();
  const before = { ...quirks };
  const learnt = new Set<string>();
  for (;;) {
    const body = bodyOf(options, quirks, asked);
    try {
      return await vendor.answered(client.chat.completions.create(body, { signal: listenable(signal) }), signal);
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

function bodyOf(
  { model, maxTokens, temperature }: OpenAiLlmOptions,
  quirks: Quirks,
  { request, messages }: Asked,
): ChatCompletionCreateParamsStreaming {
  const { tools } = request;
  return {
    model,
    messages,
    stream: true,
    [quirks.limit]: request.maxTokens === 'inf' ? maxTokens : request.maxTokens,
    ...(quirks.noTemperature ? {} : { temperature }),
    ...(quirks.noUsage ? {} : { stream_options: { include_usage: true } }),
    ...(tools.length === 0 ? {} : { tools: tools.map(asFunction), tool_choice: choiceOf(request) }),
  };
}

const asFunction = ({ name, description, parameters }: LlmRequest['tools'][number]) => ({
  type: 'function' as const,
  function: {
    name,
    ...(description === undefined ? {} : { description }),
    parameters: (parameters ?? { type: 'object', properties: {} }) as Record<string, unknown>,
  },
});

const choiceOf = ({ toolChoice }: LlmRequest): ChatCompletionToolChoiceOption =>
  typeof toolChoice === 'string' ? toolChoice : { type: 'function', function: { name: toolChoice.name } };

/** True if the request was refused for something that it can do without. */
function learnFrom(param: string, body: ChatCompletionCreateParamsStreaming, quirks: Quirks): boolean {
  switch (param) {
    case 'temperature':
      quirks.noTemperature = true;
      return 'temperature' in body;
    case 'stream_options':
      quirks.noUsage = true;
      return 'stream_options' in body;
    case 'max_tokens':
    case 'max_completion_tokens': {
      const other = param === 'max_tokens' ? 'max_completion_tokens' : 'max_tokens';
      quirks.limit = other;
      return !(other in body);
    }
    default:
      return false;
  }
}

/** What has come of an answer so far, and whether there may be more. */
function readReply(mostCharacters: number) {
  const calls = collectToolCalls(() => `call_${randomUUID().replaceAll('-', '').slice(0, 24)}`);
  let written = '';
  let ended: string | null = null;
  let usage: ChatCompletionChunk['usage'] = null;
  return {
    isFull: () => written.length > mostCharacters || calls.length() > MOST_CALLED,
    /** The text in this piece, or that there is something else in it; null: nothing. */
    read(chunk: ChatCompletionChunk): LlmEvent | null {
      if (typeof chunk !== 'object' || chunk === null) {
        throw new ParleyError('vendor_broken', 'openai answered with what is no piece of an answer.');
      }
      usage = chunk.usage ?? usage;
      // The last piece has only the count of tokens.
      const choice = chunk.choices?.[0];
      if (choice === undefined) return null;
      ended = choice.finish_reason ?? ended;
      const { delta } = choice;
      if (Array.isArray(delta?.tool_calls)) calls.push(delta.tool_calls);
      const said: unknown = delta?.content ?? delta?.refusal;
      if (typeof said === 'string' && said !== '') {
        written += said;
        return { kind: 'text', text: said };
      }
      return worksOn(delta) ? { kind: 'working' } : null;
    },
    end(messages: readonly ChatCompletionMessageParam[]): LlmEvent[] {
      if (written.length > mostCharacters) ended ??= 'length';
      if (ended === null) throw new ParleyError('connection_cut', 'openai broke off in the middle of its answer.');
      const called = ended === 'length' ? [] : calls.end();
      return [...called, ...cutOf(ended), usageOf(usage, messages, written)];
    },
  };
}

/** Characters in the arguments of all functions that one answer calls. */
const MOST_CALLED = 1_000_000;

/** It writes the arguments of a function, or thinks before it speaks, as some servers show. */
const worksOn = (delta: object | undefined): boolean =>
  ['tool_calls', 'reasoning', 'reasoning_content'].some((field) =>
    Boolean((delta as Record<string, unknown>)?.[field]),
  );

function cutOf(reason: string): LlmEvent[] {
  if (reason === 'length') return [{ kind: 'cut', reason: 'max_output_tokens' }];
  return reason === 'content_filter' ? [{ kind: 'cut', reason: 'content_filter' }] : [];
}

/** Counted here, roughly, where the server does not count. */
function usageOf(
  usage: ChatCompletionChunk['usage'],
  messages: readonly ChatCompletionMessageParam[],
  written: string,
): LlmEvent {
  return {
    kind: 'usage',
    inputTokens: counted(usage?.prompt_tokens) ?? roughTokens(JSON.stringify(messages)),
    outputTokens: counted(usage?.completion_tokens) ?? roughTokens(written),
  };
}

const counted = (tokens: unknown): number | null =>
  typeof tokens === 'number' && Number.isFinite(tokens) && tokens >= 0 ? tokens : null;
