/** What a client may ask for with response.create, and what it gets. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { LlmEvent } from '../../src/engines/contract.js';
import type { ClientEvent } from '../../src/protocol/client-events.js';
import { tellingStt } from '../fixtures/engines.js';
import { LONG, openTalk, type TalkOptions } from '../fixtures/talk.js';

type Overrides = NonNullable<Extract<ClientEvent, { type: 'response.create' }>['response']>;

const said = (text: string) => ({ type: 'message' as const, role: 'user' as const, content: [inputText(text)] });
const inputText = (text: string) => ({ type: 'input_text' as const, text });

function open(options: TalkOptions = {}) {
  const caller = openTalk({ reportsPlayback: false, answer: () => ['Good.'], ...options });
  return {
    ...caller,
    create: (response: Overrides = {}, event_id?: string) =>
      caller.say({ type: 'response.create', response, ...(event_id === undefined ? {} : { event_id }) }),
    aside: (response: Overrides = {}, event_id?: string) =>
      caller.say({
        type: 'response.create',
        response: { conversation: 'none', output_modalities: ['text'], ...response },
        ...(event_id === undefined ? {} : { event_id }),
      }),
    ended: (id: string) =>
      caller.events.find((event) => event.type === 'response.done' && event.response.id === id) !== undefined,
  };
}

describe('response.create', () => {
  beforeEach(
    () =>
      void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'performance'] }),
  );
  afterEach(() => void vi.useRealTimers());

  it('overrides the session for one response', async () => {
    const caller = open();
    caller.create({
      instructions: 'Whisper.',
      tools: [{ type: 'function', name: 'look', description: 'Looks.', parameters: { type: 'object' } }],
      tool_choice: { type: 'function', name: 'look' },
      max_output_tokens: 7,
      metadata: { topic: 'doors' },
      output_modalities: ['text'],
    });
    const { response } = await caller.next('response.done');
    expect(response).toMatchObject({
      output_modalities: ['text'],
      max_output_tokens: 7,
      metadata: { topic: 'doors' },
      output: [{ content: [{ type: 'output_text', text: 'Good.' }] }],
    });
    caller.create();
    expect((await caller.next('response.done')).response).toMatchObject({
      output_modalities: ['audio'],
      max_output_tokens: 'inf',
      metadata: null,
    });
    expect(caller.asked).toMatchObject([
      {
        messages: [{ role: 'system', text: 'Whisper.' }],
        tools: [{ name: 'look', description: 'Looks.', parameters: { type: 'object' } }],
        toolChoice: { name: 'look' },
        maxTokens: 7,
      },
      { messages: [{ role: 'assistant', text: 'Good.' }], tools: [], toolChoice: 'auto', maxTokens: 'inf' },
    ]);
    caller.leave();
  });

  it('answers from its own input alone, and references what is in the conversation', async () => {
    const caller = open();
    caller.say({ type: 'conversation.item.create', item: { ...said('The sea is green.'), id: 'item_sea' } });
    caller.say({ type: 'conversation.item.create', item: said('Unimportant.') });
    caller.create({ input: [{ type: 'item_reference', id: 'item_sea' }, said('Is that so?')] });
    await caller.next('response.done');
    caller.create({ input: [] });
    await caller.next('response.done');
    expect(caller.asked.map(({ messages }) => messages)).toEqual([
      [
        { role: 'user', text: 'The sea is green.' },
        { role: 'user', text: 'Is that so?' },
      ],
      [],
    ]);
    caller.leave();
  });

  it('waits for the words of what it references', async () => {
    const caller = open({ stt: tellingStt({ text: 'the sea is green', afterMs: 300 }) });
    caller.update({ turn_detection: null });
    await caller.speak(500);
    caller.say({ type: 'input_audio_buffer.commit' });
    const { item_id } = await caller.next('input_audio_buffer.committed');
    caller.aside({ input: [{ type: 'item_reference', id: item_id }] });
    await caller.pass(1000);
    expect(caller.asked[0]!.messages).toEqual([{ role: 'user', text: 'the sea is green' }]);
    caller.leave();
  });

  it.each<[string, Overrides, object]>([
    [
      'an item that is not there',
      { input: [{ type: 'item_reference', id: 'item_no' }] },
      { code: 'item_not_found', param: 'response.input.0' },
    ],
    [
      'audio that nobody has recognised',
      { input: [{ type: 'message', role: 'user', content: [{ type: 'input_audio', audio: 'AAAA' }] }] },
      { code: 'invalid_value', param: 'response.input.0' },
    ],
    ['a voice that is not there', { audio: { output: { voice: 'zoe' } } }, { code: 'unknown_voice' }],
  ])('refuses %s, and nothing has begun', async (_what, response, error) => {
    const caller = open();
    caller.create(response, 'mine');
    expect((await caller.next('error')).error).toMatchObject({ ...error, event_id: 'mine' });
    expect(caller.types()).not.toContain('response.created');
    caller.create();
    await caller.next('response.done');
    caller.leave();
  });
});

describe('R36 an answer outside the conversation and in writing', () => {
  beforeEach(
    () =>
      void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'performance'] }),
  );
  afterEach(() => void vi.useRealTimers());

  it('is given beside the one that has the floor, and leaves no trace', async () => {
    const caller = open({ slowModel: true });
    caller.ask('Hello');
    const { response: first } = await caller.next('response.created');
    caller.aside({ metadata: { for: 'summary' } });
    const { response: aside } = await caller.next('response.created');
    expect(aside).toMatchObject({ conversation_id: null, metadata: { for: 'summary' } });
    await caller.pass(3000);
    expect([caller.ended(first.id), caller.ended(aside.id)]).toEqual([true, true]);
    expect(caller.types()).not.toContain('error');
    const items = caller.events.filter((event) => event.type === 'conversation.item.added');
    expect(items).toHaveLength(2);
    caller.leave();
  });

  it('is no answer to what was said, which is answered as well', async () => {
    const caller = open({ stt: tellingStt({ text: 'tell me', afterMs: 400 }) });
    await caller.speak(600);
    await caller.rest(200);
    caller.aside({ input: [] });
    await caller.rest(2000);
    expect(caller.events.filter((event) => event.type === 'response.done')).toHaveLength(2);
    expect(caller.asked.at(-1)!.messages).toEqual([{ role: 'user', text: 'tell me' }]);
    caller.leave();
  });

  it('is cancelled by its id alone, and not by an interruption', async () => {
    const caller = open({ slowModel: true });
    caller.ask('Hello');
    const { response: first } = await caller.next('response.created');
    caller.aside();
    const { response: one } = await caller.next('response.created');
    caller.aside();
    const { response: other } = await caller.next('response.created');
    caller.say({ type: 'response.cancel', response_id: one.id });
    caller.say({ type: 'response.cancel' });
    await caller.pass(3000);
    const statusOf = (id: string) =>
      caller.events.flatMap((event) => (event.type === 'response.done' && event.response.id === id ? [event] : []))[0]
        ?.response.status;
    expect([first.id, one.id, other.id].map(statusOf)).toEqual(['cancelled', 'cancelled', 'completed']);
    caller.say({ type: 'response.cancel', response_id: other.id });
    expect((await caller.next('error')).error.code).toBe('response_cancel_not_active');
    caller.leave();
  });

  it('is refused when eight are being made, until one is done', async () => {
    const caller = open({ slowModel: true });
    for (let count = 0; count < 8; count += 1) caller.aside();
    caller.aside({}, 'ninth');
    expect((await caller.next('error')).error).toMatchObject({ code: 'too_many_responses', event_id: 'ninth' });
    await caller.pass(3000);
    caller.aside();
    await caller.pass(3000);
    expect(caller.events.filter((event) => event.type === 'response.done')).toHaveLength(9);
    caller.leave();
  });

  it('ends with its caller', async () => {
    const caller = open({ slowModel: true });
    caller.aside();
    await caller.pass(100);
    const sent = caller.events.length;
    caller.leave();
    await caller.pass(3000);
    expect(caller.asked).toHaveLength(1);
    expect(caller.events.slice(sent).map(({ type }) => type)).not.toContain('response.output_text.delta');
    expect(vi.getTimerCount()).toBe(0);
  });
});

describe('a function of the client', () => {
  beforeEach(
    () =>
      void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'performance'] }),
  );
  afterEach(() => void vi.useRealTimers());

  const call = (callId: string, door: number): LlmEvent => ({
    kind: 'tool_call',
    callId,
    name: 'open_door',
    arguments: `{"door":${door}}`,
  });

  it('is called in a spoken turn, and its result is spoken', async () => {
    const answers: (string | LlmEvent)[][] = [[call('call_1', 2)], ['The door is open.']];
    const caller = open({ stt: tellingStt('open the second door'), answer: () => answers.shift() ?? [LONG] });
    caller.say({
      type: 'session.update',
      session: { type: 'realtime', tools: [{ type: 'function', name: 'open_door' }] },
    });
    await caller.speak(900);
    await caller.rest(600);
    const { response } = await caller.next('response.done');
    expect(response).toMatchObject({
      status: 'completed',
      output: [{ type: 'function_call', call_id: 'call_1', name: 'open_door', arguments: '{"door":2}' }],
    });
    expect(caller.asked[0]!.tools).toEqual([{ name: 'open_door' }]);
    expect(caller.last('avatar.state')?.state).toBe('idle');
    const opened = { type: 'function_call_output' as const, call_id: 'call_1', output: 'opened' };
    caller.say({ type: 'conversation.item.create', item: opened });
    caller.create();
    expect((await caller.next('response.output_audio_transcript.done')).transcript).toBe('The door is open.');
    expect(caller.audio.length).toBeGreaterThan(5);
    caller.leave();
  });

  it('may be called twice, and after a few words', async () => {
    const caller = open({ answer: () => ['One moment.', call('call_1', 1), call('call_2', 2)] });
    caller.ask('Open both');
    const { response } = await caller.next('response.done');
    expect(response.output.map(({ type }) => type)).toEqual(['message', 'function_call', 'function_call']);
    const done = caller.events.filter((event) => event.type === 'response.function_call_arguments.done');
    expect(done.map(({ call_id, output_index }) => [call_id, output_index])).toEqual([
      ['call_1', 1],
      ['call_2', 2],
    ]);
    caller.leave();
  });

  it('that was never called has no result', async () => {
    const caller = open();
    const item = { type: 'function_call_output' as const, call_id: 'call_nobody', output: '1' };
    caller.say({ type: 'conversation.item.create', event_id: 'mine', item });
    expect((await caller.next('error')).error).toMatchObject({
      code: 'invalid_tool_call_id',
      param: 'item.call_id',
      event_id: 'mine',
    });
    expect(caller.types()).not.toContain('conversation.item.added');
    caller.leave();
  });
});
