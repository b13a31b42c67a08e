import { describe, expect, it } from 'vitest';
import type { ErrorBody, ResponseObject, ResponseStatus, ServerEvent } from '../../src/protocol/server-events.js';
import { Dialogue } from '../../web-client/element/dialogue.js';

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
