import { setImmediate as turnOfTheLoop } from 'node:timers/promises';
import { beforeAll, describe, expect, it } from 'vitest';
import { samplesToMs } from '../../src/audio/pcm.js';
import { mixed, type Over, type Way } from '../../src/bench/echoes/mixing.js';
import { startRecording } from '../../src/conversation/recording.js';
import type { TurnHooks, Utterance } from '../../src/conversation/turn-hooks.js';
import { INTERRUPTING, turnRules } from '../../src/conversation/turn-rules.js';
import { createTurns } from '../../src/conversation/turns.js';
import { VAD_FRAME_SAMPLES } from '../../src/engines/contract.js';
import { english } from '../../src/languages/en.js';

import { ANSWER, detected, echoOf, given, voice, WAYS } from '../fixtures/echo.js';
import { silentLog, tellingStt } from '../fixtures/engines.js';

const RULES = turnRules(
  { type: 'semantic_vad', eagerness: 'auto', create_response: true, interrupt_response: true },
  { speculates: false, holds: false, interrupting: INTERRUPTING },
);

/** At a time; longer than what was said before it. */
const STALL = 16_000 * 5;

interface Scene {
  readonly way: Way;
  readonly over?: Over;
  /** The answer ends then. */
  readonly playedMs: number;
  /** Nothing comes of the microphone from then on; time passes. */
  readonly stallsMs?: number;
  /** The avatar is not known to speak: whatever is heard is a turn at once. */
  readonly isUnawares?: boolean;
  readonly answers?: string | Error;
}

/** What the turns of a session do while an answer sounds that its microphone hears. */
async function overAnswer({ way, over, playedMs, stallsMs, isUnawares, answers = 'tell me a story' }: Scene) {
  const recording = startRecording();
  const { loudspeaker, length } = given();
  const done: string[] = [];
  const utterances: Utterance[] = [];
  const tell = (what: string) => () => void done.push(what);
  let atMs = 0;
  const isPlaying = () => atMs < playedMs;
  const stopped = (utterance: Utterance) => {
    done.push('stopped');
    utterances.push(utterance);
  };
  const hooks: TurnHooks & { failed(error: unknown): void } = {
    activity: () => (isPlaying() && isUnawares !== true ? 'speaking' : 'silent'),
    sounds: () => (isPlaying() ? { response: 1, heard: Math.min(length, atMs * 24), moves: true } : null),
    ...{ started: tell('started'), stopped, pause: tell('pause'), resume: tell('resume') },
    ...{ interrupt: tell('interrupt'), dismissed: tell('dismissed'), abandoned: tell('abandoned') },
    ...{ foresee: () => {}, unforeseen: () => {}, said: () => '' },
    failed: (error) => {
      throw error;
    },
  };
  const context = { signal: new AbortController().signal, log: silentLog, turn: 'ear' };
  const options = () => ({ language: null, prompt: null });
  const stt = tellingStt(answers);
  const turns = createTurns(recording, {
    ...{ stt: stt.engine, endOfTurn: null, options, language: () => english, loudspeaker, hooks, context },
    now: () => atMs,
  });
  const lastMs = playedMs + way.delayMs;
  const echo = echoOf(way).map((sample, at) => (samplesToMs(at, 16_000) < lastMs ? sample : 0));
  const microphone = mixed(echo, over ?? null, way, 1);
  for (const [frame, speech] of detected(microphone).entries()) {
    const end = (frame + 1) * VAD_FRAME_SAMPLES;
    await turnOfTheLoop();
    atMs = samplesToMs(end, 16_000);
    if (stallsMs !== undefined && atMs > stallsMs) {
      turns.pass(STALL, RULES);
      continue;
    }
    recording.add(microphone.subarray(end - VAD_FRAME_SAMPLES, end));
    turns.judge(end, speech, RULES, atMs);
  }
  return { done, utterances, recognised: stt.heard };
}

const ANSWER_MS = samplesToMs(ANSWER.length, 16_000);

describe('turns over an answer that the microphone hears', { timeout: 240_000 }, () => {
  beforeAll(() => {
    for (const way of [WAYS.dry, WAYS.slow]) echoOf(way);
  }, 240_000);

  it('R53 are none: what was opened before the echo was known is dropped, and the answer goes on', async () => {
    expect((await overAnswer({ way: WAYS.dry, playedMs: ANSWER_MS })).done).toEqual(['pause', 'resume', 'dismissed']);
  });

  it('R53 are not opened by the tail of the echo, when the answer is over', async () => {
    // The answer is over in the middle of a word, which comes back half a second later.
    const { done } = await overAnswer({ way: WAYS.slow, playedMs: 3200 });
    expect(done).toEqual(['pause', 'resume', 'dismissed']);
  });

  it('R53 are those of whoever speaks over it', async () => {
    const question = { voice: voice('what-is-the-weather-like'), at: 16_000 * 4, level: 0 };
    const { done } = await overAnswer({ way: WAYS.dry, over: question, playedMs: ANSWER_MS });
    expect(done).toEqual(expect.arrayContaining(['started', 'interrupt']));
  });

  it.each([
    ['and audio goes on', {}],
    ['and no more audio comes', { stallsMs: 1000 }],
    ['and the recogniser has failed', { answers: new Error('no line') }],
  ])('R53 are not recognised where nobody but the avatar spoke, %s', async (_, scene) => {
    const { done, utterances, recognised } = await overAnswer({
      ...{ way: WAYS.dry, playedMs: 2000, isUnawares: true },
      ...scene,
    });
    expect(done).toEqual(['started', 'stopped']);
    expect(await utterances[0]!.heard).toEqual({ kind: 'nothing' });
    // Whoever was asked would have answered by then.
    await turnOfTheLoop();
    expect(recognised).toEqual([]);
  });
});
