/** What the vendor takes, field by field. Rules between fields are in chat-rules.ts and transcriptions.ts. */
import { z } from 'zod';

const text = z.strictObject({ type: z.literal('text'), text: z.string() });
const content = z.union([z.string(), z.array(text).min(1)]);
const name = z.string().optional();

const functionName = z.string().regex(/^[a-zA-Z0-9_-]{1,64}$/);

const toolCall = z.strictObject({
  id: z.string(),
  type: z.literal('function'),
  function: z.strictObject({ name: functionName, arguments: z.string() }),
});

const message = z.discriminatedUnion('role', [
  z.strictObject({ role: z.literal('system'), content, name }),
  z.strictObject({ role: z.literal('developer'), content, name }),
  z.strictObject({ role: z.literal('user'), content, name }),
  z.strictObject({
    role: z.literal('assistant'),
    content: content.nullish(),
    refusal: z.string().nullish(),
    name,
    tool_calls: z.array(toolCall).min(1).optional(),
  }),
  z.strictObject({ role: z.literal('tool'), content, tool_call_id: z.string() }),
]);

const tool = z.strictObject({
  type: z.literal('function'),
  function: z.strictObject({
    name: functionName,
    description: z.string().optional(),
    parameters: z.record(z.string(), z.unknown()).optional(),
    strict: z.boolean().nullish(),
  }),
});

const toolChoice = z.union([
  z.enum(['none', 'auto', 'required']),
  z.strictObject({ type: z.literal('function'), function: z.strictObject({ name: z.string() }) }),
]);

const flag = z.boolean().nullish();
const key = z.string().nullish();
const penalty = z.number().min(-2).max(2).nullish();
const tokens = z.int().min(1).nullish();

export const chatSchema = z.strictObject({
  model: z.string(),
  messages: z.array(message).min(1),
  stream: flag,
  stream_options: z.strictObject({ include_usage: flag, include_obfuscation: flag }).nullish(),
  tools: z.array(tool).min(1).max(128).optional(),
  tool_choice: toolChoice.optional(),
  parallel_tool_calls: z.boolean().optional(),
  max_tokens: tokens,
  max_completion_tokens: tokens,
  temperature: z.number().min(0).max(2).nullish(),
  top_p: z.number().min(0).max(1).nullish(),
  n: z.int().min(1).max(128).nullish(),
  stop: z.union([z.string(), z.array(z.string()).min(1).max(4)]).nullish(),
  seed: z.int().nullish(),
  presence_penalty: penalty,
  frequency_penalty: penalty,
  logit_bias: z.record(z.string(), z.number().min(-100).max(100)).nullish(),
  logprobs: flag,
  top_logprobs: z.int().min(0).max(20).nullish(),
  response_format: z.looseObject({ type: z.enum(['text', 'json_object', 'json_schema']) }).nullish(),
  reasoning_effort: z.enum(['none', 'minimal', 'low', 'medium', 'high', 'xhigh']).nullish(),
  verbosity: z.enum(['low', 'medium', 'high']).nullish(),
  service_tier: z.enum(['auto', 'default', 'flex', 'scale', 'priority']).nullish(),
  metadata: z.record(z.string(), z.string()).nullish(),
  store: flag,
  user: z.string().optional(),
  safety_identifier: key,
  prompt_cache_key: key,
  prompt_cache_retention: z.enum(['in_memory', '24h']).nullish(),
});

export type ChatRequest = z.infer<typeof chatSchema>;
export type ChatMessage = ChatRequest['messages'][number];

/** Fields of a form are text, whatever they mean. */
const spokenFlag = z.enum(['true', 'false']).transform((said) => said === 'true');

export const transcriptionSchema = z.strictObject({
  file: z.instanceof(File),
  model: z.string(),
  // Two letters and no region; that "en-GB" is refused, a rule of its own says in the words of the vendor.
  language: z.string().optional(),
  prompt: z.string().optional(),
  response_format: z.enum(['json', 'text', 'srt', 'verbose_json', 'vtt', 'diarized_json']).default('json'),
  temperature: z.coerce.number().min(0).max(1).optional(),
  stream: spokenFlag.default(false),
  timestamp_granularities: z.array(z.enum(['word', 'segment'])).default(['segment']),
  include: z.array(z.enum(['logprobs'])).default([]),
  chunking_strategy: z.literal('auto').optional(),
});

export type TranscriptionRequest = z.infer<typeof transcriptionSchema>;
