import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { cutOff, type Habit, noHabit, whole, withHabit } from '../../src/conversation/habit.js';
import { INTERRUPTING, type TurnRules, turnRules } from '../../src/conversation/turn-rules.js';
import type { TurnDetection } from '../../src/protocol/session.js';
import { tellingStt } from '../fixtures/engines.js';
import { openTalk, type TalkOptions } from '../fixtures/talk.js';

const common = { create_response: true, interrupt_response: true } as const;
const SEMANTIC: TurnDetection = { type: 'semantic_vad', eagerness: 'auto', ...common };
const SERVER: TurnDetection = {
  type: 'server_vad',
  threshold: 0.5,
  prefix_padding_ms: 300,
  silence_duration_ms: 500,
  idle_timeout_ms: null,
  ...common,
};
const rules = turnRules(SEMANTIC, { speculates: true, holds: true, interrupting: INTERRUPTING });

/** What words that look whole, and words that do not, are waited behind. */
function waits(habit: Habit, of: TurnRules = rules) {
  const { end } = withHabit(of, habit);
  return end.kind === 'words' ? [Math.round(end.completeMs), Math.round(end.incompleteMs)] : [end.ms];
}

const times = (count: number, habit: Habit, next: (habit: Habit) => Habit): Habit =>
  count === 0 ? habit : times(count - 1, next(habit), next);

describe('R51 a caller who pauses in the midst of what it says', () => {
  it('is waited for as everybody is, until it has shown that', () => {
    expect(waits(noHabit)).toEqual([280, 1200]);
    expect(withHabit(rules, noHabit)).toBe(rules);
  });

  it('is waited for longer when it was cut off, and after a few times as long as it pauses', () => {
    const once = cutOff(noHabit, 'complete', 600, rules);
    expect(waits(once)).toEqual([470, 1200]);
    const often = times(5, noHabit, (habit) => cutOff(habit, 'complete', 600, rules));
    expect(waits(often)[0]).toBeGreaterThan(600);
    expect(waits(often)[0]).toBeLessThanOrEqual(660);
  });

  it('is waited for longer only behind words of the kind at which it was', () => {
    expect(waits(cutOff(noHabit, 'incomplete', 1450, rules))).toEqual([280, 1398]);
  });

  it('is never waited for longer than a second behind whole words, and two behind others', () => {
    const often = (look: keyof Habit) => times(30, noHabit, (habit) => cutOff(habit, look, 5000, rules));
    expect(waits(often('complete'))[0]).toBe(1000);
    expect(waits(often('incomplete'))[1]).toBe(2000);
  });

  it('is waited for as everybody is again, when its turns were whole', () => {
    const slow = times(4, noHabit, (habit) => cutOff(habit, 'complete', 600, rules));
    const before = waits(slow)[0]!;
    expect(waits(whole(slow))[0]).toBeLessThan(before);
    expect(waits(times(100, slow, whole))).toEqual([280, 1200]);
  });

  it('is not waited for less than a patient client has asked for', () => {
    const patient = turnRules(
      { ...SEMANTIC, eagerness: 'low' },
      { speculates: true, holds: true, interrupting: INTERRUPTING },
    );
    const habit = cutOff(noHabit, 'incomplete', 1450, patient);
    expect(waits(habit, patient)).toEqual([600, 2000]);
  });

  it('changes nothing about a time that its client has set', () => {
    const fixed = turnRules(SERVER, { speculates: true, holds: true, interrupting: INTERRUPTING });
    expect(waits(cutOff(noHabit, 'complete', 900, fixed), fixed)).toEqual([500]);
    expect(cutOff(noHabit, 'complete', 900, fixed)).toEqual(noHabit);
  });
});

describe('R51 a session', () => {
  beforeEach(
    () =>
      void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'performance'] }),
  );
  afterEach(() => void vi.useRealTimers());

  /** How long each of so many turns was waited behind; `next` is what happens between them. */
  const waits = async (
    options: TalkOptions,
    turns: number,
    next: (caller: ReturnType<typeof openTalk>) => Promise<unknown>,
  ) => {
    const caller = openTalk({ stt: tellingStt(...Array<string>(turns).fill('tell me a story')), ...options });
    const found: number[] = [];
    for (let turn = 0; turn < turns; turn += 1) {
      const began = caller.sent();
      await caller.speak(640);
      await next(caller);
      const stopped = caller.events.filter((event) => event.type === 'input_audio_buffer.speech_stopped')[turn];
      found.push(stopped!.audio_end_ms - began - 640);
    }
    caller.leave();
    return found;
  };
  const spread = (found: readonly number[]) => Math.max(...found) - Math.min(...found);

  it('learns from cutting a caller off, turn by turn', async () => {
    const found = await waits({ slowModel: true }, 4, (caller) => caller.rest(600));
    expect(Math.abs(found[1]! - found[0]!)).toBeLessThanOrEqual(32);
    expect(found[2]! - found[1]!).toBeGreaterThan(100);
    expect(found[3]! - found[2]!).toBeGreaterThan(50);
  });

  it('lets it finish when it has learnt, and forgets it over turns that were whole', async () => {
    const pauses = [600, 600, 600, 600, 600, 600, 4000, 4000, 4000, 4000, 4000, 4000, 4000, 4000];
    const caller = openTalk({ stt: tellingStt(...pauses.map(() => 'tell me a story')), slowModel: true });
    for (const pause of pauses) {
      await caller.speak(640);
      await caller.rest(pause);
    }
    const spoken = pauses.map((_, at) => pauses.slice(0, at).reduce((sum, pause) => sum + pause, 0) + 640 * (at + 1));
    const ends = caller.events.flatMap((event) =>
      event.type === 'input_audio_buffer.speech_stopped' ? [event.audio_end_ms] : [],
    );
    caller.leave();
    // The sixth pause came and went within the turn.
    expect(ends.length).toBeLessThan(pauses.length);
    const last = ends.slice(-7).map((end, at) => end - spoken.slice(-7)[at]!);
    expect(last[0]! - last[6]!).toBeGreaterThan(100);
  });

  it.each<[string, TalkOptions, (caller: ReturnType<typeof openTalk>) => Promise<unknown>]>([
    ['a pause in which nobody was cut off', { slowModel: true }, (caller) => caller.rest(2000)],
    [
      'a microphone that was muted for long, so that no audio came',
      { slowModel: true },
      async (caller) => {
        await caller.rest(900);
        await caller.pass(30_000);
      },
    ],
    [
      'a short answer that the caller has heard',
      { answer: () => ['Yes, it is so.'] },
      async (caller) => {
        await caller.rest(700);
        const number = caller.last('avatar.response')!.response;
        caller.report(number, 100, 'playing');
        await caller.rest(100);
        caller.report(number, 280, 'ended');
        await caller.rest(300);
      },
    ],
  ])('learns nothing from %s', async (_, options, next) => {
    expect(spread(await waits(options, 4, next))).toBeLessThanOrEqual(32);
  });
});
