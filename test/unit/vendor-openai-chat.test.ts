import OpenAI from 'openai';
import type { ChatCompletionChunk, ChatCompletionCreateParamsNonStreaming } from 'openai/resources/chat/completions';
import { describe, expect, it } from 'vitest';
import { scriptedLlm } from '../../src/engines/llm/scripted.js';
import { personaOf } from './persona-fixture.js';
import { KEY, saying, vendorOf } from './vendor-openai-fixture.js';

const tool = (name: string) => ({ type: 'function' as const, function: { name, parameters: { type: 'object' } } });
const QUESTION = {
  model: 'gpt-4o-mini',
  messages: [{ role: 'user', content: 'Good morning' }],
} satisfies ChatCompletionCreateParamsNonStreaming;

const twoCalls = () => [
  { kind: 'tool_call', callId: 'call_1', name: 'get_weather', arguments: '{"city":"Köln 🌧"}' } as const,
  { kind: 'tool_call', callId: 'call_2', name: 'get_time', arguments: '{}' } as const,
];

async function streamed(client: OpenAI, more: Partial<OpenAI.ChatCompletionCreateParamsStreaming> = {}) {
  const chunks: ChatCompletionChunk[] = [];
  for await (const chunk of await client.chat.completions.create({ ...QUESTION, ...more, stream: true }))
    chunks.push(chunk);
  return chunks;
}

const textOf = (chunks: readonly ChatCompletionChunk[]) =>
  chunks.map(({ choices: [choice] }) => choice?.delta.content ?? '').join('');
const finishOf = (chunks: readonly ChatCompletionChunk[]) => chunks.at(-1)!.choices[0]!.finish_reason;

describe('a streamed answer', () => {
  it('names who speaks, then says it piece by piece, then why it ends', async () => {
    const { client, vendor } = await vendorOf();
    const chunks = await streamed(client);
    expect(chunks.map(({ choices }) => choices[0])).toEqual([
      { index: 0, delta: { role: 'assistant', content: '', refusal: null }, logprobs: null, finish_reason: null },
      { index: 0, delta: { content: 'Hello' }, logprobs: null, finish_reason: null },
      { index: 0, delta: { content: ' there.' }, logprobs: null, finish_reason: null },
      { index: 0, delta: {}, logprobs: null, finish_reason: 'stop' },
    ]);
    expect(new Set(chunks.map(({ id }) => id)).size).toBe(1);
    expect(chunks[0]).toMatchObject({
      id: expect.stringMatching(/^chatcmpl-/),
      object: 'chat.completion.chunk',
      model: 'gpt-4o-mini',
      system_fingerprint: expect.stringMatching(/^fp_/),
    });
    await expect.poll(() => vendor.requests[0]!.state).toBe('done');
    expect(vendor.requests[0]).toMatchObject({ endpoint: 'chat', body: { ...QUESTION, stream: true } });
    expect(vendor.open()).toBe(0);
  });

  it('ends with the usage if that was asked for, in a chunk without choices', async () => {
    const { client } = await vendorOf(() => [...saying('Hi'), { kind: 'usage', inputTokens: 7, outputTokens: 3 }]);
    const chunks = await streamed(client, { stream_options: { include_usage: true } });
    expect(chunks.at(-1)).toMatchObject({
      choices: [],
      usage: { prompt_tokens: 7, completion_tokens: 3, total_tokens: 10 },
    });
    expect(chunks.slice(0, -1).every(({ usage }) => usage === null)).toBe(true);
    expect((await streamed(client)).every((chunk) => !('usage' in chunk))).toBe(true);
  });

  it('hides the lengths of its pieces unless that is not wanted', async () => {
    const { client } = await vendorOf();
    const padded = await streamed(client);
    expect(padded.every((chunk) => typeof (chunk as { obfuscation?: string }).obfuscation === 'string')).toBe(true);
    const plain = await streamed(client, { stream_options: { include_obfuscation: false } });
    expect(plain.some((chunk) => 'obfuscation' in chunk)).toBe(false);
  });

  it('ends with [DONE] on the wire', async () => {
    const { vendor } = await vendorOf();
    const headers = { authorization: `Bearer ${KEY}`, 'content-type': 'application/json' };
    const body = JSON.stringify({ ...QUESTION, stream: true });
    const answer = await fetch(`${vendor.url}/chat/completions`, { method: 'POST', headers, body });
    expect(answer.headers.get('content-type')).toMatch(/^text\/event-stream/);
    expect(answer.headers.get('x-request-id')).toMatch(/^req_/);
    const events = (await answer.text()).split('\n\n');
    expect(events.slice(-2)).toEqual(['data: [DONE]', '']);
    expect(events.slice(0, -2).every((event) => event.startsWith('data: {'))).toBe(true);
  });
});

