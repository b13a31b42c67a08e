/** A request for chat completions, and what is left out of it for models that will not have it. */
import type {
  ChatCompletionCreateParamsStreaming,
  ChatCompletionMessageParam,
  ChatCompletionToolChoiceOption,
} from 'openai/resources/chat/completions';
import type { LlmRequest } from '../contract.js';

/** What this model will not have, learnt from its refusals. */
export interface Quirks {
  noTemperature: boolean;
  limit: 'max_tokens' | 'max_completion_tokens';
  noUsage: boolean;
}

export interface Asked {
  readonly request: LlmRequest;
  readonly messages: ChatCompletionMessageParam[];
}

interface Wishes {
  readonly model: string;
  readonly maxTokens: number;
  readonly temperature: number;
}

export function bodyOf(
  { model, maxTokens, temperature }: Wishes,
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
export function learnFrom(param: string, body: ChatCompletionCreateParamsStreaming, quirks: Quirks): boolean {
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
