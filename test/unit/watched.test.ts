/** What an observer is told of engines that are asked, fail, are given up, and are asked in one another's place. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Engine, EngineContext, Llm, LlmRequest, Phrase, Stt, SttEngine } from '../../src/engines/contract.js';
import { linkOf } from '../../src/engines/resilience/chain.js';
import { llmChain } from '../../src/engines/resilience/llm-chain.js';
import { sttChain } from '../../src/engines/resilience/stt-chain.js';
import { watchedLlm, watchedStt, watchedTts } from '../../src/engines/resilience/watched.js';
import { ParleyError } from '../../src/errors.js';
import { delay, Queue } from '../../src/flow.js';
import type { CallOutcome, Observer } from '../../src/observe/observer.js';
import { silentLog, steadyTts, type Told, tellingLlm } from '../fixtures/engines.js';

const messages = [{ role: 'user', text: 'Hello' }] as const;
const request: LlmRequest = { messages, tools: [], toolChoice: 'auto', maxTokens: 'inf', presenter: null };
const patience = { attempts: 2, delayMs: 1000, factor: 2, budgetMs: 4000, idleMs: 5000 };
const shown = (outcome: CallOutcome) => (outcome.kind === 'failed' ? outcome.code : outcome.kind);

/** Writes down what it is told, one line each. */
function notes() {
  const lines: string[] = [];
  const observer: Observer = {
    called: ({ service }, endpoint) => void lines.push(`${service} ${endpoint} called`),
    answered: ({ service }, turn, ms) => void lines.push(`${service} answered ${turn} after ${ms}`),
    ended: ({ service }, endpoint, outcome, ms) =>
      void lines.push(`${service} ${endpoint} ${shown(outcome)}, waited ${ms}`),
    tokens: ({ service }, input, output) => void lines.push(`${service} tokens ${input} ${output}`),
    characters: ({ service }, count) => void lines.push(`${service} characters ${count}`),
    tookOver: (job, from, to) => void lines.push(`${job} ${from} > ${to}`),
    hushed() {},
    interruptedFalsely() {},
    ranDry() {},
    skewed() {},
    speculated() {},
    openTurn: () => ({ engines: () => ({}), close() {}, discard() {} }),
  };
  return { lines, observer };
}

function context() {
  const stop = new AbortController();
  const whole: EngineContext = { signal: stop.signal, log: silentLog, turn: 'resp_1' };
  return { stop, context: whole };
}

/** Reads all of it, resting between its pieces; gives what was thrown. */
async function read<T>(outputs: AsyncIterable<T>, restMs = 0): Promise<unknown> {
  try {
    for await (const _ of outputs) if (restMs > 0) await delay(restMs, new AbortController().signal);
    return null;
  } catch (thrown) {
    return thrown;
  }
}

/** Lets the clock run until it is there. */
async function inTime<T>(promise: Promise<T>): Promise<T> {
  let isOver = false;
  void promise.finally(() => {
    isOver = true;
  });
  while (!isOver) await vi.advanceTimersByTimeAsync(50);
  return promise;
}

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

