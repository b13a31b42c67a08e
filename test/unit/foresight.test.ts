/** What is held, for how long, and what is the same answer. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { ReplyPlan } from '../../src/conversation/begin-reply.js';
import { createForesight, type ForesightTools } from '../../src/conversation/foresight.js';
import { nothingSpoken } from '../../src/conversation/spoken.js';
import type { LlmRequest } from '../../src/engines/contract.js';
import { ParleyError } from '../../src/errors.js';
import { createMetrics } from '../../src/observe/metrics.js';
import type { Observer } from '../../src/observe/observer.js';
import { noStandby, plainAvatar, plainFace, silentLog, steadyTts, type Told, tellingLlm } from '../fixtures/engines.js';
import { readMetrics } from '../fixtures/metrics-text.js';

const ANSWER = 'Once there was a lighthouse on a small island.';
const SPEECH = { voice: 'ada', otherwise: [], speed: 1 };

const requestOf = (text: string): LlmRequest => ({
  ...{ messages: [{ role: 'user', text }], tools: [], toolChoice: 'auto', maxTokens: 'inf', presenter: null },
});

let plans = 0;
function planOf(text: string, changes: Partial<ReplyPlan> = {}): ReplyPlan {
  plans += 1;
  const { apology, brokenOff, tooLong } = noStandby;
  return {
    id: `resp_${plans}`,
    aloud: true,
    said: null,
    llm: requestOf(text),
    speech: { ...SPEECH },
    face: null,
    says: null,
    standby: { apology, brokenOff, tooLong, filler: null },
    spoken: nothingSpoken(),
    ...changes,
  };
}

function open(speculation: ForesightTools['speculation'] = 'full', answer: () => readonly Told[] = () => [ANSWER]) {
  const metrics = createMetrics();
  const session = new AbortController();
  const llm = tellingLlm(answer);
  /** The turns that are counted as being given. */
  const turns = new Set<string>();
  const observer: Observer = {
    ...metrics.observer,
    openTurn(id) {
      turns.add(id);
      const end = () => void turns.delete(id);
      return { engines: () => ({}), close: end, discard: end };
    },
  };
  const foresight = createForesight({
    engines: { llm: llm.engine, tts: steadyTts().engine, face: plainFace(), observer },
    scope: { id: 'sess_1', gone: session.signal },
    log: silentLog,
    now: () => performance.now(),
    speculation,
    session: session.signal,
  });
  return {
    ...{ ...foresight, session, turns, signals: llm.signals, asked: llm.asked },
    fates: async () => {
      const counted = readMetrics(await metrics.text());
      const count = (outcome: string) => counted.value('parley_speculations_total', { outcome }) ?? 0;
      return [count('kept'), count('dropped')];
    },
    wasted: async () => {
      const counted = readMetrics(await metrics.text());
      return counted.value('parley_speculation_wasted_total', { by: 'model' });
    },
  };
}

const soon = () => vi.advanceTimersByTimeAsync(0);

