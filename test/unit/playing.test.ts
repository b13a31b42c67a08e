/** What operators are told of how answers are heard: by what players report, and by how much of a voice is silence. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { msToSamples } from '../../src/audio/pcm.js';
import { measured } from '../../src/conversation/measuring.js';
import { watchPlaying } from '../../src/conversation/playing.js';
import type { TtsEngine } from '../../src/engines/contract.js';
import { createMetrics } from '../../src/observe/metrics.js';
import { startTimeline } from '../../src/observe/timeline.js';
import { silentLog, steadyTts, tellingLlm, tellingStt } from '../fixtures/engines.js';
import { readMetrics } from '../fixtures/metrics-text.js';
import { LONG, openTalk } from '../fixtures/talk.js';

beforeEach(
  () =>
    void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'performance'] }),
);
afterEach(() => void vi.useRealTimers());

/** A caller whose second answer sounds: the first seconds of the first one would not be held for a noise. */
async function listening(stt: ReturnType<typeof tellingStt>) {
  const metrics = createMetrics();
  const answer = () => [LONG, ' ', LONG, ' ', LONG];
  const caller = openTalk({ reportsPlayback: true, observer: metrics.observer, stt, answer });
  caller.ask('Hello');
  await caller.next('avatar.response');
  caller.report(1, 0, 'ended');
  await caller.next('response.done');
  await caller.pass(50);
  caller.ask('A story');
  const { response } = await caller.next('avatar.response');
  caller.report(response, 200, 'playing');
  await caller.pass(10);
  const read = async () => readMetrics(await metrics.text());
  return { ...caller, response, read };
}

describe('a player that reports', () => {
  const stops = async (caller: Awaited<ReturnType<typeof listening>>) => {
    const { value } = await caller.read();
    return { count: value('parley_bargein_stop_seconds_count'), sum: value('parley_bargein_stop_seconds_sum') ?? 0 };
  };
  const falsely = async (caller: Awaited<ReturnType<typeof listening>>) =>
    (await caller.read()).value('parley_false_interruptions_total');

  it('tells how soon the avatar falls silent for an interruption, once it is one', async () => {
    const caller = await listening(tellingStt('stop that at once'));
    await caller.speak(260);
    expect(caller.types()).toContain('avatar.pause');
    await caller.pass(40);
    caller.report(caller.response, 420, 'paused');
    await caller.pass(0);
    expect((await stops(caller)).count).toBe(0);
    await caller.speak(400);
    caller.report(caller.response, 420, 'flushed');
    await caller.rest(1000);
    const { count, sum } = await stops(caller);
    expect(count).toBe(1);
    // 260 ms of speech, from the beginning of the frame in which the detector finds it, and the 40 ms until the report.
    expect(sum).toBeGreaterThan(0.26);
    expect(sum).toBeLessThanOrEqual(0.332);
    expect(await falsely(caller)).toBe(0);
    caller.leave();
  });

  it('tells of an interruption by a word, for which it was never paused', async () => {
    const caller = await listening(tellingStt({ atMs: 100, partial: 'stop', text: 'stop it' }));
    await caller.speak(160);
    expect(caller.types()).not.toContain('avatar.pause');
    expect(caller.types()).toContain('avatar.flush');
    await caller.pass(40);
    caller.report(caller.response, 420, 'buffering');
    caller.report(caller.response, 420, 'flushed');
    await caller.pass(0);
    const { count, sum } = await stops(caller);
    expect(count).toBe(1);
    expect(sum).toBeGreaterThan(0.12);
    expect(sum).toBeLessThanOrEqual(0.24);
    caller.leave();
  });

  it('counts from the speech that interrupts, not from a noise before it', async () => {
    const caller = await listening(tellingStt({ afterMs: 60_000, text: 'late' }));
    await caller.speak(120);
    await caller.rest(1500);
    await caller.speak(860);
    expect(caller.types()).toContain('avatar.flush');
    caller.report(caller.response, 420, 'flushed');
    await caller.pass(0);
    const { count, sum } = await stops(caller);
    expect(count).toBe(1);
    expect(sum).toBeGreaterThan(0.8);
    expect(sum).toBeLessThan(1);
    caller.leave();
  });

  it('tells of noises for which the avatar paused', async () => {
    const caller = await listening(tellingStt({ kind: 'unclear' }));
    await caller.speak(260);
    caller.report(caller.response, 430, 'paused');
    await caller.rest(400);
    expect(caller.types()).toContain('avatar.resume');
    expect(await falsely(caller)).toBe(1);
    expect((await stops(caller)).count).toBe(0);
    await caller.speak(80);
    await caller.rest(400);
    expect(await falsely(caller)).toBe(1);
    caller.leave();
  });

  it('takes no interruption for a noise because its words come late', async () => {
    const caller = await listening(tellingStt({ afterMs: 2500, text: 'stop that at once' }));
    await caller.speak(260);
    caller.report(caller.response, 430, 'paused');
    await caller.rest(1500);
    expect(caller.types()).toContain('avatar.resume');
    caller.report(caller.response, 430, 'playing');
    await caller.rest(2000);
    expect(caller.types()).toContain('avatar.flush');
    expect(await falsely(caller)).toBe(0);
    caller.leave();
  });

  it('tells of an answer that runs dry, once, when it goes on', async () => {
    const caller = await listening(tellingStt(''));
    const dry = async () => (await caller.read()).value('parley_underruns_total');
    const report = async (state: 'playing' | 'buffering') => {
      caller.report(caller.response, 300, state);
      await caller.pass(10);
    };
    await report('buffering');
    expect(await dry()).toBe(0);
    await report('playing');
    expect(await dry()).toBe(1);
    await report('buffering');
    await report('playing');
    expect(await dry()).toBe(1);
    caller.leave();
  });

  it('does not take waiting for a first sound, or behind a filler, for running dry', () => {
    const { observer, text } = createMetrics();
    const playing = watchPlaying(observer, () => 0);
    const report = (response: number, state: 'playing' | 'buffering', isAnswering: boolean) =>
      playing.report({ response, played: 0, state, base: 0 }, isAnswering);
    report(1, 'buffering', true);
    report(1, 'playing', true);
    report(2, 'buffering', true);
    report(2, 'playing', true);
    report(2, 'buffering', false);
    report(2, 'playing', true);
    return expect(text().then((all) => readMetrics(all).value('parley_underruns_total'))).resolves.toBe(0);
  });

  it('tells when the first picture is seen', async () => {
    const caller = await listening(tellingStt(''));
    caller.report(caller.response, 240, 'playing', 3, 960);
    await caller.pass(100);
    caller.report(caller.response, 4000, 'playing', 4, 1920);
    caller.say({ type: 'response.cancel' });
    await caller.pass(100);
    const { value } = await caller.read();
    const { marks } = caller.last('avatar.timings')!;
    expect(marks.first_shown).toBeGreaterThanOrEqual(marks.first_played!);
    expect(value('parley_first_video_played_seconds_count')).toBe(1);
    expect(value('parley_first_video_played_seconds_sum')).toBeCloseTo(marks.first_shown! / 1000);
    caller.leave();
  });
});

