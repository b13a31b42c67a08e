import { describe, expect, it } from 'vitest';
import type { Message } from '../../src/engines/contract.js';
import { chatMessages, grouped } from '../../src/engines/llm/chat-messages.js';
import { withinTokens } from '../../src/engines/llm/token-budget.js';
import { collectToolCalls } from '../../src/engines/llm/tool-calls.js';
import { roughTokens } from '../../src/engines/tokens.js';

const user = (text: string): Message => ({ role: 'user', text });
const said = (text: string): Message => ({ role: 'assistant', text });
const call = (callId: string, name = 'look', args = '{}'): Message => ({
  role: 'tool_call',
  callId,
  name,
  arguments: args,
});
const result = (callId: string, output = 'ok'): Message => ({ role: 'tool_result', callId, output });
const chat = (...messages: Message[]) => chatMessages(grouped(messages));
const asked = (id: string, name = 'look') => ({ id, type: 'function', function: { name, arguments: '{}' } });
const answered = (tool_call_id: string, content = 'ok') => ({ role: 'tool', tool_call_id, content });

describe('a conversation as chat messages', () => {
  it('keeps who said what', () => {
    expect(chat({ role: 'system', text: 'Be kind.' }, user('Hi'), said('Hello'))).toEqual([
      { role: 'system', content: 'Be kind.' },
      { role: 'user', content: 'Hi' },
      { role: 'assistant', content: 'Hello' },
    ]);
  });

  it('tells of a caller who was not understood, or says nothing, or has just come', () => {
    expect(chat({ role: 'user', text: '', unclear: true })[0]?.content).toMatch(/could not be understood/);
    expect(chat({ role: 'user', text: '', silent: true })[0]?.content).toMatch(/said nothing for a while/);
    for (const before of [[], [{ role: 'system', text: 'Be kind.' } as const]]) {
      expect(chat(...before).at(-1)).toMatchObject({ role: 'user', content: expect.stringMatching(/just arrived/) });
    }
  });

  it('breaks off where the caller cut in', () => {
    expect(chat(user('A story'), { role: 'assistant', text: 'Once upon', interrupted: true }).at(-1)).toEqual({
      role: 'assistant',
      content: 'Once upon —',
    });
  });

  it('puts calls that came together into one message, and their results behind it', () => {
    expect(chat(user('Both'), call('a'), call('b'), result('b', '2'), result('a', '1'), said('Done'))).toEqual([
      { role: 'user', content: 'Both' },
      { role: 'assistant', content: null, tool_calls: [asked('a'), asked('b')] },
      answered('a', '1'),
      answered('b', '2'),
      { role: 'assistant', content: 'Done' },
    ]);
  });

  it('keeps calls apart that came one after the other', () => {
    const roles = chat(user('Go'), call('a'), result('a'), call('b'), result('b')).map(({ role }) => role);
    expect(roles).toEqual(['user', 'assistant', 'tool', 'assistant', 'tool']);
  });

  it('moves a result to its call, over what was said meanwhile', () => {
    expect(chat(user('Look'), call('a'), user('Hurry'), result('a'), said('Here'))).toEqual([
      { role: 'user', content: 'Look' },
      { role: 'assistant', content: null, tool_calls: [asked('a')] },
      answered('a'),
      { role: 'user', content: 'Hurry' },
      { role: 'assistant', content: 'Here' },
    ]);
  });

  it('says of a call without a result that there is none yet, and leaves out a result without a call', () => {
    expect(chat(call('a'), user('Well?')).slice(0, 2)).toEqual([
      { role: 'assistant', content: null, tool_calls: [asked('a')] },
      answered('a', '[There is no result yet.]'),
    ]);
    expect(chat(user('Hi'), result('stray'))).toEqual([{ role: 'user', content: 'Hi' }]);
  });
});

describe('what a model is given to read', () => {
  const long = (name: string) => `${name} ${'word '.repeat(50)}`;
  const told = (most: number, ...messages: Message[]) => withinTokens(grouped(messages), most).flat();

  it('is everything, if that is little enough', () => {
    const messages = [user('Hi'), said('Hello'), user('How are you?')];
    expect(told(1000, ...messages)).toEqual(messages);
  });

  it('loses the oldest turns, each of them whole', () => {
    const turn = (n: number) => [user(long(`q${n}`)), said(long(`a${n}`))];
    const rest = told(400, { role: 'system', text: 'Be kind.' }, ...turn(1), ...turn(2), ...turn(3), user('And?'));
    expect(rest).toEqual([{ role: 'system', text: 'Be kind.' }, ...turn(2), ...turn(3), user('And?')]);
  });

  it('never separates a call from its result, wherever that stands', () => {
    const messages = [
      user(long('q1')),
      call('a'),
      user(long('q2')),
      result('a', long('r')),
      said(long('a2')),
      user('And?'),
    ];
    for (let most = 0; most < 600; most += 10) {
      const kept = told(most, ...messages);
      const calls = kept.filter(({ role }) => role === 'tool_call').length;
      expect(kept.filter(({ role }) => role === 'tool_result')).toHaveLength(calls);
      expect(kept.at(-1)).toEqual(user('And?'));
      const first = kept.find(({ role }) => role !== 'system');
      expect(first?.role).toBe('user');
    }
  });

  it('keeps what the caller said in one go, and the newest turn however long it is', () => {
    expect(told(10, user(long('old')), said('Yes'), user(long('one')), user(long('two')))).toEqual([
      user(long('one')),
      user(long('two')),
    ]);
  });

  it('counts languages without spaces dearer', () => {
    expect(roughTokens('你好世界')).toBe(4);
    expect(roughTokens('four words of English')).toBeLessThan(8);
    expect(roughTokens('')).toBe(0);
  });
});

describe('function calls out of pieces', () => {
  const piece = (index: number, fields: { id?: string; name?: string; args?: string }) => ({
    index,
    ...(fields.id === undefined ? {} : { id: fields.id }),
    function: {
      ...(fields.name === undefined ? {} : { name: fields.name }),
      ...(fields.args === undefined ? {} : { arguments: fields.args }),
    },
  });
  const collected = (...pieces: ReturnType<typeof piece>[]) => {
    const calls = collectToolCalls(() => 'call_new');
    for (const one of pieces) calls.push([one]);
    return calls.end().map(({ callId, name, arguments: args }) => [callId, name, args]);
  };

  it('come together by their index, mixed with each other', () => {
    const calls = collected(
      piece(0, { id: 'a', name: 'look', args: '' }),
      piece(1, { id: 'b', name: 'hear', args: '' }),
      piece(0, { args: '{"x":' }),
      piece(1, { args: '{}' }),
      piece(0, { args: '1}' }),
    );
    expect(calls).toEqual([
      ['a', 'look', '{"x":1}'],
      ['b', 'hear', '{}'],
    ]);
  });

  it('are told apart by their id where every one has the index 0', () => {
    const calls = collected(
      piece(0, { id: 'a', name: 'look', args: '{}' }),
      piece(0, { id: 'b', name: 'hear', args: '{}' }),
    );
    expect(calls.map(([id]) => id)).toEqual(['a', 'b']);
  });

  it('get an id and arguments where the server gives none', () => {
    expect(collected(piece(0, { name: 'look' }))).toEqual([['call_new', 'look', '{}']]);
  });
});