describe('functions', () => {
  const tools = [tool('get_weather'), tool('get_time')];

  it('are called beside each other, each begun with its name and filled up in pieces', async () => {
    const { client } = await vendorOf(twoCalls);
    const chunks = await streamed(client, { tools });
    const deltas = chunks.flatMap(({ choices }) => choices[0]!.delta.tool_calls ?? []);
    expect(deltas[0]).toEqual({
      index: 0,
      id: 'call_1',
      type: 'function',
      function: { name: 'get_weather', arguments: '' },
    });
    const written = (index: number) =>
      deltas.filter((delta) => delta.index === index).map((delta) => delta.function!.arguments);
    expect(written(0).length).toBeGreaterThan(2);
    expect(written(0).join('')).toBe('{"city":"Köln 🌧"}');
    expect(written(1).join('')).toBe('{}');
    expect(deltas.filter(({ id }) => id !== undefined).map(({ id }) => id)).toEqual(['call_1', 'call_2']);
    expect(chunks[0]!.choices[0]!.delta).toEqual({ role: 'assistant', content: null, refusal: null });
    expect(finishOf(chunks)).toBe('tool_calls');
  });

  it('are put together again by the vendor’s client, with words before them', async () => {
    const { client } = await vendorOf(() => [...saying('One moment.'), ...twoCalls()]);
    const final = await client.chat.completions.stream({ ...QUESTION, tools }).finalChatCompletion();
    expect(final.choices[0]!.message).toMatchObject({
      content: 'One moment.',
      tool_calls: [
        { id: 'call_1', function: { name: 'get_weather', arguments: '{"city":"Köln 🌧"}' } },
        { id: 'call_2', function: { name: 'get_time', arguments: '{}' } },
      ],
    });
  });

  it('are called one at a time if the request says so, and "stop" is said of one that was asked for by name', async () => {
    const { client } = await vendorOf(twoCalls);
    const one = await client.chat.completions.create({ ...QUESTION, tools, parallel_tool_calls: false });
    expect(one.choices[0]!.message.tool_calls).toHaveLength(1);
    const named = { type: 'function', function: { name: 'get_time' } } as const;
    const chunks = await streamed(client, { tools, tool_choice: named });
    expect(finishOf(chunks)).toBe('stop');
  });

  it('are told to the engine that answers, as is all that was said', async () => {
    const { client, asked } = await vendorOf();
    await streamed(client, {
      tools: [
        { type: 'function', function: { name: 'get_weather', description: 'Now', parameters: { type: 'object' } } },
      ],
      tool_choice: 'required',
      max_completion_tokens: 50,
      messages: [
        { role: 'developer', content: 'Be brief.' },
        {
          role: 'system',
          content: [
            { type: 'text', text: 'Be ' },
            { type: 'text', text: 'kind.' },
          ],
        },
        { role: 'user', content: 'Weather?' },
        {
          role: 'assistant',
          content: 'Let me see.',
          tool_calls: [{ id: 'c1', type: 'function', function: { name: 'get_weather', arguments: '{}' } }],
        },
        { role: 'tool', tool_call_id: 'c1', content: 'sunny' },
        { role: 'assistant', content: null, refusal: 'No.' },
        { role: 'user', content: 'Why?' },
      ],
    });
    expect(asked).toEqual([
      {
        messages: [
          { role: 'system', text: 'Be brief.' },
          { role: 'system', text: 'Be kind.' },
          { role: 'user', text: 'Weather?' },
          { role: 'assistant', text: 'Let me see.' },
          { role: 'tool_call', callId: 'c1', name: 'get_weather', arguments: '{}' },
          { role: 'tool_result', callId: 'c1', output: 'sunny' },
          { role: 'assistant', text: 'No.' },
          { role: 'user', text: 'Why?' },
        ],
        tools: [{ name: 'get_weather', description: 'Now', parameters: { type: 'object' } }],
        toolChoice: 'required',
        maxTokens: 50,
        presenter: null,
      },
    ]);
  });
});

