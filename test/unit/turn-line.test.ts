/** The log's line about a turn: what an operator finds by a response's id, and what nobody finds there. */

import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { noLimits } from '../../src/conversation/allowance.js';
import type { House } from '../../src/conversation/house.js';
import { runSession } from '../../src/conversation/session.js';
import { INTERRUPTING } from '../../src/conversation/turn-rules.js';
import { watchedFace, watchedLlm, watchedTts } from '../../src/engines/resilience/watched.js';
import { ParleyError } from '../../src/errors.js';
import { createMetrics } from '../../src/observe/metrics.js';
import { testCaller } from '../fixtures/caller.js';
import {
  MS_PER_CHARACTER,
  noStandby,
  plainAvatar,
  plainFace,
  plainPictures,
  plainVad,
  steadyTts,
  type Told,
  tellingLlm,
  tellingStt,
} from '../fixtures/engines.js';
import { readMetrics } from '../fixtures/metrics-text.js';
import { type Line, recordingLog } from '../workers/rig.js';

const QUESTION = 'tell me a secret';
const PHRASES = ['Walnuts are not nuts.', 'Nobody knows why.'];
const ANSWER = PHRASES.join(' ');
const SPOKEN_MS = PHRASES.join('').length * MS_PER_CHARACTER;
const announcement = {
  ...{ id: 'plain', name: 'Plain', width: 512, height: 512, fps: 25, frames: 150 },
  pack: { url: '/p', bytes: 1, sha256: 'ab' },
};
const presenter = {
  ...{ id: 'plain', instructions: '', voice: 'ada', otherVoices: [] },
  face: { avatar: plainAvatar, announcement, pictures: plainPictures },
};

function open(answer: () => readonly Told[]) {
  const metrics = createMetrics();
  const { observer } = metrics;
  const log = recordingLog();
  const stt = tellingStt({ afterMs: 120, text: QUESTION }).engine;
  const house: House = {
    engines: {
      llm: watchedLlm(tellingLlm(answer).engine, { service: 'openai', observer }),
      tts: watchedTts(steadyTts().engine, { service: 'elevenlabs', observer }),
      face: watchedFace(plainFace(), { service: 'drawn', observer }),
      observer,
    },
    hearing: { vad: plainVad(), stt },
    voices: ['ada'],
    presenter,
    presenters: new Map(),
    language: 'en-US',
    standby: noStandby,
    speculation: 'full',
    interrupting: INTERRUPTING,
    fillerAfterMs: null,
    limits: noLimits,
    log: log.log,
    now: () => performance.now(),
  };
  const caller = testCaller();
  void runSession(caller.caller, house);
  let position = 0;
  const send = async (ms: number, sample: number) => {
    for (let sent = 0; sent < ms; sent += 20) {
      caller.sendMicrophone(position, new Uint8Array(new Int16Array(480).fill(sample).buffer));
      position += 480;
      await vi.advanceTimersByTimeAsync(20);
    }
  };
  return {
    ...caller,
    lines: log.lines,
    turn: () => log.lines.find(({ msg }) => msg === 'turn'),
    speak: (ms: number) => send(ms, 8000),
    rest: (ms: number) => send(ms, 0),
    metrics: async () => readMetrics(await metrics.text()),
  };
}

const INFO = 30;
const shownAt = (lines: readonly Line[], level: number) =>
  lines.filter((line) => line.level >= level).map((line) => JSON.stringify(line));

