import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { pcmBytes } from '../../src/audio/pcm.js';
import { VAD_FRAME_SAMPLES, type Vad } from '../../src/engines/contract.js';
import { plainVad } from '../fixtures/engines.js';
import { eventually } from '../fixtures/eventually.js';
import { openTalk } from '../fixtures/talk.js';
import { standardMuLaw, tone } from '../fixtures/telephone.js';

/** What a telephone sends of these samples at 8 kHz. */
const codes = (samples: Int16Array) => Uint8Array.from(samples, standardMuLaw.encode);
const silence = (ms: number) => new Uint8Array(ms * 8).fill(0xff);
const speech = (ms: number) => codes(tone(8000, 500, ms * 8));
const base64 = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64');

/** A detector that hears nobody, and keeps all it is given. */
function attentiveVad() {
  const frames: Int16Array[] = [];
  const run: Vad = async function* (source, { signal }) {
    for await (const frame of source) {
      signal.throwIfAborted();
      frames.push(frame);
      yield 0.01;
    }
  };
  return { engine: { ...plainVad(), run }, heard: () => Int16Array.from(frames.flatMap((frame) => [...frame])) };
}

type Talk = ReturnType<typeof openTalk>;

const append = (caller: Talk, bytes: Uint8Array) =>
  caller.say({ type: 'input_audio_buffer.append', audio: base64(bytes) });

/** Sends it as telephones do, 20 ms at a time. */
async function send(caller: Talk, bytes: Uint8Array) {
  for (let at = 0; at < bytes.length; at += 160) {
    append(caller, bytes.subarray(at, at + 160));
    await caller.pass(20);
  }
}

describe('a caller on the telephone', () => {
  beforeEach(
    () =>
      void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'performance'] }),
  );
  afterEach(() => void vi.useRealTimers());

  it('has its turns where they are in the audio that it sent', async () => {
    const caller = openTalk({ answer: () => ['Good.'] });
    caller.update({ format: { type: 'audio/pcmu' } });
    await send(caller, silence(500));
    await send(caller, speech(600));
    await send(caller, silence(600));
    const { audio_start_ms } = caller.last('input_audio_buffer.speech_started')!;
    const { audio_end_ms } = caller.last('input_audio_buffer.speech_stopped')!;
    // 400 ms before the first sound, and 280 ms of silence after the last, each to a frame of the detector.
    expect(Math.abs(audio_start_ms - 100)).toBeLessThanOrEqual(32);
    expect(Math.abs(audio_end_ms - 1380)).toBeLessThanOrEqual(64);
    expect(caller.asked[0]?.messages).toEqual([{ role: 'user', text: 'tell me a story' }]);
    expect(caller.last('session.updated')?.session.audio.input.format).toEqual({ type: 'audio/pcmu' });
    caller.leave();
  });

  it('is heard without a click, wherever its audio is cut', async () => {
    const whole = codes(tone(8000, 440, 16_000));
    for (const cut of [17, 37, 160, 5001]) {
      const vad = attentiveVad();
      const caller = openTalk({ vad: vad.engine });
      caller.update({ format: { type: 'audio/pcmu' } });
      for (let at = 0; at < whole.length; at += cut) append(caller, whole.subarray(at, at + cut));
      await eventually(() => expect(vad.heard().length).toBeGreaterThan(16_000 * 2 - 2 * VAD_FRAME_SAMPLES));
      const heard = vad.heard();
      const meant = tone(16_000, 440, heard.length);
      // A tone that begins out of nothing rings for 3 ms; after that only the steps of the codes are left.
      const furthest = heard.reduce(
        (most, value, n) => (n < 64 ? most : Math.max(most, Math.abs(value - meant[n]!))),
        0,
      );
      expect(furthest, `cut every ${cut}`).toBeLessThan(260);
      caller.leave();
      await caller.ended;
    }
  });

  it('may change its format in the middle, and nothing is lost or shifted', async () => {
    const vad = attentiveVad();
    const caller = openTalk({ vad: vad.engine });
    const at24 = tone(24_000, 440, 24_000);
    caller.say({ type: 'input_audio_buffer.append', audio: base64(pcmBytes(at24)) });
    caller.update({ format: { type: 'audio/pcmu' } });
    append(caller, codes(tone(8000, 440, 8000)));
    caller.update({ format: { type: 'audio/pcm', rate: 24_000 } });
    caller.say({ type: 'input_audio_buffer.append', audio: base64(pcmBytes(at24)) });
    await eventually(() => expect(vad.heard().length).toBeGreaterThan(48_000 - 2 * VAD_FRAME_SAMPLES));
    const heard = vad.heard();
    // 440 periods a second: each second begins where the one before would go on.
    const meant = tone(16_000, 440, heard.length);
    const nearJoint = (n: number) => [0, 16_000, 32_000].some((joint) => Math.abs(n - joint) < 64);
    const furthest = heard.reduce(
      (most, value, n) => (nearJoint(n) ? most : Math.max(most, Math.abs(value - meant[n]!))),
      0,
    );
    expect(furthest).toBeLessThan(260);
    caller.leave();
  });

  it('commits 100 ms, not less, and what it cleared is gone', async () => {
    const caller = openTalk({ answer: () => ['Good.'] });
    caller.update({ format: { type: 'audio/pcmu' }, turn_detection: null });
    append(caller, speech(90));
    caller.say({ type: 'input_audio_buffer.commit' });
    await caller.settled();
    expect(caller.last('error')?.error.code).toBe('input_audio_buffer_commit_empty');
    caller.say({ type: 'input_audio_buffer.clear' });
    append(caller, speech(100));
    caller.say({ type: 'input_audio_buffer.commit' });
    await caller.settled();
    await caller.pass(100);
    append(caller, speech(1500));
    caller.say({ type: 'input_audio_buffer.commit' });
    await caller.settled();
    await caller.pass(100);
    expect(caller.heard.map(({ ms }) => ms)).toEqual([100, 1500]);
    caller.leave();
  });

  it('has the audio of an item taken in its format', async () => {
    const caller = openTalk({ answer: () => ['Good.'] });
    caller.update({ format: { type: 'audio/pcmu' } });
    const content = [{ type: 'input_audio' as const, audio: base64(speech(2500)) }];
    caller.say({ type: 'conversation.item.create', item: { type: 'message', role: 'user', content } });
    await eventually(() => expect(caller.heard.map(({ ms }) => ms)).toEqual([2500]));
    caller.leave();
  });

  it('may let no more than two minutes wait', async () => {
    const caller = openTalk();
    caller.update({ format: { type: 'audio/pcmu' }, turn_detection: null });
    append(caller, silence(119_000));
    await caller.settled();
    expect(caller.types()).not.toContain('error');
    append(caller, silence(3000));
    await caller.settled();
    expect(caller.last('error')?.error.code).toBe('audio_backlog');
    caller.leave();
  });

  it('sends media frames in PCM all the same', async () => {
    const vad = attentiveVad();
    const caller = openTalk({ vad: vad.engine });
    caller.update({ format: { type: 'audio/pcmu' } });
    await caller.speak(400);
    expect(vad.heard().length).toBeGreaterThan(0.4 * 16_000 - 2 * VAD_FRAME_SAMPLES);
    expect(
      vad
        .heard()
        .subarray(100)
        .every((sample) => Math.abs(sample - 8000) <= 1),
    ).toBe(true);
    caller.leave();
  });
});
