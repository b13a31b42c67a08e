import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { noLimits } from '../../src/conversation/allowance.js';
import type { House } from '../../src/conversation/house.js';
import { runSession } from '../../src/conversation/session.js';
import { INTERRUPTING } from '../../src/conversation/turn-rules.js';
import type { LlmEvent } from '../../src/engines/contract.js';
import { ParleyError } from '../../src/errors.js';
import { testCaller } from '../fixtures/caller.js';
import {
  MS_PER_CHARACTER,
  noStandby,
  plainAvatar,
  plainFace,
  plainPictures,
  silentLog,
  steadyTts,
  tellingLlm,
} from '../fixtures/engines.js';
import { eventually } from '../fixtures/eventually.js';

const STORY =
  'Once upon a time there was a lighthouse. It stood on a very small island. Nobody had ever climbed it. The end of it.';

type Answer = readonly (LlmEvent | string | Error)[];

function open(options: { reportsPlayback?: boolean; answer?: () => Answer; voice?: boolean; ttsFails?: Error } = {}) {
  const llm = tellingLlm(options.answer ?? (() => STORY.split(/(?<= )/)));
  const voice = steadyTts(options.ttsFails ? { fail: { phrase: 0, error: options.ttsFails } } : {});
  const tts = options.voice === false ? null : voice.engine;
  const house: House = {
    engines: { llm: llm.engine, tts, face: plainFace() },
    hearing: null,
    voices: ['ada', 'ben'],
    presenter: {
      id: 'plain',
      instructions: 'Be kind.',
      voice: 'ada',
      otherVoices: [],
      face: {
        avatar: plainAvatar,
        announcement: {
          id: 'plain',
          name: 'Plain',
          pack: { url: '/p', bytes: 1, sha256: 'ab' },
          width: 512,
          height: 512,
          fps: 25,
          frames: 150,
        },
        pictures: plainPictures,
      },
    },
    presenters: new Map(),
    language: 'en-US',
    standby: noStandby,
    speculation: 'full',
    interrupting: INTERRUPTING,
    fillerAfterMs: null,
    limits: noLimits,
    log: silentLog,
    now: () => performance.now(),
  };
  const caller = testCaller(options);
  const ended = runSession(caller.caller, house);
  return { ...caller, ended, asked: llm.asked, voices: () => voice.options.map(({ voice }) => voice) };
}

/** The answer that was begun last. */
function itemOf(caller: ReturnType<typeof open>): { item_id: string } {
  const added = caller.last('response.output_item.added')!;
  return { item_id: added.item.id };
}

/** Frames that a caller with reports has got, in milliseconds of audio. */
const heardMs = (audio: readonly { samples: Int16Array }[]) =>
  audio.reduce((sum, { samples }) => sum + samples.length / 24, 0);

