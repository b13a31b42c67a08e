/** What a model would generate, token by token: the events of the engine that answers, cut as the vendor cuts them. */
import type { EngineContext, Llm, LlmRequest } from '../../../engines/contract.js';
import { contractMessages } from './messages.js';
import type { ChatRequest } from './schemas.js';

export type Finish = 'stop' | 'length' | 'tool_calls' | 'content_filter';

export type Step =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'call'; readonly index: number; readonly id: string; readonly name: string }
  | { readonly kind: 'arguments'; readonly index: number; readonly text: string }
  /** The last one. */
  | {
      readonly kind: 'end';
      readonly finish: Finish;
      readonly usage: { readonly input: number; readonly output: number };
    };

/** Characters of a function's arguments in one step. */
const ARGUMENTS_STEP = /.{1,8}/gsu;

export async function* generate(
  request: ChatRequest,
  answer: Llm,
  context: EngineContext,
): AsyncGenerator<Step, void, undefined> {
  const asked = contractRequest(request);
  let [tokens, calls] = [0, 0];
  let early: Finish | null = null;
  let usage: { input: number; output: number } | null = null;
  for await (const event of answer(asked, context)) {
    if (event.kind === 'usage') usage = { input: event.inputTokens, output: event.outputTokens };
    else if (event.kind === 'cut') early = event.reason === 'content_filter' ? 'content_filter' : 'length';
    else if (event.kind === 'tool_call') {
      if (calls > 0 && request.parallel_tool_calls === false) continue;
      yield { kind: 'call', index: calls, id: event.callId, name: event.name };
      for (const [text] of event.arguments.matchAll(ARGUMENTS_STEP)) yield { kind: 'arguments', index: calls, text };
      calls += 1;
    } else if (event.kind === 'working') {
      // The vendor shows nothing of that.
    } else if (tokens === asked.maxTokens) {
      // Also for an engine that does not count: the vendor does.
      early = 'length';
      break;
    } else {
      tokens += 1;
      yield { kind: 'text', text: event.text };
    }
  }
  const input = Math.ceil(JSON.stringify(asked.messages).length / 4);
  yield { kind: 'end', finish: early ?? ending(request, calls), usage: usage ?? { input, output: tokens } };
}

/** A function that was asked for by its name is called without anybody having decided so: the vendor says "stop". */
function ending({ tool_choice }: ChatRequest, calls: number): Finish {
  return calls > 0 && typeof tool_choice !== 'object' ? 'tool_calls' : 'stop';
}

function contractRequest(request: ChatRequest): LlmRequest {
  const { tools, tool_choice: choice = 'auto' } = request;
  return {
    messages: contractMessages(request.messages),
    tools: (tools ?? []).map(({ function: { name, description, parameters } }) => ({
      name,
      ...(description === undefined ? {} : { description }),
      ...(parameters === undefined ? {} : { parameters }),
    })),
    toolChoice: typeof choice === 'string' ? choice : { name: choice.function.name },
    maxTokens: request.max_completion_tokens ?? request.max_tokens ?? 'inf',
    presenter: null,
  };
}