describe('an answer in one', () => {
  it('has words, usage and a reason', async () => {
    const { client } = await vendorOf(() => [...saying('Hi', '!'), { kind: 'usage', inputTokens: 7, outputTokens: 2 }]);
    const answer = await client.chat.completions.create(QUESTION);
    expect(answer).toMatchObject({
      object: 'chat.completion',
      model: 'gpt-4o-mini',
      choices: [{ index: 0, message: { role: 'assistant', content: 'Hi!', refusal: null }, finish_reason: 'stop' }],
      usage: { prompt_tokens: 7, completion_tokens: 2, total_tokens: 9 },
    });
  });

  it('has no words where there are only calls, and empty ones where there is nothing', async () => {
    const calls = await vendorOf(twoCalls);
    const called = await calls.client.chat.completions.create({ ...QUESTION, tools: [tool('get_weather')] });
    expect(called.choices[0]).toMatchObject({ message: { content: null }, finish_reason: 'tool_calls' });
    expect(called.choices[0]!.message.tool_calls!.map(({ id }) => id)).toEqual(['call_1', 'call_2']);
    const nothing = await vendorOf(() => []);
    expect((await nothing.client.chat.completions.create(QUESTION)).choices[0]!.message.content).toBe('');
    expect(textOf(await streamed(nothing.client))).toBe('');
  });
});

describe('an answer that ends early', () => {
  it('is as long as was allowed, whether the engine counts or not', async () => {
    const { client, asked } = await vendorOf(() => saying('One', ' two', ' three'));
    const chunks = await streamed(client, { max_tokens: 2 });
    expect([textOf(chunks), finishOf(chunks)]).toEqual(['One two', 'length']);
    expect(asked[0]!.maxTokens).toBe(2);
    const own = await vendorOf(() => [...saying('One'), { kind: 'cut', reason: 'max_output_tokens' }]);
    expect(finishOf(await streamed(own.client))).toBe('length');
  });

  it('says so when something must not be said', async () => {
    const { client } = await vendorOf(() => [...saying('I will'), { kind: 'cut', reason: 'content_filter' }]);
    expect(finishOf(await streamed(client))).toBe('content_filter');
    expect((await client.chat.completions.create(QUESTION)).choices[0]!.finish_reason).toBe('content_filter');
  });
});

it('lets the scripted host answer', async () => {
  const engine = scriptedLlm({ persona: personaOf(), now: () => new Date(), pace: 0 });
  const { client } = await vendorOf(undefined, { answer: engine });
  const chunks = await streamed(client, { messages: [{ role: 'user', content: 'Who are you?' }] });
  expect(textOf(chunks)).toBe('I am Otto, and I look after the door.');
});

it('lists its models, and describes each', async () => {
  const { client } = await vendorOf();
  const { data } = await client.models.list();
  expect(data.map(({ id }) => id)).toEqual(expect.arrayContaining(['gpt-4o-mini', 'whisper-1', 'gpt-4o-transcribe']));
  for (const { id } of data) expect(await client.models.retrieve(id)).toMatchObject({ id, object: 'model' });
  await expect(client.models.retrieve('gpt-9')).rejects.toThrow(OpenAI.NotFoundError);
});

it('answers with the vendor’s own failure when the engine fails', async () => {
  const { client, vendor } = await vendorOf(() => {
    throw new Error('broken');
  });
  await expect(client.chat.completions.create(QUESTION)).rejects.toThrow(OpenAI.InternalServerError);
  // In mid-stream there is no status left to say it with.
  await expect(streamed(client)).rejects.toThrow('terminated');
  await expect.poll(() => vendor.requests.map(({ state }) => state)).toEqual(['refused', 'broken']);
});
