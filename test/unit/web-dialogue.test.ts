import { describe, expect, it } from 'vitest';
import type { ErrorBody, ResponseObject, ResponseStatus, ServerEvent } from '../../src/protocol/server-events.js';
import { Dialogue, retold } from '../../web-client/element/dialogue.js';

const response = (id: string, status: ResponseStatus): ResponseObject => ({
  id,
  object: 'realtime.response',
  status,
  status_details: null,
  output: [],
  conversation_id: null,
  output_modalities: ['audio'],
  audio: { output: { format: { type: 'audio/pcm', rate: 24_000 }, voice: 'v' } },
  max_output_tokens: 'inf',
  metadata: null,
  usage: null,
});
const created = (id: string): ServerEvent => ({ type: 'response.created', response: response(id, 'in_progress') });
const done = (id: string, status: ResponseStatus = 'completed'): ServerEvent => ({
  type: 'response.done',
  response: response(id, status),
});
const failure = (code: string, event_id: string | null): ServerEvent => ({
  type: 'error',
  error: { type: 'invalid_request_error', code, message: code, param: null, event_id } satisfies ErrorBody,
});
const flush = (id: string): ServerEvent => ({
  type: 'avatar.flush',
  response: 1,
  response_id: id,
  reason: 'client_cancelled',
});

const types = (events: readonly { type: string }[]) => events.map(({ type }) => type);
const QUESTION = ['conversation.item.create', 'response.create'];

describe('the dialogue', () => {
  it('asks for an answer to an empty conversation, so that the host greets', () => {
    const dialogue = new Dialogue();
    expect(types(dialogue.answer())).toEqual(['response.create']);
    expect(dialogue.isWaiting).toBe(true);
    dialogue.receive(created('a'));
    dialogue.receive(done('a'));
    expect(dialogue.isWaiting).toBe(false);
  });

  it('sends a question at once when nothing is being answered', () => {
    expect(types(new Dialogue().ask('Hello', false))).toEqual(QUESTION);
  });

  it('first cancels the answer that runs, and asks when the server has ended it', () => {
    const dialogue = new Dialogue();
    dialogue.ask('one', false);
    dialogue.receive(created('a'));
    expect(types(dialogue.ask('two', true))).toEqual(['response.cancel']);
    expect(dialogue.receive(flush('a'))).toEqual([]);
    const asked = dialogue.receive(done('a', 'cancelled'));
    expect(types(asked)).toEqual(QUESTION);
    expect(asked[0]).toMatchObject({ item: { content: [{ text: 'two' }] } });
  });

  it('cancels before the server has even said that it begins', () => {
    const dialogue = new Dialogue();
    dialogue.ask('one', false);
    expect(types(dialogue.ask('two', false))).toEqual(['response.cancel']);
    expect(dialogue.receive(created('a'))).toEqual([]);
    expect(types(dialogue.receive(done('a', 'cancelled')))).toEqual(QUESTION);
  });

  it('goes on when there was nothing left to cancel', () => {
    const dialogue = new Dialogue();
    expect(types(dialogue.ask('two', true))).toEqual(['response.cancel']);
    expect(types(dialogue.receive(failure('response_cancel_not_active', null)))).toEqual(QUESTION);
  });

  it('takes the flush as the answer when the server had finished and only the sound was left', () => {
    const dialogue = new Dialogue();
    dialogue.ask('one', false);
    dialogue.receive(created('a'));
    dialogue.receive(done('a'));
    expect(types(dialogue.ask('two', true))).toEqual(['response.cancel']);
    expect(types(dialogue.receive(flush('a')))).toEqual(QUESTION);
    // The refusal of the cancel that comes too late changes nothing.
    dialogue.receive(created('b'));
    expect(dialogue.receive(failure('response_cancel_not_active', null))).toEqual([]);
    expect(dialogue.isWaiting).toBe(true);
  });

  it('asks all questions that were typed meanwhile, in order, for one answer', () => {
    const dialogue = new Dialogue();
    dialogue.ask('one', false);
    dialogue.receive(created('a'));
    dialogue.ask('two', true);
    expect(dialogue.ask('three', true)).toEqual([]);
    const asked = dialogue.receive(done('a', 'cancelled'));
    expect(types(asked)).toEqual(['conversation.item.create', 'conversation.item.create', 'response.create']);
    expect(JSON.stringify(asked)).toMatch(/two.*three/);
  });

  it('stops once, drops the questions that wait, and is free again', () => {
    const dialogue = new Dialogue();
    expect(dialogue.stop(false)).toEqual([]);
    dialogue.ask('one', false);
    dialogue.receive(created('a'));
    dialogue.ask('two', true);
    expect(dialogue.stop(true)).toEqual([]);
    expect(dialogue.receive(done('a', 'cancelled'))).toEqual([]);
    expect(dialogue.isWaiting).toBe(false);
    expect(types(dialogue.ask('three', false))).toEqual(QUESTION);
  });

  it('is free again when the server refuses to answer', () => {
    const dialogue = new Dialogue();
    const [create] = dialogue.answer();
    dialogue.receive(failure('at_capacity', 'another_event'));
    expect(dialogue.isWaiting).toBe(true);
    dialogue.receive(failure('empty_input', create?.event_id ?? null));
    expect(dialogue.isWaiting).toBe(false);
  });

  it('forgets everything when the connection is lost', () => {
    const dialogue = new Dialogue();
    dialogue.ask('one', false);
    dialogue.ask('two', true);
    dialogue.reset();
    expect(dialogue.isWaiting).toBe(false);
    expect(dialogue.receive(done('a', 'cancelled'))).toEqual([]);
  });
});

