import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { noLimits, type SessionLimits } from '../../src/conversation/allowance.js';
import type { House } from '../../src/conversation/house.js';
import { runSession } from '../../src/conversation/session.js';
import { INTERRUPTING } from '../../src/conversation/turn-rules.js';
import { testCaller } from '../fixtures/caller.js';
import { noStandby, plainFace, silentLog, steadyTts, type Told, tellingLlm } from '../fixtures/engines.js';

const FAREWELL = 'That was all the time we have.';
const ANSWER = 'Here you are.';

function open(limits: Partial<SessionLimits>, options: { answer?: Told[]; farewell?: string | null } = {}) {
  const llm = tellingLlm(() => options.answer ?? [ANSWER]);
  const tts = steadyTts();
  const { farewell = FAREWELL } = options;
  const house: House = {
    engines: { llm: llm.engine, tts: tts.engine, face: plainFace() },
    hearing: null,
    voices: ['ada'],
    presenter: { id: null, instructions: '', voice: 'ada', otherVoices: [], face: null },
    presenters: new Map(),
    language: 'en-US',
    standby: { ...noStandby, farewell },
    speculation: 'full',
    interrupting: INTERRUPTING,
    fillerAfterMs: null,
    limits: { ...noLimits, ...limits },
    log: silentLog,
    now: () => performance.now(),
  };
  // A stock client: what it has heard is reckoned by the clock.
  const caller = testCaller({ reportsPlayback: false });
  const ended = runSession(caller.caller, house);
  const ask = async (text = 'And now?') => {
    caller.ask(text);
    await vi.advanceTimersByTimeAsync(20_000);
  };
  const said = () => tts.spoken.map(({ text }) => text);
  return { ...caller, request: () => caller.ask('And now?'), ended, ask, said, asked: llm.asked };
}

const told = (events: ReturnType<typeof open>['events']) =>
  events.flatMap((event) => (event.type === 'error' ? [event.error] : []));

describe('a session that may use up only so much', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it('R46 is told, hears a farewell instead of an answer, and is let go when that has been heard', async () => {
    const session = open({ turns: 2 });
    await session.ask();
    await session.ask();
    expect(session.endings).toEqual([]);
    session.request();
    await vi.advanceTimersByTimeAsync(100);
    expect(told(session.events)).toEqual([
      expect.objectContaining({
        code: 'session_limit',
        message: 'This session has reached its limit of 2 turns. This conversation is over; a new one may begin.',
      }),
    ]);
    expect(session.endings).toEqual([]);
    await vi.advanceTimersByTimeAsync(5000);
    expect(session.endings).toMatchObject([{ code: 'session_limit' }]);
    expect(session.said().at(-1)).toBe(FAREWELL);
    expect(session.asked).toHaveLength(2);
    await session.ended;
  });

  it.each([
    ['characters', { characters: ANSWER.length + 1 }, undefined],
    ['tokens', { tokens: 30 }, [ANSWER, { kind: 'usage', inputTokens: 10, outputTokens: 10 }] as Told[]],
  ])('counts %s', async (what, limits, answer) => {
    const session = open(limits, answer === undefined ? {} : { answer });
    await session.ask();
    await session.ask();
    expect(session.endings).toEqual([]);
    await session.ask();
    expect(session.endings).toMatchObject([{ message: expect.stringContaining(what) }]);
  });

  it('ends by itself when its minutes are over, after the answer that is being given', async () => {
    const session = open({ minutes: 1 }, { answer: [ANSWER, 70_000, ' And more.'] });
    session.request();
    await vi.advanceTimersByTimeAsync(65_000);
    expect(session.endings).toEqual([]);
    await vi.advanceTimersByTimeAsync(20_000);
    expect(session.said().at(-1)).toBe(FAREWELL);
    expect(session.endings).toMatchObject([{ message: expect.stringContaining('1 minutes') }]);
  });

  it('is let go without a farewell where there is none', async () => {
    const session = open({ turns: 1 }, { farewell: null });
    await session.ask();
    await session.ask();
    expect(session.endings).toMatchObject([{ code: 'session_limit' }]);
    expect(session.said()).toEqual([ANSWER]);
  });

  it('gets no other answer while the farewell sounds', async () => {
    const session = open({ turns: 1 }, { farewell: FAREWELL.repeat(5) });
    await session.ask();
    session.request();
    await vi.advanceTimersByTimeAsync(200);
    session.request();
    await vi.advanceTimersByTimeAsync(200);
    expect(
      told(session.events)
        .map(({ code }) => code)
        .filter((code) => code === 'session_limit').length,
    ).toBeGreaterThan(0);
    expect(session.asked).toHaveLength(1);
  });

  it('may have as much as it likes where nothing is set', async () => {
    const session = open({});
    for (let n = 0; n < 20; n += 1) await session.ask();
    expect(session.asked).toHaveLength(20);
    expect(session.endings).toEqual([]);
    session.leave();
    await session.ended;
    expect(vi.getTimerCount()).toBe(0);
  });
});
