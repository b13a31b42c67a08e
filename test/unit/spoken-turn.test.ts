import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { plainVad, tellingStt } from '../fixtures/engines.js';
import { LONG, openTalk as open, type TalkOptions } from '../fixtures/talk.js';

const SEMANTIC = { type: 'semantic_vad', eagerness: 'auto', create_response: true, interrupt_response: true };

const toBase64 = (samples: number) => Buffer.from(new Int16Array(samples).fill(5000).buffer).toString('base64');

describe('a spoken turn', () => {
  beforeEach(
    () =>
      void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'performance'] }),
  );
  afterEach(() => void vi.useRealTimers());

  it('R31 becomes an item, then words, then an answer', async () => {
    const caller = open({ answer: () => ['Good.'] });
    caller.update({ transcription: {} });
    await caller.rest(500);
    await caller.speak(600);
    await caller.rest(600);
    expect(caller.story()).toEqual([
      'avatar.state',
      'input_audio_buffer.speech_started',
      'avatar.state',
      'input_audio_buffer.speech_stopped',
      'input_audio_buffer.committed',
      'conversation.item.added',
      'conversation.item.done',
      'conversation.item.input_audio_transcription.delta',
      'conversation.item.input_audio_transcription.completed',
      'avatar.state',
      'response.created',
      // It was begun before the end of the turn: its sound is ready as soon as its text.
      'avatar.state',
      'conversation.item.added',
      'conversation.item.done',
      'response.done',
    ]);
    const started = caller.last('input_audio_buffer.speech_started')!;
    const stopped = caller.last('input_audio_buffer.speech_stopped')!;
    expect(started.audio_start_ms).toBeGreaterThan(60);
    expect(started.audio_start_ms).toBeLessThan(120);
    expect(stopped.audio_end_ms - 1100).toBeGreaterThan(250);
    expect(stopped.audio_end_ms - 1100).toBeLessThan(350);
    expect(stopped.item_id).toBe(started.item_id);
    expect(caller.last('conversation.item.input_audio_transcription.completed')).toMatchObject({
      item_id: started.item_id,
      transcript: 'tell me a story',
    });
    expect(caller.asked[0]!.messages).toEqual([{ role: 'user', text: 'tell me a story' }]);
    // From 400 ms before the first sound to 100 ms after the last, in whole frames.
    expect(Math.abs(caller.heard[0]!.ms - 1100), `${caller.heard[0]!.ms} ms`).toBeLessThanOrEqual(100);
    caller.leave();
  });

  it('tells no transcript to a client that has not asked for any, and keeps it all the same', async () => {
    const caller = open({ answer: () => ['Good.'] });
    await caller.speak(600);
    await caller.rest(600);
    const { item_id } = caller.last('input_audio_buffer.committed')!;
    expect(caller.types()).not.toContain('conversation.item.input_audio_transcription.completed');
    caller.say({ type: 'conversation.item.retrieve', item_id });
    const { item } = await caller.next('conversation.item.retrieved');
    expect(item).toMatchObject({ role: 'user', content: [{ type: 'input_audio', transcript: 'tell me a story' }] });
    caller.leave();
  });

  it('R31 answers two turns together if the second begins before the first is understood', async () => {
    const stt = tellingStt({ afterMs: 2000, text: 'tell me a story' }, 'and a joke');
    const caller = open({ stt, answer: () => ['Good.'] });
    await caller.speak(600);
    await caller.rest(800);
    await caller.speak(600);
    await caller.rest(5000);
    expect(caller.asked.map(({ messages }) => messages)).toEqual([
      [
        { role: 'user', text: 'tell me a story' },
        { role: 'user', text: 'and a joke' },
      ],
    ]);
    caller.leave();
  });

  it('R31 answers a question although a noise comes before its words do', async () => {
    const stt = tellingStt({ afterMs: 1500, text: 'tell me a story' }, '');
    const caller = open({ stt, answer: () => ['Good.'] });
    await caller.speak(600);
    await caller.rest(800);
    await caller.speak(100);
    await caller.rest(3000);
    expect(caller.asked.map(({ messages }) => messages)).toEqual([[{ role: 'user', text: 'tell me a story' }]]);
    expect(caller.types().filter((type) => type === 'input_audio_buffer.committed').length).toBe(2);
    caller.leave();
  });

  it('R31 answers a question again whose answer a noise took back before it sounded', async () => {
    const stt = tellingStt('tell me a story', { kind: 'unclear' });
    const caller = open({ stt, slowModel: true });
    await caller.speak(600);
    await caller.rest(400);
    expect(caller.asked.length).toBe(1);
    await caller.speak(520);
    caller.update({ turn_detection: null });
    await caller.rest(100);
    expect(caller.asked.length).toBe(2);
    caller.leave();
  });

  it('R31 does not answer what a client has had answered itself', async () => {
    const caller = open({ stt: tellingStt({ afterMs: 2000, text: 'tell me a story' }), answer: () => ['Good.'] });
    await caller.speak(600);
    await caller.rest(720);
    expect(caller.types()).toContain('input_audio_buffer.committed');
    caller.say({ type: 'response.create' });
    await caller.rest(4000);
    expect(caller.asked.length).toBe(1);
    expect(caller.types()).not.toContain('error');
    caller.leave();
  });

  it('R31 does not make a typed question wait for a noise', async () => {
    const caller = open({ stt: tellingStt('never'), answer: () => ['Good.'] });
    await caller.speak(600);
    await caller.rest(1500);
    caller.ask('Hello');
    await caller.pass(50);
    expect(caller.last('response.done')?.response.status).toBe('completed');
    caller.leave();
  });

  it('R32 asks again for what was not understood, but not for a cough', async () => {
    const caller = open({ stt: tellingStt({ kind: 'unclear' }), answer: () => ['Pardon?'] });
    await caller.speak(200);
    await caller.rest(1500);
    expect(caller.asked.length).toBe(0);
    expect(caller.last('avatar.state')?.state).toBe('idle');
    await caller.speak(800);
    await caller.rest(1500);
    expect(caller.asked[0]!.messages.at(-1)).toEqual({ role: 'user', text: '', unclear: true });
    caller.leave();
  });

  it('R32 does not answer a murmur', async () => {
    const caller = open({ stt: tellingStt('Mhm, uh-huh.', 'Right.') });
    await caller.speak(600);
    await caller.rest(2000);
    expect(caller.types()).toContain('conversation.item.done');
    expect(caller.types()).not.toContain('response.created');
    await caller.speak(600);
    await caller.rest(2000);
    expect(caller.types()).toContain('response.created');
    caller.leave();
  });

  it('R32 does not answer where there were no words', async () => {
    const caller = open({ stt: tellingStt('') });
    await caller.speak(800);
    await caller.rest(1500);
    expect(caller.story().slice(-3)).toEqual(['conversation.item.added', 'conversation.item.done', 'avatar.state']);
    expect(caller.last('avatar.state')?.state).toBe('idle');
    caller.leave();
  });

  it('R24 ends when the microphone falls silent in the wire', async () => {
    const caller = open();
    await caller.speak(600);
    await caller.pass(1000);
    expect(caller.types()).toContain('response.created');
    caller.leave();
  });

  it('R24 does not end because the server itself stood still, with the audio waiting to be read', async () => {
    const caller = open({ answer: () => ['Good.'] });
    await caller.speak(600);
    caller.standStill(2500);
    // What is due comes before what has arrived.
    await caller.pass(100);
    await caller.speak(600);
    await caller.rest(1000);
    expect(caller.heard).toHaveLength(1);
    expect(Math.abs(caller.heard[0]!.ms - 1300), `${caller.heard[0]!.ms} ms`).toBeLessThanOrEqual(100);
    caller.leave();
  });

  it('R33 is ended by the caller without turn detection', async () => {
    const caller = open({ answer: () => ['Good.'] });
    caller.update({ turn_detection: null, transcription: { language: 'en' } });
    await caller.speak(600);
    await caller.rest(2000);
    expect(caller.story()).toEqual(['avatar.state']);
    caller.say({ type: 'input_audio_buffer.commit' });
    caller.say({ type: 'response.create' });
    await caller.pass(100);
    expect(caller.story().slice(1, 8)).toEqual([
      'input_audio_buffer.committed',
      'conversation.item.added',
      'conversation.item.done',
      'avatar.state',
      'response.created',
      'conversation.item.input_audio_transcription.delta',
      'conversation.item.input_audio_transcription.completed',
    ]);
    expect(caller.asked[0]!.messages).toEqual([{ role: 'user', text: 'tell me a story' }]);
    expect(Math.abs(caller.heard[0]!.ms - 2600)).toBeLessThan(40);
    expect(caller.heard[0]!.language).toBe('en');
    caller.leave();
  });

  it('takes audio as base64, faster than it was spoken', async () => {
    const caller = open({ answer: () => ['Good.'] });
    caller.say({ type: 'input_audio_buffer.append', audio: toBase64(24_000) });
    caller.say({
      type: 'input_audio_buffer.append',
      audio: Buffer.from(new Int16Array(24_000).buffer).toString('base64'),
    });
    await caller.pass(50);
    expect(caller.types()).toContain('response.created');
    caller.leave();
  });

  it('forgets what was appended before a clear', async () => {
    const caller = open();
    caller.update({ turn_detection: null });
    await caller.speak(600);
    caller.say({ type: 'input_audio_buffer.clear' });
    await caller.next('input_audio_buffer.cleared');
    caller.say({ type: 'input_audio_buffer.commit' });
    expect((await caller.next('error')).error.code).toBe('input_audio_buffer_commit_empty');
    caller.leave();
  });

  it('R33 takes a commit in the middle of a detected turn, and listens on', async () => {
    const caller = open({ answer: () => ['Good.'] });
    await caller.speak(600);
    const { item_id } = await caller.next('input_audio_buffer.speech_started');
    caller.say({ type: 'input_audio_buffer.commit' });
    expect((await caller.next('input_audio_buffer.committed')).item_id).toBe(item_id);
    expect(caller.last('avatar.state')?.state).toBe('idle');
    await caller.rest(2000);
    expect(caller.types()).not.toContain('input_audio_buffer.speech_stopped');
    expect(caller.asked.length).toBe(0);
    await caller.speak(600);
    await caller.rest(600);
    expect(caller.asked[0]!.messages.length).toBe(2);
    caller.leave();
  });

  it('R33 keeps the name of a turn in which detection is switched off', async () => {
    const caller = open();
    await caller.speak(600);
    const { item_id } = await caller.next('input_audio_buffer.speech_started');
    caller.update({ turn_detection: null });
    await caller.speak(300);
    caller.say({ type: 'input_audio_buffer.commit' });
    expect((await caller.next('input_audio_buffer.committed')).item_id).toBe(item_id);
    await caller.speak(300);
    caller.say({ type: 'input_audio_buffer.commit' });
    expect((await caller.next('input_audio_buffer.committed')).item_id).not.toBe(item_id);
    caller.leave();
  });

  it('R31 is answered although something else is said aloud meanwhile', async () => {
    const caller = open({ stt: tellingStt({ text: 'tell me', afterMs: 1500 }), answer: () => ['Good.'] });
    await caller.speak(600);
    await caller.rest(900);
    caller.say({ type: 'response.create', response: { conversation: 'none', input: [] } });
    await caller.rest(3000);
    expect(caller.asked.map(({ messages }) => messages)).toEqual([[], [{ role: 'user', text: 'tell me' }]]);
    caller.leave();
  });

  it('R29 gives again what a noise took back, as it was asked for', async () => {
    const caller = open({ slowModel: true, answer: () => ['Good.'], stt: tellingStt('') });
    const metadata = { for: 'greeting' };
    caller.say({ type: 'response.create', response: { instructions: 'Sing.', metadata } });
    await caller.speak(600);
    await caller.rest(3000);
    const made = caller.events.flatMap((event) => (event.type === 'response.done' ? [event.response] : []));
    expect(made.map(({ status }) => status)).toEqual(['cancelled', 'completed']);
    expect(made.map((response) => response.metadata)).toEqual([metadata, metadata]);
    expect(caller.asked.at(-1)!.messages[0]).toEqual({ role: 'system', text: 'Sing.' });
    caller.leave();
  });

  it('R31 leaves alone what the caller deleted before it was understood', async () => {
    const caller = open({ stt: tellingStt({ text: 'tell me', afterMs: 1500 }), answer: () => ['Good.'] });
    caller.update({ transcription: {} });
    await caller.speak(600);
    await caller.rest(900);
    const { item_id } = await caller.next('input_audio_buffer.committed');
    caller.say({ type: 'response.create', response: { input: [{ type: 'item_reference', id: item_id }] } });
    caller.say({ type: 'conversation.item.delete', item_id });
    await caller.rest(3000);
    expect(caller.types()).not.toContain('conversation.item.input_audio_transcription.completed');
    // What was to be made from it gets its words all the same, and nothing else is said.
    expect(caller.asked.map(({ messages }) => messages)).toEqual([[{ role: 'user', text: 'tell me' }]]);
    caller.leave();
  });

  it.each([
    ['!!!!', 'invalid_audio'],
    ['A', 'invalid_audio'],
    ['AA=A', 'invalid_audio'],
    ['AAAA', 'invalid_audio'],
  ])('R16 refuses the audio "%s"', async (audio, code) => {
    const caller = open();
    caller.say({ type: 'input_audio_buffer.append', audio, event_id: 'mine' });
    expect((await caller.next('error')).error).toMatchObject({ code, event_id: 'mine', param: 'audio' });
    caller.leave();
  });

  it('holds at most 120 s that nobody has taken, and says so once', async () => {
    const caller = open();
    caller.update({ turn_detection: null });
    for (let part = 0; part < 12; part += 1) {
      caller.say({ type: 'input_audio_buffer.append', audio: toBase64(240_000) });
    }
    await caller.settled();
    expect(caller.types()).not.toContain('error');
    for (let part = 0; part < 3; part += 1) {
      caller.say({ type: 'input_audio_buffer.append', audio: toBase64(24_000) });
    }
    await caller.settled();
    expect(caller.types().filter((type) => type === 'error').length).toBe(1);
    expect(caller.last('error')?.error.code).toBe('audio_backlog');
    caller.say({ type: 'input_audio_buffer.commit' });
    await caller.next('input_audio_buffer.committed');
    await caller.settled();
    expect(Math.abs(caller.heard[0]!.ms - 120_000)).toBeLessThan(1100);
    caller.leave();
  });

  it('hears on after two minutes in which nobody detected turns', async () => {
    const caller = open({ answer: () => ['Good.'] });
    caller.update({ turn_detection: null });
    for (let part = 0; part < 13; part += 1) {
      caller.say({ type: 'input_audio_buffer.append', audio: toBase64(240_000) });
    }
    await caller.settled();
    caller.update({ turn_detection: SEMANTIC });
    await caller.rest(200);
    await caller.speak(600);
    await caller.rest(600);
    expect(caller.asked.length).toBe(1);
    caller.leave();
  });

  it('counts its times by the audio that came, however often it is committed and cleared', async () => {
    const caller = open({ stt: tellingStt('') });
    caller.update({ turn_detection: null });
    for (let part = 0; part < 20; part += 1) {
      await caller.rest(120);
      caller.say({ type: part % 2 === 0 ? 'input_audio_buffer.commit' : 'input_audio_buffer.clear' });
      await caller.settled();
    }
    caller.update({ turn_detection: SEMANTIC });
    await caller.rest(1000);
    await caller.speak(600);
    const { audio_start_ms } = caller.last('input_audio_buffer.speech_started')!;
    expect(Math.abs(audio_start_ms - (20 * 120 + 1000 - 400))).toBeLessThanOrEqual(64);
    caller.leave();
  });

  it('R24 ends a turn by time also after a commit that was refused', async () => {
    const caller = open();
    await caller.rest(40);
    caller.say({ type: 'input_audio_buffer.commit' });
    expect((await caller.next('error')).error.code).toBe('input_audio_buffer_commit_empty');
    await caller.speak(600);
    await caller.pass(2000);
    expect(caller.types()).toContain('input_audio_buffer.speech_stopped');
    caller.leave();
  });

  it('has few utterances recognised at the same time', async () => {
    const caller = open({ stt: tellingStt('never') });
    caller.update({ turn_detection: null });
    for (let part = 0; part < 6; part += 1) {
      caller.say({ type: 'input_audio_buffer.append', audio: toBase64(4800) });
      caller.say({ type: 'input_audio_buffer.commit' });
    }
    await caller.settled();
    expect(caller.types().filter((type) => type === 'input_audio_buffer.committed').length).toBe(4);
    expect(caller.last('error')?.error.code).toBe('too_much_speech');
    caller.leave();
  });

  it('does not fall over a caller that takes the name of its utterance for something else', async () => {
    const caller = open({ answer: () => ['Good.'] });
    await caller.speak(600);
    const { item_id } = await caller.next('input_audio_buffer.speech_started');
    const content = [{ type: 'input_text' as const, text: 'mine' }];
    caller.say({
      type: 'conversation.item.create',
      item: { id: item_id, type: 'message', role: 'user', content },
    });
    await caller.pass(2000);
    expect(caller.last('input_audio_buffer.committed')?.item_id).not.toBe(item_id);
    expect(caller.asked.length).toBe(1);
    caller.leave();
  });

  it('recognises an item that the caller recorded by itself', async () => {
    const caller = open({ answer: () => ['Good.'] });
    const content = [{ type: 'input_audio' as const, audio: toBase64(24_000) }];
    caller.say({ type: 'conversation.item.create', item: { type: 'message', role: 'user', content } });
    caller.say({ type: 'response.create' });
    await caller.settled();
    await caller.pass(100);
    expect(Math.abs(caller.heard[0]!.ms - 1000)).toBeLessThan(4);
    expect(caller.asked[0]!.messages).toEqual([{ role: 'user', text: 'tell me a story' }]);
    caller.leave();
  });

  it('R34 does not end the server over a plan that comes to nothing while a recogniser fails', async () => {
    const caller = open({ stt: tellingStt(new Error('no ears')) });
    const uncaught: unknown[] = [];
    const note = (reason: unknown) => uncaught.push(reason);
    process.on('unhandledRejection', note);
    caller.update({ turn_detection: null });
    caller.say({ type: 'input_audio_buffer.append', audio: toBase64(24_000) });
    caller.say({ type: 'input_audio_buffer.commit' });
    caller.say({ type: 'response.create', response: { audio: { output: { voice: 'nobody' } } } } as never);
    await caller.settled();
    await caller.pass(100);
    process.off('unhandledRejection', note);
    expect(caller.types().filter((type) => type === 'error').length).toBeGreaterThan(1);
    expect(uncaught).toEqual([]);
    caller.leave();
  });

  it('R34 ends the turn that is open when the voice detector breaks off', async () => {
    const vad = plainVad({ fail: new Error('no network'), failAt: 25 });
    const caller = open({ vad, answer: () => ['Good.'] });
    await caller.rest(320);
    await caller.speak(1000);
    expect(caller.types()).toContain('input_audio_buffer.speech_stopped');
    expect(caller.types().filter((type) => type === 'error').length).toBe(1);
    expect(caller.asked.length).toBe(1);
    caller.leave();
  });

  it('R34 does not take a caller who was away for a voice detector that does not answer', async () => {
    const caller = open({ vad: plainVad({ delayMs: 110 }), answer: () => ['Good.'] });
    await caller.rest(200);
    await caller.pass(5000);
    await caller.speak(600);
    await caller.rest(600);
    await caller.pass(6000);
    expect(caller.types()).not.toContain('error');
    expect(caller.asked.length).toBe(1);
    caller.leave();
  });

  it('R34 gives up a voice detector that does not answer, and takes a commit without it', async () => {
    const caller = open({ vad: plainVad({ hangs: true }) });
    await caller.speak(3000);
    expect(caller.last('error')?.error.code).toBe('deadline');
    caller.say({ type: 'input_audio_buffer.commit' });
    await caller.next('input_audio_buffer.committed');
    await caller.pass(10);
    expect(Math.abs(caller.heard[0]!.ms - 3000)).toBeLessThan(40);
    caller.leave();
  });

  it('R34 tells what could not be recognised, and goes on', async () => {
    const caller = open({ stt: tellingStt(new Error('no ears'), 'hello'), answer: () => ['Good.'] });
    caller.update({ transcription: {} });
    await caller.speak(600);
    await caller.rest(1500);
    const failed = caller.last('conversation.item.input_audio_transcription.failed')!;
    expect(failed.error.code).toBe('stt_failed');
    expect(caller.asked.length).toBe(0);
    expect(caller.last('avatar.state')?.state).toBe('idle');
    await caller.speak(600);
    await caller.rest(1000);
    expect(caller.asked[0]!.messages.at(-1)).toEqual({ role: 'user', text: 'hello' });
    caller.leave();
  });

  it('R34 gives up a recogniser that does not answer within 6 s', async () => {
    const caller = open({ stt: tellingStt('never') });
    caller.update({ transcription: {} });
    await caller.speak(600);
    await caller.rest(5800);
    expect(caller.types()).not.toContain('conversation.item.input_audio_transcription.failed');
    await caller.rest(600);
    expect(caller.types()).toContain('conversation.item.input_audio_transcription.failed');
    caller.leave();
  });

  it('R34 fails an answer that waits for words which do not come', async () => {
    const caller = open({ stt: tellingStt(new Error('no ears')) });
    caller.update({ turn_detection: null });
    await caller.speak(600);
    caller.say({ type: 'input_audio_buffer.commit' });
    caller.say({ type: 'response.create' });
    await caller.pass(100);
    expect(caller.last('response.done')?.response.status).toBe('failed');
    caller.leave();
  });

  it('R34 tries a voice detector again that broke off, and tells it once', async () => {
    const caller = open({ vad: plainVad({ fail: new Error('no network') }), answer: () => ['Good.'] });
    await caller.rest(2500);
    expect(caller.types().filter((type) => type === 'error').length).toBe(1);
    await caller.speak(600);
    await caller.rest(600);
    expect(caller.types()).toContain('response.created');
    caller.leave();
  });

  it('is told once that a server without a recogniser cannot hear', async () => {
    const caller = open({ deaf: true, answer: () => ['Good.'] });
    const { session } = await caller.next('session.created');
    expect(session.audio.input.turn_detection).toBeNull();
    caller.update({ turn_detection: SEMANTIC });
    const { session: updated } = await caller.next('session.updated');
    expect(updated.audio.input.turn_detection).toBeNull();
    await caller.speak(200);
    expect(caller.story()).toEqual(['avatar.state', 'error']);
    expect(caller.last('error')?.error.code).toBe('cannot_hear');
    caller.ask('Hello');
    await caller.next('response.done');
    caller.leave();
  });
});

