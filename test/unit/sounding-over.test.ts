import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { HEARING_RATE } from '../../src/audio/pcm.js';
import type { EndOfTurn, EndOfTurnEngine } from '../../src/engines/contract.js';
import { ParleyError } from '../../src/errors.js';
import { openTalk } from '../fixtures/talk.js';

/** Keeps what it was asked. */
function judgeOf(run: EndOfTurn) {
  const heard: Int16Array[] = [];
  const engine: EndOfTurnEngine = {
    name: 'judge',
    hearsMs: 8000,
    readAhead: 0,
    health: () => 'up',
    close: async () => {},
    run: async (utterance, context) => {
      heard.push(utterance.slice());
      return await run(utterance, context);
    },
  };
  return { engine, heard };
}

describe('R52 a session with a model that hears how a turn sounds', () => {
  beforeEach(
    () =>
      void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'performance'] }),
  );
  afterEach(() => void vi.useRealTimers());

  /** Says something whole; gives how long that was waited behind, and what the model was given. */
  const waited = async (run: EndOfTurn, spokenMs = 640) => {
    const judge = judgeOf(run);
    const caller = openTalk({ endOfTurn: judge.engine });
    await caller.speak(spokenMs);
    await caller.rest(1000);
    const { audio_end_ms } = caller.last('input_audio_buffer.speech_stopped')!;
    caller.leave();
    return { ms: audio_end_ms - spokenMs, heard: judge.heard };
  };

  it('waits for longer if whole words do not sound whole', async () => {
    const whole = await waited(async () => 0.9);
    const doubtful = await waited(async () => 0.1);
    expect(doubtful.ms - whole.ms).toBe(320);
  });

  it('gives it what was said, with its silence', async () => {
    const { heard } = await waited(async () => 0.9);
    expect(heard.length).toBe(1);
    const seconds = heard[0]!.length / HEARING_RATE;
    expect(seconds).toBeGreaterThan(0.7);
    expect(seconds).toBeLessThan(0.9);
    expect(Math.max(...heard[0]!.subarray(-HEARING_RATE / 20))).toBe(0);
    expect(Math.max(...heard[0]!)).toBeGreaterThan(7000);
  });

  it('gives it no more than it hears', async () => {
    const { heard } = await waited(async () => 0.9, 12_000);
    expect(heard[0]!.length).toBe(8 * HEARING_RATE);
  });

  it('goes on as without it, if it fails or never answers', async () => {
    const alone = await waited(async () => 0.9);
    const failing = await waited(async () => {
      throw new ParleyError('engine_failed');
    });
    const hanging = await waited(() => new Promise(() => {}));
    expect(failing.ms).toBe(alone.ms);
    expect(hanging.ms).toBe(alone.ms);
  });
});
