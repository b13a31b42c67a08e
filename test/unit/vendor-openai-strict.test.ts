import type OpenAI from 'openai';
import { describe, expect, it } from 'vitest';
import { bare, bareChat, vendorOf } from './vendor-openai-fixture.js';

const user = { role: 'user', content: 'Hello' };
const right = { model: 'gpt-4o-mini', messages: [user] };
const call = (id: string) => ({ id, type: 'function', function: { name: 'get_time', arguments: '{}' } });
const calling = (...ids: string[]) => ({ role: 'assistant', content: null, tool_calls: ids.map(call) });
const result = (id: string) => ({ role: 'tool', tool_call_id: id, content: 'noon' });
const tools = [{ type: 'function', function: { name: 'get_time' } }];

interface Row {
  readonly what: string;
  /** On top of a request that is right; undefined takes a field away. */
  readonly body: Readonly<Record<string, unknown>>;
  readonly status?: number;
  readonly param?: string | null;
  readonly code?: string | null;
  readonly says?: RegExp;
}

const WRONG: readonly Row[] = [
  { what: 'no model', body: { model: undefined }, param: null, code: null, says: /^you must provide a model/ },
  {
    what: 'a model that is not there',
    body: { model: 'gpt-9' },
    status: 404,
    param: null,
    code: 'model_not_found',
    says: /`gpt-9`/,
  },
  { what: 'a model that hears', body: { model: 'whisper-1' }, status: 404, param: 'model', code: null },
  {
    what: 'a field that there is not',
    body: { temprature: 1 },
    param: null,
    code: null,
    says: /^Unrecognized request argument supplied: temprature$/,
  },
  {
    what: 'one further down',
    body: { messages: [{ ...user, text: 'Hi' }] },
    param: 'messages[0].text',
    code: 'unknown_parameter',
  },
  { what: 'no messages', body: { messages: undefined }, param: 'messages', code: 'missing_required_parameter' },
  { what: 'messages that are none', body: { messages: [] }, param: 'messages', code: 'empty_array' },
  {
    what: 'messages that are text',
    body: { messages: 'Hello' },
    param: 'messages',
    code: 'invalid_type',
    says: /expected an array, but got a string/,
  },
  {
    what: 'a message without a role',
    body: { messages: [{ content: 'Hi' }] },
    param: 'messages[0].role',
    code: 'missing_required_parameter',
  },
  {
    what: 'a role that there is not',
    body: { messages: [user, { ...user, role: 'bot' }] },
    param: 'messages[1].role',
    code: 'invalid_value',
    says: /'bot'.*'assistant'/,
  },
  {
    what: 'content that is null',
    body: { messages: [{ ...user, content: null }] },
    param: 'messages[0].content',
    code: 'invalid_type',
    says: /string or an array.*null/,
  },
  {
    what: 'content without parts',
    body: { messages: [{ ...user, content: [] }] },
    param: 'messages[0].content',
    code: 'empty_array',
  },
  {
    what: 'a part without text',
    body: { messages: [{ ...user, content: [{ type: 'text' }] }] },
    param: 'messages[0].content[0].text',
    code: 'missing_required_parameter',
  },
  {
    what: 'an assistant that says and calls nothing',
    body: { messages: [{ role: 'assistant', content: null }] },
    param: 'messages.[0].content',
    code: null,
  },
  {
    what: 'a temperature in words',
    body: { temperature: 'hot' },
    param: 'temperature',
    code: 'invalid_type',
    says: /expected a decimal, but got a string/,
  },
  { what: 'a temperature above 2', body: { temperature: 2.5 }, param: 'temperature', code: 'decimal_above_max_value' },
  { what: 'a temperature below 0', body: { temperature: -0.5 }, param: 'temperature', code: 'decimal_below_min_value' },
  {
    what: 'an answer of no tokens',
    body: { max_completion_tokens: 0 },
    param: 'max_completion_tokens',
    code: 'integer_below_min_value',
  },
  {
    what: 'half a token',
    body: { max_tokens: 1.5 },
    param: 'max_tokens',
    code: 'invalid_type',
    says: /expected an integer, but got a decimal/,
  },
  {
    what: 'both names for the most tokens',
    body: { max_tokens: 5, max_completion_tokens: 5 },
    param: 'max_tokens',
    code: null,
  },
  { what: 'a stream that is text', body: { stream: 'yes' }, param: 'stream', code: 'invalid_type', says: /a boolean/ },
  {
    what: 'options of a stream that is none',
    body: { stream_options: { include_usage: true } },
    param: 'stream_options',
    code: null,
  },
  { what: 'a list of no tools', body: { tools: [] }, param: 'tools', code: 'empty_array' },
  {
    what: 'too many tools',
    body: { tools: Array.from({ length: 129 }, () => tools[0]) },
    param: 'tools',
    code: 'array_above_max_length',
  },
  {
    what: 'a name that no function can have',
    body: { tools: [{ type: 'function', function: { name: 'get time' } }] },
    param: 'tools[0].function.name',
    code: 'invalid_value',
  },
  { what: 'a choice without tools', body: { tool_choice: 'auto' }, param: 'tool_choice', code: null },
  {
    what: 'parallel calls without tools',
    body: { parallel_tool_calls: true },
    param: 'parallel_tool_calls',
    code: null,
  },
  {
    what: 'a choice that there is not',
    body: { tools, tool_choice: 'any' },
    param: 'tool_choice',
    code: 'invalid_value',
  },
  {
    what: 'a choice that is a number',
    body: { tools, tool_choice: 1 },
    param: 'tool_choice',
    code: 'invalid_type',
    says: /string or an object.*integer/,
  },
  {
    what: 'a choice of no tool that is there',
    body: { tools, tool_choice: { type: 'function', function: { name: 'sing' } } },
    param: 'tool_choice',
    code: null,
  },
  {
    what: 'a call without result',
    body: { messages: [user, calling('c1'), user] },
    param: 'messages.[1].role',
    code: null,
    says: /c1$/,
  },
  {
    what: 'a call with the result at the wrong place',
    body: { messages: [calling('c1'), user, result('c1')] },
    param: 'messages.[0].role',
    code: null,
  },
  {
    what: 'two calls with one result',
    body: { messages: [calling('c1', 'c2'), result('c2')] },
    param: 'messages.[0].role',
    code: null,
    says: /: c1$/,
  },
  { what: 'a result without call', body: { messages: [user, result('c1')] }, param: 'messages.[1].role', code: null },
  {
    what: 'a result that comes twice',
    body: { messages: [calling('c1'), result('c1'), result('c1')] },
    param: 'messages.[2].role',
    code: null,
  },
  {
    what: 'calls that are none',
    body: { messages: [{ role: 'assistant', tool_calls: [] }] },
    param: 'messages[0].tool_calls',
    code: 'empty_array',
  },
  {
    what: 'max_tokens for a model that reasons',
    body: { model: 'gpt-5-mini', max_tokens: 5 },
    param: 'max_tokens',
    code: 'unsupported_parameter',
  },
  {
    what: 'a temperature for a model that reasons',
    body: { model: 'o4-mini', temperature: 0.5 },
    param: 'temperature',
    code: 'unsupported_value',
  },
  {
    what: 'effort of a model that does not reason',
    body: { reasoning_effort: 'low' },
    param: null,
    code: null,
    says: /reasoning_effort$/,
  },
  {
    what: 'five words to stop at',
    body: { stop: ['a', 'b', 'c', 'd', 'e'] },
    param: 'stop',
    code: 'array_above_max_length',
  },
  { what: 'more than one answer', body: { n: 2 }, param: 'n', code: 'not_simulated' },
  { what: 'probabilities', body: { logprobs: true }, param: 'logprobs', code: 'not_simulated' },
  {
    what: 'an answer in JSON',
    body: { response_format: { type: 'json_object' } },
    param: 'response_format',
    code: 'not_simulated',
  },
];

