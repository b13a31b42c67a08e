import pino from 'pino';
import { describe, expect, it } from 'vitest';
import { saying } from '../../src/bench/saying.js';
import type { LlmEvent, LlmRequest, Message } from '../../src/engines/contract.js';

const log = pino({ level: 'silent' });
const user: Message = { role: 'user', text: 'What is the weather like?' };
const called: Message[] = [
  user,
  { role: 'tool_call', callId: 'call_1', name: 'get_weather', arguments: '{}' },
  { role: 'tool_result', callId: 'call_1', output: 'It is sunny.' },
];

async function said(fields: Partial<LlmRequest>) {
  const request: LlmRequest = {
    messages: [user],
    tools: [],
    toolChoice: 'auto',
    maxTokens: 'inf',
    presenter: null,
    ...fields,
  };
  const context = { signal: new AbortController().signal, log, turn: 'turn' };
  const events: LlmEvent[] = [];
  for await (const event of saying('It is noon.')(request, context)) events.push(event);
  return events;
}

const words = ['It', ' is', ' noon.'].map((text) => ({ kind: 'text', text }));

describe('a model that always says the same', () => {
  it('says it word by word', async () => {
    expect(await said({})).toEqual(words);
  });

  it('calls the first function that it is offered, and then says it', async () => {
    const tools = [{ name: 'get_weather' }, { name: 'get_time' }];
    const call = { kind: 'tool_call', name: 'get_weather', arguments: '{}' };
    expect(await said({ tools })).toMatchObject([call]);
    expect(await said({ tools, messages: called })).toEqual(words);
    expect(await said({ tools, messages: [...called, { role: 'assistant', text: 'Sunny.' }, user] })).toMatchObject([
      call,
    ]);
    expect(await said({ tools, toolChoice: 'none' })).toEqual(words);
  });
});