describe('a session', () => {
  beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] }));
  afterEach(() => void vi.useRealTimers());

  it('R1 opens with session.created, the avatar and its state', async () => {
    const caller = open();
    await caller.next('avatar.state');
    expect(caller.types()).toEqual(['session.created', 'avatar.announced', 'avatar.state']);
    caller.leave();
    await caller.ended;
  });

  it('R2 answers a typed message with the events of a response in their order', async () => {
    const caller = open({ reportsPlayback: false, answer: () => ['Good morning to you.'] });
    caller.ask('Hello');
    await caller.next('response.done');
    const deltas = new Set(['response.output_audio_transcript.delta', 'avatar.words', 'avatar.state']);
    expect(caller.types().filter((type) => !deltas.has(type))).toEqual([
      'session.created',
      'avatar.announced',
      'conversation.item.added',
      'conversation.item.done',
      'response.created',
      'response.output_item.added',
      'conversation.item.added',
      'response.content_part.added',
      'avatar.response',
      'avatar.end',
      'response.output_audio.done',
      'response.output_audio_transcript.done',
      'response.content_part.done',
      'conversation.item.done',
      'response.output_item.done',
      'response.done',
      ...(caller.types().includes('avatar.timings') ? ['avatar.timings'] : []),
    ]);
    expect(caller.asked[0]?.messages).toEqual([
      { role: 'system', text: 'Be kind.' },
      { role: 'user', text: 'Hello' },
    ]);
    expect(heardMs(caller.audio)).toBe(20 * MS_PER_CHARACTER);
    expect(caller.pictures.length).toBe(caller.audio.length);
    caller.leave();
  });

  it('R3 sends a reporting caller at most 400 ms more than it has played', async () => {
    const caller = open();
    caller.ask('A story');
    await caller.next('avatar.response');
    await vi.advanceTimersByTimeAsync(2000);
    expect(heardMs(caller.audio)).toBe(400);
    caller.report(1, 0, 'playing');
    await vi.advanceTimersByTimeAsync(500);
    expect(heardMs(caller.audio)).toBeGreaterThan(800);
    expect(heardMs(caller.audio)).toBeLessThanOrEqual(920);
    caller.report(1, 500, 'paused');
    await vi.advanceTimersByTimeAsync(60_000);
    expect(heardMs(caller.audio)).toBeLessThanOrEqual(920);
    caller.leave();
  });

  it('R4 keeps of an interrupted answer only the words that were heard to their end', async () => {
    const caller = open();
    caller.ask('A story');
    await caller.next('avatar.response');
    caller.report(1, 0, 'playing');
    await vi.advanceTimersByTimeAsync(600);
    caller.say({ type: 'response.cancel' });
    const flush = await caller.next('avatar.flush');
    expect(flush).toMatchObject({ response: 1, reason: 'client_cancelled' });
    const sent = caller.audio.length;
    caller.report(1, 620, 'flushed'); // "Once upon a time there was a li": the word "a" ends at 29 x 20 ms = 580
    const cut = await caller.next('conversation.item.truncated');
    expect(cut.audio_end_ms).toBe(620);
    await eventually(() => expect(caller.types()).toContain('response.done'));
    caller.ask('Go on');
    await caller.next('response.created');
    await vi.advanceTimersByTimeAsync(0);
    expect(caller.asked[1]?.messages.at(-2)).toEqual({
      role: 'assistant',
      text: 'Once upon a time there was a',
      interrupted: true,
    });
    expect(caller.audio.slice(sent).every(({ response }) => response === 2)).toBe(true);
    const done = caller.events.find((event) => event.type === 'response.done');
    expect(done).toMatchObject({ response: { status: 'cancelled', status_details: { reason: 'client_cancelled' } } });
    caller.leave();
  });

  it('R5 cuts by its own reckoning when the last report does not come', async () => {
    const caller = open();
    caller.ask('A story');
    await caller.next('avatar.response');
    caller.report(1, 0, 'playing');
    await vi.advanceTimersByTimeAsync(600);
    caller.say({ type: 'response.cancel' });
    await caller.next('avatar.flush');
    await vi.advanceTimersByTimeAsync(500);
    expect((await caller.next('conversation.item.truncated')).audio_end_ms).toBe(600);
    expect(await caller.next('avatar.state')).toMatchObject({ state: 'idle' });
    caller.leave();
  });

  it('R6 lets a stock caller say what it heard', async () => {
    const caller = open({ reportsPlayback: false });
    caller.ask('A story');
    await caller.next('response.done');
    await vi.advanceTimersByTimeAsync(580);
    const item = caller.last('conversation.item.done')?.item.id ?? '';
    caller.say({ type: 'conversation.item.truncate', item_id: item, content_index: 0, audio_end_ms: 580 });
    await caller.next('conversation.item.truncated');
    caller.say({ type: 'conversation.item.retrieve', item_id: item });
    const { item: shown } = await caller.next('conversation.item.retrieved');
    expect(shown).toMatchObject({ status: 'incomplete', content: [{ transcript: 'Once upon a time there was a' }] });
    caller.leave();
  });

  it('R6 is silent for a stock caller who has said what it heard, and leaves it at that', async () => {
    const caller = open({ reportsPlayback: false });
    caller.ask('A story');
    await caller.next('response.done');
    const { item_id } = itemOf(caller);
    caller.say({ type: 'conversation.item.truncate', item_id, content_index: 0, audio_end_ms: 500 });
    await caller.next('conversation.item.truncated');
    expect(caller.last('avatar.state')?.state).toBe('idle');
    caller.say({ type: 'response.cancel', event_id: 'late' });
    expect((await caller.next('error')).error).toMatchObject({ code: 'response_cancel_not_active', event_id: 'late' });
    await vi.advanceTimersByTimeAsync(3000);
    expect(caller.types().filter((type) => type === 'conversation.item.truncated')).toHaveLength(1);
    caller.say({ type: 'conversation.item.retrieve', item_id });
    expect((await caller.next('conversation.item.retrieved')).item).toMatchObject({
      content: [{ transcript: 'Once upon a time there' }],
    });
    caller.leave();
  });

  it('R6 takes that word for an answer that is still being made, too', async () => {
    const caller = open({ reportsPlayback: false, answer: () => [...STORY.repeat(20).split(/(?<= )/)] });
    caller.ask('A story');
    await caller.next('avatar.response');
    await vi.advanceTimersByTimeAsync(2000);
    const { item_id } = itemOf(caller);
    caller.say({ type: 'conversation.item.truncate', item_id, content_index: 0, audio_end_ms: 500 });
    caller.say({ type: 'response.cancel' });
    await caller.next('response.done');
    await vi.advanceTimersByTimeAsync(3000);
    const cuts = caller.events.flatMap((event) => (event.type === 'conversation.item.truncated' ? [event] : []));
    expect(cuts.map(({ audio_end_ms }) => audio_end_ms)).toEqual([500]);
    expect(caller.last('avatar.state')?.state).toBe('idle');
    caller.leave();
  });

  it('R17 goes by the clock from the start for a player that has not said a word in a whole answer', async () => {
    const caller = open();
    caller.ask('A story');
    await vi.advanceTimersByTimeAsync(30_000);
    const before = caller.audio.length;
    caller.ask('Another');
    await vi.advanceTimersByTimeAsync(1000);
    expect(heardMs(caller.audio.slice(before))).toBeGreaterThan(1300);
    expect(heardMs(caller.audio.slice(before))).toBeLessThan(1500);
    caller.leave();
  });

  it('shows a deleted answer no more, and an item that took its name as it is', async () => {
    const caller = open();
    caller.ask('A story');
    await caller.next('avatar.response');
    const { item_id } = itemOf(caller);
    caller.say({ type: 'conversation.item.delete', item_id });
    const content = [{ type: 'input_text' as const, text: 'Mine.' }];
    caller.say({ type: 'conversation.item.create', item: { id: item_id, type: 'message', role: 'user', content } });
    await caller.next('conversation.item.deleted');
    caller.say({ type: 'response.cancel' });
    await caller.next('response.done');
    caller.report(1, 100, 'flushed');
    await vi.advanceTimersByTimeAsync(1000);
    expect(caller.types()).not.toContain('conversation.item.truncated');
    expect(caller.types()).not.toContain('error');
    const done = caller.events.flatMap((event) => (event.type === 'conversation.item.done' ? [event.item] : []));
    expect(done.filter(({ id }) => id === item_id)).toEqual([expect.objectContaining({ role: 'user' })]);
    caller.say({ type: 'conversation.item.retrieve', item_id });
    expect((await caller.next('conversation.item.retrieved')).item).toMatchObject({ role: 'user', content });
    caller.leave();
  });

  it('closes an answer that was cut off as far as it was heard', async () => {
    const caller = open();
    caller.ask('A story');
    await caller.next('avatar.response');
    caller.report(1, 0, 'playing');
    await vi.advanceTimersByTimeAsync(500);
    caller.say({ type: 'response.cancel' });
    await caller.next('response.done');
    const done = caller.last('conversation.item.done')!.item;
    expect(done).toMatchObject({ status: 'incomplete', content: [{ transcript: 'Once upon a time there' }] });
    caller.leave();
  });

  it('R6 reckons by the clock what a stock caller heard, if it does not say', async () => {
    const caller = open({ reportsPlayback: false });
    caller.ask('A story');
    await caller.next('response.done');
    await vi.advanceTimersByTimeAsync(600);
    caller.say({ type: 'output_audio_buffer.clear' });
    await caller.next('avatar.flush');
    await vi.advanceTimersByTimeAsync(500);
    expect((await caller.next('conversation.item.truncated')).audio_end_ms).toBe(600);
    caller.leave();
  });

  it('R7 says nothing in the history of an answer that was cancelled before it sounded', async () => {
    const caller = open();
    caller.ask('A story');
    await caller.next('response.output_audio_transcript.delta');
    caller.say({ type: 'response.cancel' });
    await caller.next('response.done');
    expect((await caller.next('conversation.item.truncated')).audio_end_ms).toBe(0);
    expect(caller.audio).toEqual([]);
    caller.ask('Hello');
    await caller.next('response.created');
    await vi.advanceTimersByTimeAsync(0);
    expect(caller.asked[1]?.messages.map((message) => message.role)).toEqual(['system', 'user', 'user']);
    caller.leave();
  });

  it('R8 has one response at a time', async () => {
    const caller = open();
    caller.ask('A story');
    caller.say({ type: 'response.create', event_id: 'second' });
    expect((await caller.next('error')).error).toMatchObject({
      code: 'conversation_already_has_active_response',
      event_id: 'second',
    });
    caller.leave();
  });

  it('R9 shows idle only when all has been heard', async () => {
    const caller = open({ answer: () => ['Good morning to you.'] });
    caller.ask('Hello');
    await caller.next('response.done');
    await vi.advanceTimersByTimeAsync(2000);
    expect(caller.last('avatar.state')).toMatchObject({ state: 'speaking' });
    caller.report(1, 400, 'ended');
    expect(await caller.next('avatar.state')).toMatchObject({ state: 'idle' });
    caller.leave();
  });

  it('R10 starts a reply on the base picture that the caller is about to see', async () => {
    const caller = open({ answer: () => ['Good morning to you.'] });
    caller.ask('Hello');
    await caller.next('avatar.response');
    caller.report(1, 400, 'ended', 100);
    await caller.next('response.done');
    await vi.advanceTimersByTimeAsync(1000); // 25 pictures of idling
    caller.ask('Hello again');
    const { base } = await caller.next('avatar.response');
    expect(base).toBe(100 + 25 + 2);
    expect(caller.pictures.find(({ response }) => response === 2)?.picture.base).toBe(base);
    caller.leave();
  });

  it('R11 lets an answer be heard to its end before the next one sounds', async () => {
    const caller = open({ answer: () => ['Good morning to you.'] });
    caller.ask('Hello');
    await caller.next('response.done');
    caller.report(1, 100, 'playing');
    caller.say({ type: 'response.create' });
    await caller.next('response.created');
    await vi.advanceTimersByTimeAsync(250);
    expect(caller.audio.every(({ response }) => response === 1)).toBe(true);
    await vi.advanceTimersByTimeAsync(100);
    expect(caller.audio.at(-1)?.response).toBe(2);
    caller.leave();
  });

  it('R12 cuts off both the answer that sounds and the one that is being made', async () => {
    const caller = open({ answer: () => ['Good morning to you.'] });
    caller.ask('Hello');
    await caller.next('response.done');
    caller.report(1, 100, 'playing');
    caller.say({ type: 'response.create' });
    await caller.next('response.output_audio_transcript.delta');
    caller.say({ type: 'response.cancel' });
    expect((await caller.next('avatar.flush')).response).toBe(1);
    expect((await caller.next('response.done')).response.status).toBe('cancelled');
    caller.ask('Hello again');
    await caller.next('response.created');
    await vi.advanceTimersByTimeAsync(0);
    const answers = caller.asked[2]?.messages.filter((message) => message.role === 'assistant');
    expect(answers).toEqual([{ role: 'assistant', text: 'Good', interrupted: true }]); // 80 ms of 100
    caller.leave();
  });

  it('R17 reckons by the clock for a player that has been silent for 3 s', async () => {
    const caller = open();
    caller.ask('A story');
    await caller.next('avatar.response');
    await vi.advanceTimersByTimeAsync(30_000);
    expect((await caller.next('response.done')).response.status).toBe('completed');
    expect((await caller.next('avatar.state')).state).toBe('idle');
    caller.leave();
  });

  it('R9 takes "ended" for all of it, whatever rounding the player’s count has', async () => {
    const caller = open({ answer: () => ['Good morning to you.'] });
    caller.ask('Hello');
    await caller.next('response.done');
    caller.say({ type: 'avatar.playback', response: 1, played: 400 * 24 - 1, state: 'ended', base: 0 });
    expect((await caller.next('avatar.state')).state).toBe('idle');
    caller.leave();
  });

  it('R9 is not idle while an answer sounds beside one in writing', async () => {
    const caller = open({ answer: () => ['Good morning to you.'] });
    caller.ask('Hello');
    await caller.next('response.done');
    caller.report(1, 100, 'playing');
    caller.say({ type: 'response.create', response: { output_modalities: ['text'] } });
    await caller.next('response.done');
    await vi.advanceTimersByTimeAsync(10);
    expect(caller.last('avatar.state')?.state).toBe('speaking');
    await vi.advanceTimersByTimeAsync(400);
    expect(caller.last('avatar.state')?.state).toBe('idle');
    caller.leave();
  });

  it.each([0, 1, 3, 7])('a cancel counts in the moment when frames are due, after %i reports', async (reports) => {
    const caller = open({ answer: () => ['Good morning to you.'] });
    caller.ask('Hello');
    await caller.next('response.done');
    caller.report(1, 100, 'playing');
    caller.say({ type: 'response.create' });
    await caller.next('response.output_audio_transcript.delta');
    await vi.advanceTimersByTimeAsync(50);
    caller.report(1, 400, 'ended');
    for (let index = 0; index < reports; index += 1) caller.report(1, 400, 'ended');
    caller.say({ type: 'response.cancel' });
    expect((await caller.next('response.done')).response.status).toBe('cancelled');
    await vi.advanceTimersByTimeAsync(2000);
    const flushed = caller.events.findIndex((event) => event.type === 'avatar.flush');
    const ofTheSecond = caller.audio.filter(({ response }) => response === 2);
    // Either it never sounded, or it was flushed; in no case does it go on.
    expect(ofTheSecond.length === 0 || flushed >= 0).toBe(true);
    expect(heardMs(ofTheSecond)).toBeLessThan(400);
    caller.leave();
  });

  it('tells of a lost voice and answers as text', async () => {
    const caller = open({ ttsFails: new ParleyError('worker_broken') });
    caller.ask('Hello');
    expect((await caller.next('error')).error).toMatchObject({ type: 'server_error', code: 'tts_failed' });
    expect((await caller.next('response.done')).response.status).toBe('completed');
    expect((await caller.next('avatar.state')).state).toBe('idle');
    caller.leave();
  });

  it('ends a response whose model fails with its code, and the session goes on', async () => {
    let tries = 0;
    const answer = (): Answer => (tries++ === 0 ? [new ParleyError('deadline')] : ['All is well again.']);
    const caller = open({ reportsPlayback: false, answer });
    caller.ask('Hello');
    expect((await caller.next('response.done')).response).toMatchObject({
      status: 'failed',
      status_details: { error: { code: 'deadline' } },
    });
    caller.ask('Again');
    expect((await caller.next('response.done')).response.status).toBe('completed');
    caller.leave();
  });

  it('passes function calls through and takes their output', async () => {
    const call: LlmEvent = { kind: 'tool_call', callId: 'call_1', name: 'open_door', arguments: '{"door":2}' };
    let turn = 0;
    const caller = open({ reportsPlayback: false, answer: () => (turn++ === 0 ? [call] : ['The door is open.']) });
    caller.ask('Open it');
    const done = await caller.next('response.function_call_arguments.done');
    expect(done).toMatchObject({ call_id: 'call_1', name: 'open_door', arguments: '{"door":2}' });
    await caller.next('response.done');
    caller.say({
      type: 'conversation.item.create',
      item: { type: 'function_call_output', call_id: 'call_1', output: 'opened' },
    });
    caller.say({ type: 'response.create' });
    await caller.next('response.done');
    expect(caller.asked[1]?.messages.slice(-2)).toEqual([
      { role: 'tool_call', callId: 'call_1', name: 'open_door', arguments: '{"door":2}' },
      { role: 'tool_result', callId: 'call_1', output: 'opened' },
    ]);
    caller.leave();
  });

  it('keeps an answer outside the conversation out of it', async () => {
    const caller = open({ reportsPlayback: false });
    const content = [{ type: 'input_text' as const, text: 'Summarise' }];
    caller.say({
      type: 'response.create',
      response: {
        conversation: 'none',
        output_modalities: ['text'],
        input: [{ type: 'message', role: 'user', content }],
      },
    });
    const done = await caller.next('response.done');
    expect(done.response.output[0]).toMatchObject({ content: [{ type: 'output_text', text: STORY }] });
    expect(caller.types()).not.toContain('conversation.item.added');
    caller.say({ type: 'conversation.item.retrieve', item_id: done.response.output[0]!.id, event_id: 'r' });
    expect((await caller.next('error')).error).toMatchObject({ code: 'item_not_found', event_id: 'r' });
    caller.leave();
  });

  it('merges a session.update and shows the whole session', async () => {
    const caller = open();
    caller.say({
      type: 'session.update',
      session: { type: 'realtime', audio: { output: { voice: 'ben' } }, tracing: 'auto' },
    });
    const { session } = await caller.next('session.updated');
    expect(session).toMatchObject({
      tracing: 'auto',
      instructions: 'Be kind.',
      audio: { output: { voice: 'ben', speed: 1 } },
    });
    caller.say({
      type: 'session.update',
      event_id: 'u',
      session: { type: 'realtime', audio: { output: { voice: 'zoe' } } },
    });
    expect((await caller.next('error')).error).toMatchObject({
      code: 'unknown_voice',
      event_id: 'u',
      param: 'session.audio.output.voice',
    });
    caller.leave();
  });

  it('takes the names of the vendor’s voices, and speaks with the voice of the house', async () => {
    const caller = open({ reportsPlayback: false });
    caller.say({ type: 'session.update', session: { type: 'realtime', audio: { output: { voice: 'marin' } } } });
    expect((await caller.next('session.updated')).session.audio.output.voice).toBe('marin');
    caller.ask('Hello');
    expect((await caller.next('response.done')).response.audio.output.voice).toBe('marin');
    caller.say({ type: 'response.create', response: { audio: { output: { voice: 'ben' } } } });
    await caller.next('response.done');
    expect(caller.voices()).toEqual(['ada', 'ben']);
    caller.leave();
  });

  it('R4 keeps no word that was never sent, whatever its player says', async () => {
    const caller = open();
    caller.ask('A story');
    await caller.next('avatar.response');
    caller.report(1, 0, 'playing');
    await vi.advanceTimersByTimeAsync(1000);
    caller.report(1, 0, 'buffering');
    caller.say({ type: 'response.cancel' });
    await caller.next('avatar.flush');
    const sent = heardMs(caller.audio);
    caller.report(1, 600_000, 'flushed');
    expect((await caller.next('conversation.item.truncated')).audio_end_ms).toBe(sent);
    caller.leave();
  });

  it('R6 takes a truncate of an answer that is still being made for its end', async () => {
    const caller = open();
    caller.ask('A story');
    await caller.next('avatar.response');
    caller.report(1, 0, 'playing');
    await vi.advanceTimersByTimeAsync(1000);
    caller.say({ type: 'conversation.item.truncate', ...itemOf(caller), content_index: 0, audio_end_ms: 600 });
    await caller.next('avatar.flush');
    expect((await caller.next('conversation.item.truncated')).audio_end_ms).toBe(600);
    expect((await caller.next('response.done')).response.status).toBe('cancelled');
    const sent = caller.audio.length;
    await vi.advanceTimersByTimeAsync(3000);
    expect(caller.audio.length).toBe(sent);
    caller.leave();
  });

  it.each([
    ['beyond the end', 'truncate_beyond_end', 60_000],
    ['of an item that is not there', 'item_not_found', 0],
  ])('refuses to truncate %s', async (_what, code, end) => {
    const caller = open({ reportsPlayback: false });
    caller.ask('A story');
    await caller.next('response.done');
    const item = caller.last('conversation.item.done')?.item.id ?? '';
    const item_id = code === 'item_not_found' ? 'item_nowhere' : item;
    caller.say({ type: 'conversation.item.truncate', item_id, content_index: 0, audio_end_ms: end });
    expect((await caller.next('error')).error.code).toBe(code);
    caller.leave();
  });

  it('ends with its caller in the middle of an answer, and sends nothing more', async () => {
    const caller = open();
    caller.ask('A story');
    await caller.next('avatar.response');
    caller.leave();
    await caller.ended;
    await vi.advanceTimersByTimeAsync(2000);
    const sent = caller.audio.length;
    await vi.advanceTimersByTimeAsync(5000);
    expect(caller.audio.length).toBe(sent);
    expect(vi.getTimerCount()).toBe(0);
  });
});