describe('a caller who speaks over the avatar', () => {
  beforeEach(
    () =>
      void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'performance'] }),
  );
  afterEach(() => void vi.useRealTimers());

  /** Begins a second answer, past the first seconds of the session's first, and lets it sound. */
  async function speaking(options: TalkOptions = {}) {
    const caller = open({ reportsPlayback: true, ...options });
    caller.ask('Hello');
    await caller.next('avatar.response');
    caller.report(1, 0, 'ended');
    await caller.next('response.done');
    await caller.pass(50);
    caller.report(1, 5000, 'ended');
    await caller.pass(50);
    caller.ask('A story');
    const { response } = await caller.next('avatar.response');
    caller.report(response, 200, 'playing');
    await caller.pass(10);
    return { ...caller, response };
  }

  it('R26 pauses it, and cuts it off when the speech goes on', async () => {
    const caller = await speaking();
    await caller.speak(260);
    expect(caller.story().at(-2)).toBe('avatar.pause');
    expect(caller.last('avatar.state')?.state).toBe('listening');
    caller.report(caller.response, 420, 'paused');
    await caller.speak(620);
    const { types } = caller;
    expect(types().indexOf('input_audio_buffer.speech_started')).toBeLessThan(types().indexOf('avatar.flush'));
    expect(types().indexOf('avatar.flush')).toBeLessThan(types().lastIndexOf('response.done'));
    expect(caller.last('avatar.flush')?.reason).toBe('turn_detected');
    expect(caller.last('response.done')?.response).toMatchObject({
      status: 'cancelled',
      status_details: { reason: 'turn_detected' },
    });
    caller.leave();
  });

  it('R26 is cut off by as much speech as the operator has set', async () => {
    const caller = await speaking({
      stt: tellingStt({ kind: 'unclear' }),
      interrupting: { thinkingMs: 500, speakingMs: 1500 },
    });
    await caller.speak(260);
    caller.report(caller.response, 420, 'paused');
    await caller.speak(1400);
    expect(caller.types()).not.toContain('avatar.flush');
    await caller.speak(200);
    expect(caller.types()).toContain('avatar.flush');
    caller.leave();
  });

  it('R26 is cut off by a word that the recogniser finds while the caller speaks', async () => {
    const stt = tellingStt({ atMs: 200, partial: 'stop', text: 'stop it' });
    const caller = await speaking({ stt });
    await caller.speak(260);
    expect(caller.types()).toContain('avatar.flush');
    caller.leave();
  });

  it('R27 is not cut off by a listener who takes its time', async () => {
    const caller = await speaking({ stt: tellingStt({ atMs: 200, partial: 'oh I see', text: 'Oh, I see.' }) });
    await caller.speak(800);
    await caller.rest(300);
    expect(caller.types()).not.toContain('avatar.flush');
    expect(caller.story().slice(-2)).toEqual(['avatar.resume', 'avatar.state']);
    caller.leave();
  });

  it('R26 asks a recogniser without partial transcripts every 400 ms', async () => {
    const { engine, heard } = tellingStt('', 'mhm', 'oh', 'stop it please');
    const stt = { engine: { ...engine, givesPartials: false }, heard };
    const caller = open({ reportsPlayback: true, stt, answer: () => [LONG, LONG] });
    caller.ask('Hello');
    const { response } = await caller.next('avatar.response');
    // An echo, it may be: in the first seconds only words count.
    await caller.speak(1000);
    expect(caller.types()).not.toContain('avatar.flush');
    expect(heard.length).toBe(2);
    caller.report(response, 1000, 'playing');
    await caller.speak(300);
    expect(caller.types()).toContain('avatar.flush');
    const asked = heard.length;
    await caller.speak(2000);
    expect(heard.length).toBe(asked);
    caller.leave();
  });

  it('R28 is paused in its first seconds, too, when the microphone has shown that it hears no echo', async () => {
    const caller = open({ reportsPlayback: true, answer: () => [LONG, LONG] });
    caller.ask('Hello');
    const { response } = await caller.next('avatar.response');
    await caller.speak(260);
    await caller.rest(900);
    expect(caller.types()).not.toContain('avatar.pause');
    caller.report(response, 1000, 'playing');
    await caller.rest(200);
    await caller.speak(260);
    expect(caller.types()).toContain('avatar.pause');
    caller.leave();
  });

  it('R28 takes a player that does not sound yet for no proof against an echo', async () => {
    const caller = open({ reportsPlayback: true, answer: () => [LONG, LONG] });
    caller.ask('Hello');
    const { response } = await caller.next('avatar.response');
    for (let waited = 0; waited < 2000; waited += 200) {
      caller.report(response, 0, 'buffering');
      await caller.rest(200);
    }
    caller.report(response, 100, 'playing');
    await caller.speak(600);
    expect(caller.types()).not.toContain('avatar.pause');
    expect(caller.types()).not.toContain('avatar.flush');
    caller.leave();
  });

  /** An answer has begun to sound, and nobody knows yet whether it comes back. */
  async function beginning(...words: string[]) {
    const caller = open({ reportsPlayback: true, stt: tellingStt(...words), answer: () => [LONG, LONG] });
    caller.ask('Hello');
    const { response } = await caller.next('avatar.response');
    caller.report(response, 0, 'playing');
    await caller.rest(900);
    caller.report(response, 900, 'paused');
    return caller;
  }

  it.each(['Once upon a time.', 'upon a time there', 'a time the'])(
    'R54 is not cut off by "%s", which comes back',
    async (words) => {
      const caller = await beginning(words);
      await caller.speak(400);
      await caller.rest(400);
      expect(caller.heard.length).toBe(1);
      expect(caller.types()).not.toContain('avatar.flush');
      expect(caller.types()).not.toContain('input_audio_buffer.speech_started');
      caller.leave();
    },
  );

  it('R54 is not cut off by a word of its own while it sounds', async () => {
    const caller = open({ reportsPlayback: true, stt: tellingStt('Lighthouse.'), answer: () => [LONG, LONG] });
    caller.ask('Hello');
    const { response } = await caller.next('avatar.response');
    caller.report(response, 0, 'playing');
    await caller.rest(300);
    caller.report(response, 300, 'playing');
    await caller.speak(300);
    caller.report(response, 600, 'playing');
    await caller.rest(300);
    expect(caller.heard.length).toBe(1);
    expect(caller.types()).not.toContain('avatar.flush');
    caller.leave();
  });

  it('R54 is cut off by other words than its own, though some of them are', async () => {
    const caller = await beginning('once upon a question I had');
    await caller.speak(400);
    await caller.rest(200);
    expect(caller.last('avatar.flush')?.reason).toBe('turn_detected');
    caller.leave();
  });

  it('R54 is cut off by words of its own that cannot have come back', async () => {
    const caller = open({
      reportsPlayback: true,
      stt: tellingStt('there was a lighthouse'),
      answer: () => [LONG, LONG],
    });
    caller.ask('Hello');
    const { response } = await caller.next('avatar.response');
    caller.report(response, 0, 'playing');
    await caller.rest(1500);
    caller.report(response, 3000, 'playing');
    await caller.speak(400);
    await caller.rest(200);
    expect(caller.last('avatar.flush')?.reason).toBe('turn_detected');
    caller.leave();
  });

  it('R29 does not write again what the caller has read already', async () => {
    const caller = open({ stt: tellingStt(''), answer: () => ['One. ', 5000, 'Two.'] });
    caller.say({ type: 'response.create', response: { output_modalities: ['text'] } });
    await caller.next('response.output_text.delta');
    await caller.speak(600);
    expect(caller.last('response.done')?.response.status).toBe('cancelled');
    await caller.rest(2000);
    expect(caller.asked.length).toBe(1);
    caller.leave();
  });

  it('R27 resumes from the paused sample after a noise', async () => {
    const caller = await speaking({ stt: tellingStt({ kind: 'unclear' }) });
    await caller.speak(260);
    caller.report(caller.response, 430, 'paused');
    await caller.rest(400);
    expect(caller.story().slice(-2)).toEqual(['avatar.resume', 'avatar.state']);
    expect(caller.last('avatar.resume')).toMatchObject({ response: caller.response, position: 430 * 24 });
    expect(caller.last('avatar.state')?.state).toBe('speaking');
    expect(caller.types()).not.toContain('input_audio_buffer.speech_started');
    caller.leave();
  });

  it('R27 resumes before the player has said where it stands, and leaves out nothing', async () => {
    const caller = await speaking({ stt: tellingStt({ kind: 'unclear' }) });
    await caller.speak(260);
    await caller.rest(400);
    // 560 ms can have been played by then, and 400 more were sent: the player goes on from where it stands.
    expect(caller.last('avatar.resume')!.position).toBe(960 * 24);
    caller.leave();
  });

  it('R27 does not go back to an older pause if it is held again before the player has said a word', async () => {
    const caller = await speaking({ stt: tellingStt({ kind: 'unclear' }) });
    await caller.speak(260);
    caller.report(caller.response, 430, 'paused');
    await caller.rest(400);
    expect(caller.last('avatar.resume')!.position).toBe(430 * 24);
    await caller.speak(260);
    expect(caller.story().filter((type) => type === 'avatar.pause').length).toBe(2);
    await caller.rest(400);
    expect(caller.story().filter((type) => type === 'avatar.resume').length).toBe(2);
    expect(caller.last('avatar.resume')!.position).toBeGreaterThan(800 * 24);
    caller.leave();
  });

  it('R26 a stock client is told nothing until it is a turn', async () => {
    const caller = open({ reportsPlayback: false, stt: tellingStt('stop'), answer: () => [LONG, LONG, LONG] });
    caller.ask('Hello');
    await caller.next('response.created');
    await caller.pass(4000);
    await caller.speak(300);
    expect(caller.types()).not.toContain('input_audio_buffer.speech_started');
    expect(caller.types()).not.toContain('avatar.pause');
    await caller.rest(200);
    expect(caller.story().filter((type) => type.startsWith('input_audio'))).toEqual([
      'input_audio_buffer.speech_started',
    ]);
    caller.leave();
  });

  it('R30 answers after the present answer if the session does not want interruptions', async () => {
    const caller = open({ stt: tellingStt('one more thing') });
    caller.update({ turn_detection: { ...SEMANTIC, interrupt_response: false } });
    caller.ask('Hello');
    await caller.next('avatar.response');
    caller.report(1, 0, 'playing');
    await caller.speak(600);
    await caller.rest(400);
    const created = () => caller.types().filter((type) => type === 'response.created').length;
    expect(caller.types()).toContain('input_audio_buffer.committed');
    expect([created(), caller.types().includes('response.done')]).toEqual([1, false]);
    await caller.rest(3000);
    expect(created()).toBe(2);
    expect(caller.types()).not.toContain('avatar.flush');
    expect(caller.types().indexOf('response.done')).toBeLessThan(caller.types().lastIndexOf('response.created'));
    expect(caller.asked[1]!.messages.map(({ role }) => role)).toEqual(['user', 'assistant', 'user']);
    caller.leave();
  });
});