describe('picture and sound', () => {
  it('are told apart by so much as the player says, whichever came first, and by nothing where it does not', async () => {
    const metrics = createMetrics();
    const { report } = watchPlaying(metrics.observer, () => 0);
    const playing = { response: 1, played: 2400, state: 'playing', base: 0 } as const;
    report(playing, true);
    report({ ...playing, av_skew: null }, true);
    const before = readMetrics(await metrics.text());
    expect(before.value('parley_av_skew_seconds_count', { of: 'worst' })).toBeUndefined();
    report({ ...playing, av_skew: { mean: -3, worst: -18 } }, true);
    report({ ...playing, av_skew: { mean: 4, worst: 30 } }, true);
    const { value, upTo } = readMetrics(await metrics.text());
    expect(value('parley_av_skew_seconds_count', { of: 'mean' })).toBe(2);
    expect(value('parley_av_skew_seconds_sum', { of: 'mean' })).toBeCloseTo(0.007, 6);
    expect(value('parley_av_skew_seconds_sum', { of: 'worst' })).toBeCloseTo(0.048, 6);
    expect(upTo('parley_av_skew_seconds', 0.02, { of: 'worst' })).toBe(1);
    expect(upTo('parley_av_skew_seconds', 0.03, { of: 'worst' })).toBe(2);
  });
});

describe('a voice that begins with silence', () => {
  const silence = (ms: number) => new Int16Array(msToSamples(ms)).fill(100);
  const sound = (ms: number) => new Int16Array(msToSamples(ms)).fill(-1000);

  /** Pieces, and the waits between them. */
  async function speechOf(pieces: readonly (Int16Array | number)[]) {
    const run: TtsEngine['run'] = async function* (phrases) {
      for await (const { index: phrase } of phrases) {
        for (const piece of pieces) {
          if (typeof piece === 'number') await vi.advanceTimersByTimeAsync(piece);
          else yield { phrase, samples: piece, words: [] };
        }
      }
    };
    const metrics = createMetrics();
    const timeline = startTimeline(() => performance.now(), performance.now());
    const tts = { ...steadyTts().engine, run };
    const engines = { llm: tellingLlm(() => []).engine, tts, face: null, observer: metrics.observer };
    const making = measured(engines, 'resp_1', timeline);
    const phrases = (async function* () {
      yield { index: 0, text: 'Hello.' };
    })();
    const context = { signal: new AbortController().signal, log: silentLog, turn: 'resp_1' };
    for await (const _ of making.engines.tts!.run(phrases, { voice: 'ada', speed: 1 }, context));
    making.close({ status: 'completed' }, null, 0, silentLog);
    return readMetrics(await metrics.text());
  }

  it('is heard after that', async () => {
    const joined = new Int16Array([...silence(50), ...sound(50)]);
    const { value } = await speechOf([silence(100), joined, silence(100), sound(100)]);
    expect(value('parley_tts_ttfa_seconds_sum')).toBeCloseTo(0.15, 2);
  });

  it('is heard later still if the sound behind the silence is late', async () => {
    const { value } = await speechOf([silence(50), 500, sound(100)]);
    expect(value('parley_tts_ttfa_seconds_sum')).toBeCloseTo(0.5, 2);
  });

  it('is not heard at all if there is nothing else', async () => {
    expect((await speechOf([silence(100)])).value('parley_tts_ttfa_seconds_count')).toBe(0);
  });
});
