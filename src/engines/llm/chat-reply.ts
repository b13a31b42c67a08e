/** An answer of chat completions, put together out of the pieces in which it is streamed. */
import { randomUUID } from 'node:crypto';
import type { ChatCompletionChunk, ChatCompletionMessageParam } from 'openai/resources/chat/completions';
import { ParleyError } from '../../errors.js';
import type { LlmEvent, LlmRequest } from '../contract.js';
import { roughTokens } from '../tokens.js';
import { saidError } from '../vendors/openai-fetch.js';
import { withoutThoughts } from './thoughts.js';
import { collectToolCalls } from './tool-calls.js';

/** What has come of an answer so far, and whether there may be more. */
export interface Reply {
  isFull(): boolean;
  /** It says that there is no more; its count of tokens may follow. */
  hasEnded(): boolean;
  /** The text in this piece, or that there is something else in it; null: nothing. */
  read(chunk: ChatCompletionChunk): LlmEvent | null;
  /** Its server has said that this was all. */
  done(): void;
  /** Throws, if this was no answer. */
  end(request: LlmRequest, messages: readonly ChatCompletionMessageParam[]): LlmEvent[];
}

export function readReply(mostCharacters: number): Reply {
  const calls = collectToolCalls(() => `call_${randomUUID().replaceAll('-', '').slice(0, 24)}`);
  const toSay = withoutThoughts();
  let length = 0;
  let written = '';
  let ended: string | null = null;
  let usage: ChatCompletionChunk['usage'] = null;
  return {
    isFull: () => length > mostCharacters || calls.length() > MOST_CALLED,
    hasEnded: () => ended !== null,
    read(chunk) {
      if (typeof chunk !== 'object' || chunk === null) throw noPiece();
      const { object, choices } = chunk as { object?: unknown; choices?: unknown };
      if (object === 'error') throw new ParleyError('vendor_down', `openai broke off: ${saidError(chunk).message}`);
      usage = chunk.usage ?? usage;
      // The last piece has only the count of tokens; and of several answers there is one that was asked for.
      const choice = Array.isArray(choices)
        ? choices.find((one) => one !== null && (one?.index ?? 0) === 0)
        : undefined;
      if (choice === undefined) return null;
      if (typeof choice !== 'object') throw noPiece();
      if (typeof choice.finish_reason === 'string') ended = choice.finish_reason;
      const { delta } = choice;
      if (Array.isArray(delta?.tool_calls)) calls.push(delta.tool_calls);
      const said: unknown = delta?.content ?? delta?.refusal;
      if (typeof said !== 'string' || said === '') return worksOn(delta) ? { kind: 'working' } : null;
      length += said.length;
      const text = toSay(said);
      written += text;
      return text === '' ? { kind: 'working' } : { kind: 'text', text };
    },
    done() {
      ended ??= 'stop';
    },
    end(request, messages) {
      if (length > mostCharacters) ended ??= 'length';
      if (ended === null) throw new ParleyError('connection_cut', 'openai broke off in the middle of its answer.');
      const called = ended === 'length' ? [] : calls.end();
      if (written === '' && called.length === 0) refuseSilence(ended, request);
      return [...called, ...cutOf(ended), usageOf(usage, messages, written)];
    },
  };
}

const noPiece = () => new ParleyError('vendor_broken', 'openai answered with what is no piece of an answer.');

/** A caller should not wait for an answer in vain. Who has asked for one of three tokens knows why it is empty. */
function refuseSilence(ended: string, { maxTokens }: LlmRequest): void {
  if (ended === 'content_filter') throw new ParleyError('content_refused', 'openai filtered out all of its answer.');
  if (ended !== 'length') throw new ParleyError('vendor_broken', 'openai gave an answer without words.');
  if (maxTokens !== 'inf') return;
  const why = 'openai had used up OPENAI_MAX_TOKENS before it said a word; models that think first need more.';
  throw new ParleyError('vendor_refused', why);
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
