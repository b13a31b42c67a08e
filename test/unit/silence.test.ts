import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { tellingStt } from '../fixtures/engines.js';
import { openTalk, type TalkOptions } from '../fixtures/talk.js';

const SERVER_VAD = { type: 'server_vad', idle_timeout_ms: 5000 };

/** A caller who has heard one answer to its end. */
async function answered(options: TalkOptions = {}, detection: object = SERVER_VAD) {
  const caller = openTalk({ answer: () => ['Good.'], ...options });
  caller.update({ turn_detection: detection, transcription: {} });
  caller.ask('Hello');
  await caller.next('avatar.end');
  caller.report(1, 100, 'ended');
  await caller.rest(40);
  const isOver = () => caller.types().filter((type) => type === 'input_audio_buffer.timeout_triggered').length;
  return { ...caller, timeouts: isOver };
}

describe('R35 a caller who says nothing', () => {
  beforeEach(
    () =>
      void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'performance'] }),
  );
  afterEach(() => void vi.useRealTimers());

  it('is spoken to after idle_timeout_ms, in the order of a turn', async () => {
    const caller = await answered();
    const before = caller.events.length;
    await caller.rest(4900);
    expect(caller.timeouts()).toBe(0);
    await caller.rest(300);
    const told = caller.events.slice(before).filter(({ type }) => !type.startsWith('avatar.'));
    expect(told.map(({ type }) => type).slice(0, 6)).toEqual([
      'input_audio_buffer.timeout_triggered',
      'input_audio_buffer.committed',
      'conversation.item.added',
      'conversation.item.done',
      'conversation.item.input_audio_transcription.completed',
      'response.created',
    ]);
    const { item_id, audio_start_ms, audio_end_ms } = caller.last('input_audio_buffer.timeout_triggered')!;
    expect(Math.abs(audio_end_ms - audio_start_ms - 5000)).toBeLessThan(200);
    expect(caller.last('input_audio_buffer.committed')!.item_id).toBe(item_id);
    expect(caller.last('conversation.item.input_audio_transcription.completed')).toMatchObject({
      item_id,
      transcript: '',
    });
    expect(caller.asked[1]!.messages.at(-1)).toEqual({ role: 'user', text: '', silent: true });
    expect(caller.heard).toEqual([]);
    caller.leave();
  });

  it('is spoken to again after the next answer, counted from its last sound', async () => {
    const caller = await answered();
    await caller.rest(5200);
    await caller.next('response.done');
    caller.report(2, 0, 'paused');
    await caller.rest(4000);
    caller.report(2, 100, 'ended');
    await caller.rest(3000);
    expect(caller.timeouts()).toBe(1);
    await caller.rest(2200);
    expect(caller.timeouts()).toBe(2);
    caller.leave();
  });

  it('has its time counted without a microphone too', async () => {
    const caller = await answered();
    await caller.pass(5100);
    const { audio_start_ms, audio_end_ms } = caller.last('input_audio_buffer.timeout_triggered')!;
    expect(audio_end_ms - audio_start_ms).toBeLessThan(100);
    caller.leave();
  });

  it('is left alone while it speaks and is answered', async () => {
    const caller = await answered();
    await caller.rest(3000);
    await caller.speak(600);
    await caller.rest(1000);
    expect(caller.types().filter((type) => type === 'response.created')).toHaveLength(2);
    await caller.rest(3000);
    expect(caller.timeouts()).toBe(0);
    caller.leave();
  });

  it('has its time begin anew when it types', async () => {
    const caller = await answered();
    await caller.rest(4000);
    const content = [{ type: 'input_text' as const, text: 'One moment.' }];
    caller.say({ type: 'conversation.item.create', item: { type: 'message', role: 'user', content } });
    await caller.rest(4000);
    expect(caller.timeouts()).toBe(0);
    await caller.rest(1200);
    expect(caller.timeouts()).toBe(1);
    caller.leave();
  });

  it('is left alone while what it has committed is recognised', async () => {
    const caller = await answered({ stt: tellingStt({ text: 'well', afterMs: 5500 }) });
    await caller.rest(1000);
    caller.say({ type: 'input_audio_buffer.commit' });
    await caller.rest(5400);
    expect(caller.timeouts()).toBe(0);
    await caller.rest(5400);
    expect(caller.timeouts()).toBe(1);
    caller.leave();
  });

  it('is left alone before the first answer', async () => {
    const caller = openTalk({ stt: tellingStt({ kind: 'unclear' }) });
    caller.update({ turn_detection: SERVER_VAD });
    await caller.speak(200);
    await caller.rest(12_000);
    expect(caller.last('avatar.state')?.state).toBe('idle');
    expect(caller.types()).not.toContain('input_audio_buffer.timeout_triggered');
    caller.leave();
  });

  it.each([
    ['without the setting', { type: 'server_vad' }],
    ['with semantic_vad', { type: 'semantic_vad' }],
  ])('is left alone %s', async (_what, detection) => {
    const caller = await answered({}, detection);
    await caller.rest(12_000);
    expect(caller.timeouts()).toBe(0);
    caller.leave();
  });

  it('is told, and not answered, with create_response: false', async () => {
    const caller = await answered({}, { ...SERVER_VAD, create_response: false });
    await caller.rest(12_000);
    expect(caller.timeouts()).toBe(1);
    expect(caller.types().filter((type) => type === 'response.created')).toHaveLength(1);
    caller.leave();
  });

  it('has its time begin anew when the setting changes, and end with it', async () => {
    const caller = await answered();
    await caller.rest(4000);
    caller.update({ turn_detection: { type: 'server_vad', idle_timeout_ms: 8000 } });
    await caller.rest(7000);
    expect(caller.timeouts()).toBe(0);
    caller.update({ turn_detection: { type: 'server_vad', idle_timeout_ms: null } });
    await caller.rest(12_000);
    expect(caller.timeouts()).toBe(0);
    caller.leave();
  });

  it('keeps nothing waiting when it has gone', async () => {
    const caller = await answered();
    caller.leave();
    await caller.ended;
    expect(vi.getTimerCount()).toBe(0);
  });
});