describe('the line about a turn', () => {
  beforeEach(
    () =>
      void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'performance'] }),
  );
  afterEach(() => void vi.useRealTimers());

  it('says who made the answer, how long each part of it took, and how much it was', async () => {
    const caller = open(() => [300, ANSWER]);
    await caller.speak(1000);
    while (caller.audio.length === 0) await caller.rest(20);
    caller.report(1, 20, 'playing');
    await vi.advanceTimersByTimeAsync(5000);
    const { response } = await caller.next('response.done');
    const line = caller.turn()!;
    expect(line).toMatchObject({
      level: INFO,
      session: expect.stringMatching(/^sess_/),
      response: response.id,
      status: 'completed',
      llm: 'telling',
      tts: 'steady',
      face: 'plain',
      transcription_time_ms: 120,
      llm_response_time_ms: 300,
      tts_generation_time_ms: 0,
      audio_ms: SPOKEN_MS,
      tts_bytes: SPOKEN_MS * 48,
      tts_chunks: expect.any(Number),
    });
    const marks = line.marks as Record<string, number>;
    expect(line.total_latency_ms).toBe(marks.first_sent);
    expect(marks.first_played).toBeGreaterThanOrEqual(marks.first_sent!);
    expect(line.first_audio_ms).toBe(marks.first_audio);
    expect(line.first_picture_ms).toBe(marks.first_picture);
    expect(line.total_latency_ms).toBeGreaterThanOrEqual(marks.words! + 300);
    expect(marks.answered).toBeGreaterThan(marks.model_asked!);
    expect(line).not.toHaveProperty('code');
    const counted = await caller.metrics();
    expect(counted.value('parley_e2e_latency_seconds_sum')).toBeCloseTo((line.total_latency_ms as number) / 1000);
    expect(counted.value('parley_eou_delay_seconds_sum')).toBeCloseTo(marks.answered! / 1000);
    expect(counted.value('parley_first_audio_played_seconds_sum')).toBeCloseTo(marks.first_played! / 1000);
    expect(counted.value('parley_lipsync_first_frame_seconds_count', { service: 'drawn' })).toBe(1);
  });

  it('holds nothing of what was said, unless somebody looks for mistakes', async () => {
    const caller = open(() => [ANSWER]);
    await caller.speak(1000);
    await caller.rest(5000);
    await caller.next('response.done');
    expect(shownAt(caller.lines, INFO).join()).not.toMatch(/secret|Walnuts/);
    const debug = caller.lines.filter(({ level }) => level < INFO);
    expect(debug.filter(({ msg }) => msg === 'heard')).toMatchObject([{ text: QUESTION }]);
    expect(debug.filter(({ msg }) => msg === 'said')).toMatchObject([{ text: ANSWER }]);
  });

  it('of a typed turn in writing has nothing about sound', async () => {
    const caller = open(() => [100, ANSWER]);
    caller.say({ type: 'response.create', response: { output_modalities: ['text'] } });
    await vi.advanceTimersByTimeAsync(500);
    await caller.next('response.done');
    const line = caller.turn()!;
    expect(line).toMatchObject({ status: 'completed', llm: 'telling', llm_response_time_ms: 100 });
    const missing = [
      'transcription_time_ms',
      'tts',
      'face',
      'tts_bytes',
      'tts_chunks',
      'audio_ms',
      'tts_generation_time_ms',
    ];
    for (const field of [...missing, 'total_latency_ms', 'first_audio_ms', 'first_picture_ms', 'code']) {
      expect(line).not.toHaveProperty(field);
    }
  });

  it.each([
    ['failed', [new ParleyError('vendor_down', 'It is down.')], 'vendor_down'],
    ['incomplete', [ANSWER, { kind: 'cut', reason: 'max_output_tokens' }], 'max_output_tokens'],
  ] as const)('says why a turn was %s', async (status, told, code) => {
    const caller = open(() => told);
    caller.say({ type: 'response.create', response: { output_modalities: ['text'] } });
    await vi.advanceTimersByTimeAsync(500);
    await caller.next('response.done');
    expect(caller.turn()).toMatchObject({ status, code });
    expect((await caller.metrics()).value('parley_turns_total', { status })).toBe(1);
  });

  it('says that a turn was cancelled, and by whom; its engines have not failed', async () => {
    const caller = open(() => [60_000, ANSWER]);
    caller.ask(QUESTION);
    await vi.advanceTimersByTimeAsync(500);
    caller.say({ type: 'response.cancel' });
    await vi.advanceTimersByTimeAsync(500);
    await caller.next('response.done');
    expect(caller.turn()).toMatchObject({ status: 'cancelled', code: 'client_cancelled' });
    const counted = await caller.metrics();
    expect(counted.value('parley_turns_total', { status: 'cancelled' })).toBe(1);
    expect(counted.value('parley_provider_attempts_total', { service: 'openai', outcome: 'cancelled' })).toBe(1);
    expect(counted.value('api_errors_total')).toBeUndefined();
    expect(counted.value('api_duration_seconds_count', { service: 'openai' })).toBeUndefined();
  });
});