describe('an answer that is foreseen', () => {
  beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] }));
  afterEach(() => void vi.useRealTimers());

  it('is the one that is given, if it is what is wanted, once', async () => {
    const { foresee, begin, asked, fates } = open();
    const foreseen = planOf('Hello');
    foresee(foreseen, performance.now() + 200);
    await soon();
    expect(asked.length).toBe(1);
    expect(begin(planOf('Hello')).plan).toBe(foreseen);
    const second = planOf('Hello');
    expect(begin(second).plan).toBe(second);
    await soon();
    expect(asked.length).toBe(2);
    expect(await fates()).toEqual([1, 0]);
    await vi.advanceTimersByTimeAsync(10_000);
    expect(await fates()).toEqual([1, 0]);
    expect(vi.getTimerCount()).toBe(0);
  });

  it.each([
    ['words', { llm: requestOf('Hello!') }],
    ['tools', { llm: { ...requestOf('Hello'), tools: [{ name: 'look', description: null, parameters: {} }] } }],
    ['length', { llm: { ...requestOf('Hello'), maxTokens: 100 } }],
    ['presenter', { llm: { ...requestOf('Hello'), presenter: 'maya' } }],
    ['kind', { aloud: false }],
    ['voice', { speech: { ...SPEECH, voice: 'ben' } }],
    ['pace', { speech: { ...SPEECH, speed: 1.2 } }],
    ['line', { says: 'Goodbye.' }],
    ['face', { face: { avatar: plainAvatar, base: () => 0, isForetold: true } }],
    ['request that is not known yet', { llm: Promise.resolve(requestOf('Hello')) }],
  ] as const)('is thrown away for one with another %s', async (_, changes) => {
    const { foresee, begin, signals, fates, session } = open();
    foresee(planOf('Hello'), performance.now() + 200);
    await soon();
    const wanted = planOf('Hello', changes as Partial<ReplyPlan>);
    expect(begin(wanted).plan).toBe(wanted);
    expect(signals[0]!.aborted).toBe(true);
    await soon();
    expect(await fates()).toEqual([0, 1]);
    session.abort(new ParleyError('client_gone'));
    await soon();
    expect(vi.getTimerCount()).toBe(0);
  });

  it('is the same on another base picture', async () => {
    const { foresee, begin, session } = open();
    const look = (base: number) => ({ face: { avatar: plainAvatar, base: () => base, isForetold: true } });
    const foreseen = planOf('Hello', look(1));
    foresee(foreseen, performance.now() + 200);
    expect(begin(planOf('Hello', look(7))).plan).toBe(foreseen);
    session.abort(new ParleyError('client_gone'));
    await soon();
  });

  it('is thrown away for the next one, and where it is forgotten', async () => {
    const { foresee, forget, signals, turns, fates } = open();
    forget();
    expect(await fates()).toEqual([0, 0]);
    foresee(planOf('Hello'), performance.now() + 200);
    await soon();
    foresee(planOf('Hello there'), performance.now() + 200);
    await soon();
    expect(signals.map(({ aborted }) => aborted)).toEqual([true, false]);
    forget();
    forget();
    await soon();
    expect(signals.map(({ aborted }) => aborted)).toEqual([true, true]);
    expect(await fates()).toEqual([0, 2]);
    expect(turns.size).toBe(0);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('is thrown away with the session, before or after it has been begun', async () => {
    const { foresee, session, signals, fates } = open('full', () => [1_000_000, ANSWER]);
    foresee(planOf('Hello'), performance.now() + 200);
    await soon();
    session.abort(new ParleyError('client_gone'));
    await soon();
    expect(signals[0]!.aborted).toBe(true);
    expect(await fates()).toEqual([0, 1]);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('is thrown away when nobody has asked for it 3 s after its time', async () => {
    const { foresee, signals, fates } = open('full', () => [1_000_000, ANSWER]);
    foresee(planOf('Hello'), performance.now() + 500);
    await vi.advanceTimersByTimeAsync(3499);
    expect(signals[0]!.aborted).toBe(false);
    await vi.advanceTimersByTimeAsync(1);
    expect(signals[0]!.aborted).toBe(true);
    await soon();
    expect(await fates()).toEqual([0, 1]);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('counts what its model had written', async () => {
    const { foresee, forget, wasted } = open('full', () => ['Once ', 100, 'there ', 100, 'was']);
    foresee(planOf('Hello'), performance.now() + 500);
    await vi.advanceTimersByTimeAsync(150);
    forget();
    await vi.advanceTimersByTimeAsync(1000);
    expect(await wasted()).toBe('Once there '.length);
  });

  it('may fail, and nobody hears of it before it is wanted', async () => {
    const { foresee, begin, fates } = open('full', () => [new ParleyError('vendor_down')]);
    foresee(planOf('Hello'), performance.now() + 500);
    await vi.advanceTimersByTimeAsync(2000);
    const begun = begin(planOf('Hello'));
    begun.release(async () => {});
    const read = async () => {
      for await (const _ of begun.events);
    };
    await expect(read()).rejects.toMatchObject({ code: 'vendor_down' });
    expect(await fates()).toEqual([1, 0]);
  });

  it('is not taken for another one because neither is known yet', async () => {
    const { foresee, begin, session } = open();
    const never = () => new Promise<LlmRequest>(() => {});
    foresee(planOf('', { llm: never() }), performance.now() + 500);
    const wanted = planOf('', { llm: never() });
    const begun = begin(wanted);
    session.abort(new ParleyError('client_gone'));
    await soon();
    expect(begun.plan).toBe(wanted);
  });
});