describe('a model that is watched', () => {
  const model = (name: string, ...told: Told[]) => ({ ...tellingLlm(() => told).engine, name });

  it('is called, answers, tells its tokens, and ends', async () => {
    const { lines, observer } = notes();
    const engine = watchedLlm(
      model('good', 200, 'Once', 300, 'upon', { kind: 'usage', inputTokens: 12, outputTokens: 2 }),
      { service: 'openai', observer },
    );
    await inTime(read(engine.run(request, context().context)));
    expect(lines).toEqual([
      'openai chat called',
      'openai answered resp_1 after 200',
      'openai tokens 12 2',
      'openai chat ok, waited 500',
    ]);
  });

  it('is not charged with the time of a slow reader', async () => {
    const { lines, observer } = notes();
    const engine = watchedLlm(model('good', 200, 'a', 'b', 'c'), { service: 'openai', observer });
    await inTime(read(engine.run(request, context().context), 1000));
    expect(lines.at(-1)).toBe('openai chat ok, waited 200');
  });

  it('fails with its code, and another takes over', async () => {
    const { lines, observer } = notes();
    const watched = [model('first', new ParleyError('rate_limited')), model('second', 100, 'Here')].map((engine) =>
      watchedLlm(engine, { service: engine.name, observer }),
    );
    const links = watched.map((engine) => linkOf(engine, false, silentLog));
    const chain = llmChain(links, patience, (from, to) => observer.tookOver('llm', from, to));
    expect(await inTime(read(chain.run(request, context().context)))).toBeNull();
    expect(lines).toEqual([
      'first chat called',
      'first chat rate_limited, waited 0',
      'llm first > second',
      'second chat called',
      'second answered resp_1 after 100',
      'second tokens 6 2',
      'second chat ok, waited 100',
    ]);
  });

  it('that is late has failed when the one beside it has answered', async () => {
    const { lines, observer } = notes();
    const watched = [model('slow', 9000, 'Late'), model('quick', 100, 'Here')].map((engine) =>
      watchedLlm(engine, { service: engine.name, observer }),
    );
    const chain = llmChain(
      watched.map((engine) => linkOf(engine, false, silentLog)),
      patience,
      (from, to) => observer.tookOver('llm', from, to),
    );
    await inTime(read(chain.run(request, context().context)));
    expect(lines.toSorted()).toEqual([
      'llm slow > quick',
      'quick answered resp_1 after 100',
      'quick chat called',
      'quick chat ok, waited 100',
      'quick tokens 6 2',
      'slow chat called',
      'slow chat deadline, waited 2100',
      'slow tokens 6 0',
    ]);
  });

  it.each(['barge_in', 'turn_cancelled', 'client_gone'] as const)(
    'has not failed when its turn ends, and has cost something: %s',
    async (code) => {
      const { lines, observer } = notes();
      const { stop, context: outer } = context();
      const engine = watchedLlm(model('good', 500, 'Once'), { service: 'openai', observer });
      const reading = read(engine.run(request, outer));
      await vi.advanceTimersByTimeAsync(200);
      stop.abort(new ParleyError(code));
      await reading;
      expect(lines).toEqual(['openai chat called', 'openai chat cancelled, waited 200', 'openai tokens 6 0']);
    },
  );

  it('that hangs over its own end is counted when it is given up', async () => {
    const { lines, observer } = notes();
    const { stop, context: outer } = context();
    const run: Llm = async function* () {
      await new Promise(() => {});
    };
    const engine = watchedLlm({ ...model('hangs'), run }, { service: 'openai', observer });
    void read(engine.run(request, outer));
    await vi.advanceTimersByTimeAsync(3000);
    stop.abort(new ParleyError('deadline'));
    expect(lines.at(-1)).toBe('openai chat deadline, waited 3000');
  });
});

