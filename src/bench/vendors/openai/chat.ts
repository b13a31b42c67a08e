/** `POST /v1/chat/completions`: what the answering engine says, as the vendor's chunks or as one object. */
import { randomBytes } from 'node:crypto';
import type { EngineContext, Llm } from '../../../engines/contract.js';
import { pause } from '../faults.js';
import { readChatRequest } from './chat-rules.js';
import { type Exchange, event, type Outcome, type Piece, sendEvents, sendJson } from './delivery.js';
import { type Finish, generate, type Step } from './generation.js';
import type { ChatRequest } from './schemas.js';

type End = Extract<Step, { kind: 'end' }>;

export async function answerChat(
  body: unknown,
  answer: Llm,
  exchange: Exchange,
  log: EngineContext['log'],
): Promise<Outcome> {
  const request = readChatRequest(body);
  const id = `chatcmpl-${randomBytes(15).toString('base64url')}`;
  const steps = generate(request, answer, { signal: exchange.signal, log, turn: id });
  if (request.stream === true) return await sendEvents(exchange, chunks(request, steps, id));
  return await sendJson(exchange, await whole(request, steps, id, exchange));
}

const shared = (id: string, object: string, model: string) => ({
  id,
  object,
  created: Math.floor(Date.now() / 1000),
  model,
  service_tier: 'default',
  system_fingerprint: 'fp_simulated',
});

async function* chunks(
  { model, stream_options: options }: ChatRequest,
  steps: AsyncIterable<Step>,
  id: string,
): AsyncGenerator<Piece, void, undefined> {
  const same = shared(id, 'chat.completion.chunk', model);
  const usage = options?.include_usage === true ? { usage: null } : {};
  const isPadded = options?.include_obfuscation !== false;
  const chunk = (kind: Piece['kind'], delta: object, finish: Finish | null = null) => {
    const choices = [{ index: 0, delta, logprobs: null, finish_reason: finish }];
    return event(kind, { ...same, choices, ...usage, ...(isPadded ? { obfuscation: padding() } : {}) });
  };
  let hasBegun = false;
  for await (const step of steps) {
    if (!hasBegun) yield chunk('head', { role: 'assistant', content: step.kind === 'call' ? null : '', refusal: null });
    hasBegun = true;
    if (step.kind !== 'end') {
      yield chunk('piece', deltaOf(step));
      continue;
    }
    yield chunk('tail', {}, step.finish);
    if (options?.include_usage === true) yield event('tail', { ...same, choices: [], usage: usageOf(step.usage) });
  }
  yield { kind: 'tail', data: 'data: [DONE]\n\n' };
}

/** So that nobody can tell the words from the lengths of the chunks on the wire. */
const padding = () =>
  randomBytes(12)
    .toString('base64url')
    .slice(Math.floor(Math.random() * 16));

function deltaOf(step: Exclude<Step, End>): object {
  switch (step.kind) {
    case 'text':
      return { content: step.text };
    case 'call': {
      const { index, id, name } = step;
      return { tool_calls: [{ index, id, type: 'function', function: { name, arguments: '' } }] };
    }
    case 'arguments':
      return { tool_calls: [{ index: step.index, function: { arguments: step.text } }] };
  }
}

/** Takes as long as its tokens would have taken in a stream. */
async function whole({ model }: ChatRequest, steps: AsyncIterable<Step>, id: string, { pace, signal }: Exchange) {
  const texts: string[] = [];
  const calls: { id: string; type: 'function'; function: { name: string; arguments: string } }[] = [];
  let [made, end] = [0, null as End | null];
  for await (const step of steps) {
    if (step.kind === 'end') {
      end = step;
      break;
    }
    if (made > 0) await pause(pace, made, null, signal);
    made += 1;
    if (step.kind === 'text') texts.push(step.text);
    else if (step.kind === 'arguments') calls[step.index]!.function.arguments += step.text;
    else calls.push({ id: step.id, type: 'function', function: { name: step.name, arguments: '' } });
  }
  const { finish, usage } = end!;
  const content = calls.length > 0 && texts.length === 0 ? null : texts.join('');
  const said = { content, ...(calls.length > 0 ? { tool_calls: calls } : {}) };
  const message = { role: 'assistant', ...said, refusal: null, annotations: [] };
  const choices = [{ index: 0, message, logprobs: null, finish_reason: finish }];
  return { ...shared(id, 'chat.completion', model), choices, usage: usageOf(usage) };
}

function usageOf({ input, output }: End['usage']) {
  return {
    prompt_tokens: input,
    completion_tokens: output,
    total_tokens: input + output,
    prompt_tokens_details: { cached_tokens: 0, audio_tokens: 0 },
    completion_tokens_details: {
      reasoning_tokens: 0,
      audio_tokens: 0,
      accepted_prediction_tokens: 0,
      rejected_prediction_tokens: 0,
    },
  };
}