describe('an answer that is owed', () => {
  const resumed = (dialogue: Dialogue) => {
    dialogue.reset();
    return types(dialogue.resume());
  };

  it('is asked for in a new session until its first words are there', () => {
    const dialogue = new Dialogue();
    expect(resumed(dialogue)).toEqual([]);
    dialogue.ask('one', false);
    expect(resumed(dialogue)).toEqual(['response.create']);
    dialogue.receive(created('a'));
    dialogue.receive(done('a'));
    expect(resumed(dialogue)).toEqual(['response.create']);
    dialogue.receive(created('b'));
    dialogue.answered();
    expect(resumed(dialogue)).toEqual([]);
  });

  it('was asked for while there was no session', () => {
    const dialogue = new Dialogue();
    dialogue.owe();
    expect(dialogue.isWaiting).toBe(false);
    expect(resumed(dialogue)).toEqual(['response.create']);
  });

  it('is not owed any more when it was stopped, refused or failed', () => {
    const stopped = new Dialogue();
    stopped.ask('one', false);
    stopped.stop(false);
    expect(resumed(stopped)).toEqual([]);
    const refused = new Dialogue();
    refused.receive(failure('empty_input', refused.answer()[0]?.event_id ?? null));
    expect(resumed(refused)).toEqual([]);
    const failed = new Dialogue();
    failed.ask('one', false);
    failed.receive(created('a'));
    failed.receive(done('a', 'failed'));
    expect(resumed(failed)).toEqual([]);
  });

  it('is not given by the words of one that was taken back', () => {
    const dialogue = new Dialogue();
    dialogue.ask('one', false);
    dialogue.ask('two', false);
    expect(dialogue.isCancelling).toBe(true);
    dialogue.answered();
    expect(resumed(dialogue)).toEqual(['response.create']);
  });
});

describe('what a new session is told again', () => {
  const line = (id: string, role: 'user' | 'avatar') => ({ id, role, text: id, status: 'complete' }) as const;

  it('is the last 20 lines, each in its role', () => {
    const lines = Array.from({ length: 25 }, (_, at) => line(`${at}`, at % 2 === 0 ? 'user' : 'avatar'));
    const events = retold(lines, new Set());
    expect(events).toHaveLength(20);
    expect(events.at(-1)).toMatchObject({ item: { role: 'user', content: [{ type: 'input_text', text: '24' }] } });
    expect(events.at(-2)).toMatchObject({
      item: { role: 'assistant', content: [{ type: 'output_text', text: '23' }] },
    });
  });

  it('leaves out what will be asked by itself', () => {
    const events = retold([line('one', 'user'), line('two', 'user')], new Set(['two']));
    expect(JSON.stringify(events)).toMatch(/one/);
    expect(JSON.stringify(events)).not.toMatch(/two/);
  });
});