describe('chat refuses', () => {
  it.each(WRONG)('$what', async ({ body, status = 400, param = null, code = null, says = /./ }) => {
    const { vendor, asked } = await vendorOf();
    const refused = await bareChat(vendor.url, { ...right, ...body });
    expect(refused).toMatchObject({ status, param, code, type: 'invalid_request_error' });
    expect(refused.message).toMatch(says);
    expect(asked).toEqual([]);
    expect(vendor.requests[0]!.state).toBe('refused');
  });

  it('what is no JSON, and what does not say that it is', async () => {
    const { vendor } = await vendorOf();
    const json = { 'content-type': 'application/json; charset=utf-8' };
    for (const body of ['{"model":', '[]', 'null', '']) {
      expect(await bare(vendor.url, { body, headers: json })).toMatchObject({
        status: 400,
        type: 'invalid_request_error',
      });
    }
    const plain = await bare(vendor.url, { body: JSON.stringify(right), headers: { 'content-type': 'text/plain' } });
    expect(plain).toMatchObject({ status: 415, code: 'unsupported_content_type' });
  });

  it('more than 25 MiB', async () => {
    const { vendor } = await vendorOf();
    const refused = await bareChat(vendor.url, { ...right, messages: [{ ...user, content: 'x'.repeat(26_214_400) }] });
    expect(refused).toMatchObject({ status: 413, message: expect.stringMatching(/\(26214400\) exceeded/) });
    expect(vendor.requests[0]).toMatchObject({ state: 'refused', body: null });
  });
});

it('takes everything that is right', async () => {
  const { client, asked } = await vendorOf();
  const create = (more: object) =>
    client.chat.completions.create({ ...right, ...more } as OpenAI.ChatCompletionCreateParamsNonStreaming);
  await create({
    temperature: 0,
    top_p: 1,
    seed: 1,
    user: 'me',
    stop: 'END',
    presence_penalty: 2,
    metadata: { a: 'b' },
  });
  await create({
    model: 'gpt-5',
    max_completion_tokens: 100,
    temperature: 1,
    reasoning_effort: 'minimal',
    verbosity: 'low',
  });
  await create({ tools, tool_choice: { type: 'function', function: { name: 'get_time' } }, parallel_tool_calls: true });
  await create({
    messages: [user, calling('c1', 'c2'), result('c2'), result('c1'), user, calling('c1'), result('c1')],
  });
  await create({ max_tokens: null, stream: null, temperature: null, response_format: { type: 'text' } });
  expect(asked).toHaveLength(5);
});
