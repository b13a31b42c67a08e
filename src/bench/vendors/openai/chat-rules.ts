/** Reads a request for an answer. What the vendor turns down is turned down here, in its order and its words. */
import { checkCalls } from './messages.js';
import { checked } from './mistakes.js';
import { chatKind } from './models.js';
import { invalid, notSimulated } from './refusals.js';
import { type ChatRequest, chatSchema } from './schemas.js';

/** Throws Refused. */
export function readChatRequest(body: unknown): ChatRequest {
  if ((body as { model?: unknown } | null)?.model === undefined) throw invalid('you must provide a model parameter');
  const request = checked(chatSchema, body);
  checkModel(request);
  checkTogether(request);
  checkCalls(request.messages);
  checkSimulated(request);
  return request;
}

function checkModel(request: ChatRequest): void {
  if (chatKind(request.model) === 'chat') {
    if (request.reasoning_effort != null) throw invalid('Unrecognized request argument supplied: reasoning_effort');
    return;
  }
  if (request.max_tokens != null) {
    const message =
      "Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead.";
    throw invalid(message, 'max_tokens', 'unsupported_parameter');
  }
  const { temperature } = request;
  if (temperature != null && temperature !== 1) {
    const message = `Unsupported value: 'temperature' does not support ${temperature} with this model. Only the default (1) value is supported.`;
    throw invalid(message, 'temperature', 'unsupported_value');
  }
}

/** Fields that make sense only together, or only without each other. */
function checkTogether(request: ChatRequest): void {
  for (const param of ['tool_choice', 'parallel_tool_calls'] as const) {
    if (request[param] === undefined || request.tools !== undefined) continue;
    throw invalid(`Invalid value for '${param}': '${param}' is only allowed when 'tools' are specified.`, param);
  }
  const { tool_choice: choice } = request;
  if (typeof choice === 'object' && !request.tools?.some((tool) => tool.function.name === choice.function.name)) {
    throw invalid(`Tool choice '${choice.function.name}' not found in 'tools' parameter.`, 'tool_choice');
  }
  if (request.stream_options != null && request.stream !== true) {
    const message = "The 'stream_options' parameter is only allowed when 'stream' is enabled.";
    throw invalid(message, 'stream_options');
  }
  if (request.max_tokens != null && request.max_completion_tokens != null) {
    throw invalid("Setting 'max_tokens' and 'max_completion_tokens' at the same time is not supported.", 'max_tokens');
  }
}

function checkSimulated(request: ChatRequest): void {
  if ((request.n ?? 1) !== 1) throw notSimulated('n', 'More than one answer');
  if (request.logprobs === true || request.top_logprobs != null)
    throw notSimulated('logprobs', 'Probabilities of tokens');
  if (request.response_format != null && request.response_format.type !== 'text') {
    throw notSimulated('response_format', 'An answer in JSON');
  }
}