describe('a recogniser that is watched', () => {
  function recogniser(last: { afterMs: number; failure?: Error }) {
    const run: Stt = async function* (audio, _, { signal }) {
      for await (const _piece of audio) yield { kind: 'partial', text: 'tell' };
      await delay(last.afterMs, signal);
      if (last.failure !== undefined) throw last.failure;
      yield { kind: 'partial', text: 'tell me' };
      yield { kind: 'final', text: 'tell me' };
    };
    const life = { readAhead: 1, health: () => 'up' as const, close: async () => {} };
    return { ...life, name: 'pocketsphinx', givesPartials: true, run } satisfies SttEngine;
  }
  const hints = { language: null, prompt: null };
  const utterance = () => new Queue<Int16Array>(100);

  it('is called when the utterance has ended, and has answered with its last word', async () => {
    const { lines, observer } = notes();
    const engine = watchedStt(recogniser({ afterMs: 250 }), { service: 'pocketsphinx', observer });
    const audio = utterance();
    // Whoever has the words leaves: that cancels nothing.
    const words = (async () => {
      for await (const heard of engine.run(audio, hints, context().context)) if (heard.kind === 'final') return heard;
      return null;
    })();
    audio.offer(new Int16Array(512));
    await vi.advanceTimersByTimeAsync(1500);
    expect(lines).toEqual([]);
    audio.close();
    expect(await inTime(words)).toMatchObject({ text: 'tell me' });
    expect(lines).toEqual([
      'pocketsphinx transcriptions called',
      'pocketsphinx answered resp_1 after 250',
      'pocketsphinx transcriptions ok, waited 250',
    ]);
  });

  it('was not called if nobody wanted the utterance before it ended', async () => {
    const { lines, observer } = notes();
    const { stop, context: outer } = context();
    const engine = watchedStt(recogniser({ afterMs: 250 }), { service: 'pocketsphinx', observer });
    const audio = utterance();
    const reading = read(engine.run(audio, hints, outer));
    audio.offer(new Int16Array(512));
    await vi.advanceTimersByTimeAsync(100);
    const reason = new ParleyError('turn_cancelled');
    stop.abort(reason);
    audio.fail(reason);
    await reading;
    expect(lines).toEqual([]);
  });

  it('counts each try of a chain, and who takes over', async () => {
    const { lines, observer } = notes();
    const first = recogniser({ afterMs: 100, failure: new ParleyError('vendor_down') });
    const watched = [
      { ...first, name: 'first' },
      { ...recogniser({ afterMs: 100 }), name: 'second' },
    ].map((engine) => watchedStt(engine, { service: engine.name, observer }));
    const links = watched.map((engine) => linkOf(engine, false, silentLog));
    const chain = sttChain(links, patience, (from, to) => observer.tookOver('stt', from, to));
    const audio = utterance();
    audio.offer(new Int16Array(512));
    audio.close();
    await inTime(read(chain.run(audio, hints, context().context)));
    expect(lines).toEqual([
      'first transcriptions called',
      'first transcriptions vendor_down, waited 100',
      'stt first > second',
      'second transcriptions called',
      'second answered resp_1 after 100',
      'second transcriptions ok, waited 100',
    ]);
  });
});

describe('any engine that is watched', () => {
  it('is called with its first input, and is charged by the character', async () => {
    const { lines, observer } = notes();
    const { engine } = steadyTts();
    const watched = watchedTts(engine, { service: 'espeak', observer });
    const phrases = (async function* (): AsyncGenerator<Phrase> {
      await delay(700, new AbortController().signal);
      yield { index: 0, text: 'Hello.' };
      yield { index: 1, text: 'You there.' };
    })();
    await inTime(read(watched.run(phrases, { voice: 'ada', speed: 1 }, context().context)));
    expect(lines).toEqual([
      'espeak speech called',
      'espeak characters 6',
      'espeak answered resp_1 after 0',
      'espeak characters 10',
      'espeak speech ok, waited 0',
    ]);
  });

  it('that fails before it has anything to do has been called all the same', async () => {
    const { lines, observer } = notes();
    // biome-ignore lint/correctness/useYield: it does not come so far.
    const run = async function* () {
      throw new ParleyError('engine_failed', 'It is closed.');
    };
    const watched = watchedTts({ ...steadyTts().engine, run }, { service: 'elevenlabs', observer });
    const nothing = new Queue<Phrase>(1);
    expect(await read(watched.run(nothing, { voice: 'ada', speed: 1 }, context().context))).toMatchObject({
      code: 'engine_failed',
    });
    expect(lines).toEqual(['elevenlabs speech called', 'elevenlabs speech engine_failed, waited 0']);
  });

  it('is asked itself for what it knows of itself', () => {
    let isThere = false;
    const engine: Engine<Llm> = {
      ...tellingLlm(() => []).engine,
      get health() {
        return () => (isThere ? ('up' as const) : { down: 'not yet' });
      },
    };
    const watched = watchedLlm(engine, { service: 'openai', observer: notes().observer });
    expect(watched.health()).toEqual({ down: 'not yet' });
    isThere = true;
    expect(watched.health()).toBe('up');
    expect(watched.name).toBe('telling');
    expect(watched.probe).toBeUndefined();
  });

  it.each([
    ['well', async () => {}, 'ok'],
    ['refused', async () => Promise.reject(new ParleyError('bad_key')), 'bad_key'],
  ] as const)('is probed: %s', async (_, probe, outcome) => {
    const { lines, observer } = notes();
    const engine = { ...tellingLlm(() => []).engine, probe };
    const asked = watchedLlm(engine, { service: 'openai', observer }).probe!(context().stop.signal);
    await asked.catch(() => {});
    expect(lines).toEqual(['openai probe called', `openai probe ${outcome}, waited 0`]);
  });
});
