/**
 * Answers that are begun before the caller's turn is over. A word of 600 ms ends at 608 ms, with its frame: 96 ms later
 * its end is likely, 288 ms later it is the end.
 */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Speculation } from '../../src/conversation/foresight.js';
import type { EndOfTurnEngine, Phrase, TtsEngine } from '../../src/engines/contract.js';
import { linkOf } from '../../src/engines/resilience/chain.js';
import { ttsChain } from '../../src/engines/resilience/tts-chain.js';
import { ParleyError } from '../../src/errors.js';
import { delay } from '../../src/flow.js';
import { createMetrics } from '../../src/observe/metrics.js';
import type { ServerEvent } from '../../src/protocol/server-events.js';
import { type Hearsay, plainFace, plainVad, silentLog, steadyTts, type Told, tellingStt } from '../fixtures/engines.js';
import { readMetrics } from '../fixtures/metrics-text.js';
import { openTalk, type TalkOptions } from '../fixtures/talk.js';

const PHRASES = ['Once there was a lighthouse on a small island.', 'Nobody had ever climbed it, until one day.'];
const ANSWER = PHRASES.join(' ');
const QUESTION = 'tell me a story';
const ASKED = { role: 'user', text: QUESTION };

const SERVER = {
  ...{ type: 'server_vad', threshold: 0.5, prefix_padding_ms: 300, silence_duration_ms: 500 },
  ...{ create_response: true, interrupt_response: true, idle_timeout_ms: null },
};

type Talk = ReturnType<typeof open>;

function open(options: TalkOptions = {}) {
  const metrics = createMetrics();
  const talk = openTalk({ answer: () => [ANSWER], observer: metrics.observer, ...options });
  return {
    ...talk,
    text: (text: string) =>
      talk.say({
        type: 'conversation.item.create',
        item: { type: 'message', role: 'user', content: [{ type: 'input_text', text }] },
      }),
    counted: async () => readMetrics(await metrics.text()),
    session: (session: object) =>
      talk.say({ type: 'session.update', session: { type: 'realtime', ...session } } as never),
    detect: (turn_detection: object | null) => talk.update({ turn_detection }),
    of: <Type extends ServerEvent['type']>(type: Type) =>
      talk.events.filter((event): event is Extract<ServerEvent, { type: Type }> => event.type === type),
    /** Until an answer has been given whose player says nothing. */
    toItsEnd: () => talk.pass(8000),
  };
}

/** A caller who has said something and pauses: the answer is begun, and the turn is not over. */
async function pausing(options: TalkOptions = {}) {
  const caller = open(options);
  await caller.rest(100);
  await caller.speak(600);
  await caller.rest(200);
  expect(caller.types()).not.toContain('input_audio_buffer.speech_stopped');
  return caller;
}

/** What has become of answers that were begun: how many were kept, how many dropped. */
async function fates(caller: Talk) {
  const counted = await caller.counted();
  const count = (outcome: string) => counted.value('parley_speculations_total', { outcome }) ?? 0;
  return { kept: count('kept'), dropped: count('dropped') };
}

/** The caller goes, and nothing is left of what was begun for it. */
async function gone(caller: Talk) {
  caller.leave();
  await caller.ended;
  await caller.pass(0);
  expect(vi.getTimerCount()).toBe(0);
  for (const signal of caller.signals) expect(signal.aborted).toBe(true);
}

/** Without what is new each time: ids become numbers in the order in which they come. */
function plain(events: readonly ServerEvent[]) {
  const ids: string[] = [];
  const told = events.filter(({ type }) => !/^(session|avatar\.(timings|state))/.test(type));
  return JSON.parse(
    JSON.stringify(told.map((event) => ({ ...event, base: 0 }))).replace(
      /\b(?:sess|conv|resp|item|event)_\w+/g,
      (id) => {
        if (!ids.includes(id)) ids.push(id);
        return `${id.slice(0, 4)}_${ids.indexOf(id)}`;
      },
    ),
  ) as unknown;
}

const texts = (caller: Talk) =>
  caller.asked.map(({ messages }) => messages.map((message) => ('text' in message ? message.text : '')));

/** What the caller hears, as the numbers of the phrases. */
const phrasesHeard = (caller: Talk) => [...new Set(caller.audio.map(({ samples }) => samples[0]!))];

/** A recogniser that can be spared, and hears what it is told to. */
function spared(...answers: readonly Hearsay[]) {
  const { engine, heard } = tellingStt(...answers);
  return { engine: { ...engine, givesPartials: false, mayBeAskedAhead: true }, heard };
}

/** Says of every turn, a while after the words are known, how likely it is over. */
const judging = (over: number): EndOfTurnEngine => ({
  ...{ name: 'judge', hearsMs: 8000, readAhead: 0, health: () => 'up', close: async () => {} },
  // Whatever the signal says, which goes by a clock that nobody holds here.
  run: () => new Promise((resolve) => void setTimeout(resolve, 60, over)),
});

/** A voice that takes so long to begin, and reads so many phrases before it does. */
function lateTts(startMs: number, reads: number): { engine: TtsEngine; given: Phrase[] } {
  const steady = steadyTts();
  const given: Phrase[] = [];
  const run: TtsEngine['run'] = async function* (phrases, options, context) {
    const ready: Phrase[] = [];
    let isStarted = false;
    for await (const phrase of phrases) {
      given.push(phrase);
      ready.push(phrase);
      if (!isStarted) await delay(startMs, context.signal);
      isStarted = true;
      if (ready.length < reads) continue;
      yield* steady.engine.run(from(ready.splice(0)), options, context);
    }
    yield* steady.engine.run(from(ready), options, context);
  };
  return { engine: { ...steady.engine, readAhead: reads, run }, given };
}

async function* from<T>(items: readonly T[]) {
  yield* items;
}

describe('an answer that is begun before the turn is over', () => {
  beforeEach(
    () =>
      void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'performance'] }),
  );
  afterEach(() => void vi.useRealTimers());

  describe('is kept', () => {
    async function talked(speculation: Speculation, turn_detection: object | undefined = undefined) {
      const caller = open({ speculation, face: plainFace() });
      caller.update({ transcription: {}, ...(turn_detection === undefined ? {} : { turn_detection }) });
      await caller.rest(100);
      for (const _ of ['first', 'second']) {
        await caller.speak(600);
        await caller.rest(600);
        const number = caller.of('response.created').length;
        for (let ms = 100; ms <= 2000; ms += 100) {
          caller.report(number, ms, 'playing');
          await caller.rest(100);
        }
        caller.report(number, 2000, 'ended');
        await caller.rest(100);
      }
      const counted = await caller.counted();
      expect(counted.value('parley_turns_total', { status: 'completed' })).toBe(2);
      expect(counted.value('parley_e2e_latency_seconds_count')).toBe(2);
      await gone(caller);
      return caller;
    }

    it.each([
      ['llm', undefined],
      ['full', undefined],
      ['full', SERVER],
    ] as const)('with %s, and the conversation is as it is without', async (speculation, detection) => {
      const [off, on] = [await talked('off', detection), await talked(speculation, detection)];
      expect(on.asked).toEqual(off.asked);
      expect(on.asked.length).toBe(2);
      expect(on.asked[1]!.messages).toEqual([ASKED, { role: 'assistant', text: ANSWER }, ASKED]);
      expect(plain(on.events)).toEqual(plain(off.events));
      for (const [at, { base }] of on.of('avatar.response').entries()) {
        // Of an end that is reckoned, one picture more or less.
        expect(Math.abs(base - off.of('avatar.response')[at]!.base)).toBeLessThanOrEqual(1);
      }
      expect(on.audio.map(({ response, position, samples }) => [response, position, samples[0]])).toEqual(
        off.audio.map(({ response, position, samples }) => [response, position, samples[0]]),
      );
      expect(on.pictures.length).toBe(off.pictures.length);
      expect(await fates(on)).toEqual({ kept: 2, dropped: 0 });
      expect(await fates(off)).toEqual({ kept: 0, dropped: 0 });
    });

    it('the model is asked before the end, once, and nothing leaves before that', async () => {
      const caller = await pausing({ face: plainFace() });
      expect(caller.asked.map(({ messages }) => messages)).toEqual([[ASKED]]);
      expect(caller.types().slice(-2)).toEqual(['input_audio_buffer.speech_started', 'avatar.state']);
      expect(caller.last('avatar.state')!.state).toBe('listening');
      expect([caller.audio, caller.pictures]).toEqual([[], []]);
      await caller.rest(200);
      const types = caller.types();
      expect(types.indexOf('response.created')).toBeGreaterThan(types.indexOf('input_audio_buffer.speech_stopped'));
      expect(types.filter((type) => type === 'response.created').length).toBe(1);
      expect(caller.asked.length).toBe(1);
      expect(caller.audio.length).toBeGreaterThan(0);
      expect(caller.pictures[0]!.picture.index).toBe(0);
      await gone(caller);
    });

    it('its timeline says when', async () => {
      const caller = await pausing({ answer: () => ['Good.'] });
      await caller.rest(1500);
      const { marks } = caller.last('avatar.timings')!;
      const order = ['soft_end', 'speculated', 'model_asked', 'first_token', 'answered', 'first_sent'] as const;
      const times = order.map((stage) => marks[stage]!);
      expect(times).toEqual([...times].sort((a, b) => a - b));
      expect(marks.answered! - marks.speculated!).toBeGreaterThan(100);
      expect(marks.words).toBeLessThanOrEqual(marks.speculated!);
      await gone(caller);
    });

    it('with server_vad exactly at the end of its silence', async () => {
      const caller = open({ speculation: 'full' });
      caller.detect(SERVER);
      await caller.rest(100);
      await caller.speak(600);
      await caller.rest(460);
      expect(caller.asked.length).toBe(1);
      expect(caller.types()).not.toContain('input_audio_buffer.speech_stopped');
      expect(caller.audio).toEqual([]);
      await caller.rest(80);
      expect(caller.types()).toContain('response.created');
      expect(caller.audio.length).toBeGreaterThan(0);
      expect(caller.last('input_audio_buffer.speech_stopped')!.audio_end_ms).toBe(704 + 512);
      await gone(caller);
    });

    it('without pictures, voice or sound, too', async () => {
      for (const tts of [null, steadyTts().engine]) {
        const caller = open({ tts });
        caller.session({ output_modalities: ['text'] });
        await caller.rest(100);
        await caller.speak(600);
        await caller.rest(200);
        expect(caller.asked.length).toBe(1);
        expect(caller.types()).not.toContain('response.created');
        await caller.rest(400);
        expect(caller.last('response.output_text.done')?.text).toBe(ANSWER);
        expect(caller.last('response.done')!.response.status).toBe('completed');
        expect(caller.asked.length).toBe(1);
        expect(await fates(caller)).toEqual({ kept: 1, dropped: 0 });
        await gone(caller);
      }
    });

    it('when a click comes in the pause', async () => {
      const caller = await pausing();
      await caller.speak(20);
      await caller.rest(400);
      expect(caller.asked.length).toBe(1);
      expect(caller.last('response.created')).toBeDefined();
      expect(await fates(caller)).toEqual({ kept: 1, dropped: 0 });
      await gone(caller);
    });

    it('to speech that was not understood, and not to a murmur', async () => {
      const unclear = await pausing({ stt: tellingStt({ kind: 'unclear' }) });
      expect(unclear.asked).toEqual([]);
      await unclear.rest(100);
      expect(unclear.asked[0]!.messages).toEqual([{ role: 'user', text: '', unclear: true }]);
      expect(unclear.types()).not.toContain('input_audio_buffer.speech_stopped');
      await unclear.rest(1000);
      expect(unclear.asked.length).toBe(1);
      expect(await fates(unclear)).toEqual({ kept: 1, dropped: 0 });
      await gone(unclear);
      const murmur = await pausing({ stt: tellingStt('Mhm.') });
      await murmur.rest(2000);
      expect(murmur.asked).toEqual([]);
      await gone(murmur);
    });
  });

  describe('is kept as well', () => {
    it.each([
      ['a setting changes that it does not hang on', (caller: Talk): void => caller.update({ transcription: {} })],
      [
        'something is written outside of the conversation',
        (caller: Talk): void =>
          caller.say({
            type: 'response.create',
            response: { conversation: 'none', output_modalities: ['text'], instructions: 'Count the words.' },
          }),
      ],
      ['the player reports', (caller: Talk): void => caller.report(0, 0, 'ended', 40)],
    ])('when %s', async (_, change) => {
      const caller = await pausing();
      change(caller);
      await caller.rest(200);
      expect(await fates(caller)).toEqual({ kept: 1, dropped: 0 });
      expect(texts(caller).filter((messages) => messages.at(-1) === QUESTION)).toEqual([[QUESTION]]);
      await caller.toItsEnd();
      expect(phrasesHeard(caller)).toEqual([1, 2]);
      await gone(caller);
    });
  });

  describe('R49 is begun', () => {
    it('no sooner than 600 ms before an end that is far', async () => {
      const caller = await pausing({ stt: tellingStt('tell me a story about') });
      await caller.rest(360);
      expect(caller.asked).toEqual([]);
      await caller.rest(100);
      expect(caller.asked.length).toBe(1);
      expect(caller.types()).not.toContain('input_audio_buffer.speech_stopped');
      await caller.rest(640);
      expect(caller.types()).toContain('response.created');
      expect(await fates(caller)).toEqual({ kept: 1, dropped: 0 });
      await gone(caller);
    });

    it('with a low eagerness in the pause, too', async () => {
      const caller = open();
      caller.detect({ type: 'semantic_vad', eagerness: 'low', create_response: true, interrupt_response: true });
      await caller.rest(100);
      await caller.speak(600);
      await caller.rest(560);
      expect(caller.asked.length).toBe(1);
      expect(caller.types()).not.toContain('input_audio_buffer.speech_stopped');
      await caller.rest(100);
      expect(caller.types()).toContain('response.created');
      expect(await fates(caller)).toEqual({ kept: 1, dropped: 0 });
      await gone(caller);
    });

    it('at most three times in a turn', async () => {
      const caller = open();
      await caller.rest(100);
      for (let pause = 0; pause < 6; pause += 1) {
        await caller.speak(300);
        await caller.rest(220);
      }
      expect(caller.asked.length).toBe(3);
      expect(await fates(caller)).toEqual({ kept: 0, dropped: 3 });
      await caller.rest(2000);
      expect(caller.asked.length).toBe(4);
      expect(caller.of('response.created').length).toBe(1);
      await gone(caller);
    });

    it.each([
      ["where answers are the client's own", { ...SERVER, create_response: false }],
      ['without turn detection', null],
    ] as const)('not %s', async (_, detection) => {
      const caller = open();
      caller.detect(detection);
      await caller.rest(100);
      await caller.speak(600);
      await caller.rest(1500);
      expect(caller.asked).toEqual([]);
      expect(await fates(caller)).toEqual({ kept: 0, dropped: 0 });
      await gone(caller);
    });

    it('not over an avatar that speaks', async () => {
      const caller = open();
      caller.detect({ ...SERVER, interrupt_response: false });
      caller.ask('Hello');
      await caller.pass(100);
      caller.report(1, 50, 'playing');
      await caller.speak(300);
      await caller.rest(700);
      expect(caller.types()).toContain('input_audio_buffer.speech_stopped');
      expect(caller.asked.length).toBe(1);
      await caller.rest(4000);
      expect(caller.asked.length).toBe(2);
      expect(await fates(caller)).toEqual({ kept: 0, dropped: 0 });
      await gone(caller);
    });

    it('not while what was said before is still being recognised', async () => {
      const caller = open({ stt: tellingStt({ afterMs: 3000, text: QUESTION }, 'and a joke') });
      await caller.rest(100);
      await caller.speak(600);
      await caller.rest(900);
      expect(caller.types()).toContain('input_audio_buffer.speech_stopped');
      await caller.speak(600);
      await caller.rest(400);
      expect(caller.of('input_audio_buffer.speech_stopped').length).toBe(2);
      expect(caller.asked).toEqual([]);
      await caller.pass(4000);
      expect(texts(caller)).toEqual([[QUESTION, 'and a joke']]);
      expect(await fates(caller)).toEqual({ kept: 0, dropped: 0 });
      await gone(caller);
    });

    it('not at all where that is switched off', async () => {
      const caller = await pausing({ speculation: 'off', stt: spared(QUESTION) });
      expect(caller.asked).toEqual([]);
      expect(caller.heard.length).toBe(1);
      await caller.rest(400);
      expect(caller.asked.length).toBe(1);
      expect(await fates(caller)).toEqual({ kept: 0, dropped: 0 });
      await gone(caller);
    });
  });

  describe('R50 is thrown away', () => {
    it('at once when the caller goes on, and nothing of it is left', async () => {
      const longer = 'tell me a story about a lighthouse';
      const caller = await pausing({ stt: tellingStt(QUESTION, longer), face: plainFace() });
      await caller.speak(100);
      expect(caller.signals.map(({ aborted }) => aborted)).toEqual([true]);
      await caller.speak(500);
      expect(caller.types().slice(-2)).toEqual(['input_audio_buffer.speech_started', 'avatar.state']);
      await caller.rest(200);
      expect(texts(caller)).toEqual([[QUESTION], [longer]]);
      await caller.rest(200);
      await caller.toItsEnd();
      expect(caller.asked.length).toBe(2);
      expect(caller.of('response.created').length).toBe(1);
      expect(caller.of('response.done').length).toBe(1);
      caller.ask('And then?');
      await caller.pass(50);
      expect(texts(caller)[2]).toEqual([longer, ANSWER, 'And then?']);
      const counted = await caller.counted();
      expect(counted.value('parley_turns_total', { status: 'completed' })).toBe(1);
      expect(counted.value('parley_turns_total', { status: 'cancelled' })).toBeUndefined();
      expect(await fates(caller)).toEqual({ kept: 1, dropped: 1 });
      await gone(caller);
    });

    it('when the caller vanishes', async () => {
      for (const answer of [[ANSWER], [5000, ANSWER], []]) {
        const caller = await pausing({ answer: () => answer, face: plainFace() });
        const told = caller.events.length;
        await gone(caller);
        expect(caller.events.length).toBe(told);
        expect(await fates(caller)).toEqual({ kept: 0, dropped: 1 });
      }
    });

    const changes: readonly [string, (caller: Talk) => void, readonly string[][]][] = [
      ['an item', (caller: Talk) => caller.text('By the way'), [['By the way', QUESTION]]],
      ['instructions', (caller: Talk) => caller.session({ instructions: 'Be brief.' }), [['Be brief.', QUESTION]]],
      [
        'tools',
        (caller: Talk) => caller.session({ tools: [{ type: 'function', name: 'look', parameters: {} }] }),
        [[QUESTION]],
      ],
      ['its length', (caller: Talk) => caller.session({ max_output_tokens: 100 }), [[QUESTION]]],
      [
        'its voice',
        (caller: Talk) => caller.session({ audio: { output: { voice: 'ada', speed: 1.2 } } }),
        [[QUESTION]],
      ],
      ['its kind', (caller: Talk) => caller.session({ output_modalities: ['text'] }), [[QUESTION]]],
    ];

    it.each(changes)('when %s has changed meanwhile', async (_, change, asked) => {
      const caller = await pausing();
      change(caller);
      await caller.rest(400);
      expect(caller.signals.map(({ aborted }) => aborted)[0]).toBe(true);
      expect(texts(caller).slice(1)).toEqual(asked);
      expect(caller.of('response.created').length).toBe(1);
      await caller.toItsEnd();
      expect(caller.last('response.done')!.response.status).toBe('completed');
      expect(await fates(caller)).toEqual({ kept: 0, dropped: 1 });
      await gone(caller);
    });

    it('when an item has been deleted meanwhile', async () => {
      const caller = open();
      caller.text('My name is Ada.');
      await caller.rest(100);
      await caller.speak(600);
      await caller.rest(200);
      const { item } = caller.last('conversation.item.added')!;
      caller.say({ type: 'conversation.item.delete', item_id: item.id! });
      await caller.rest(200);
      expect(texts(caller)).toEqual([['My name is Ada.', QUESTION], [QUESTION]]);
      expect(caller.of('response.created').length).toBe(1);
      await gone(caller);
    });

    it('when the caller has something else answered first; then what it said is answered, too', async () => {
      const caller = await pausing({ answer: () => ['Good.'] });
      caller.ask('What is the time?');
      await caller.rest(20);
      expect(caller.signals[0]!.aborted).toBe(true);
      await caller.rest(400);
      await caller.toItsEnd();
      expect(texts(caller)).toEqual([[QUESTION], ['What is the time?'], ['What is the time?', 'Good.', QUESTION]]);
      expect(caller.of('response.done').length).toBe(2);
      await gone(caller);
    });

    it('when a late report changes what was heard of the answer before', async () => {
      const caller = open({ answer: () => [ANSWER, ' ', ANSWER] });
      caller.ask('Hello');
      await caller.pass(100);
      caller.report(1, 0, 'playing');
      await caller.rest(1200);
      caller.report(1, 1200, 'playing');
      await caller.speak(900);
      expect(caller.types()).toContain('avatar.flush');
      await caller.rest(180);
      const begun = caller.asked.length;
      expect(begun).toBe(2);
      caller.report(1, 500, 'flushed');
      await caller.rest(300);
      const [hello, , last] = texts(caller);
      expect(hello).toEqual(['Hello']);
      expect(last?.[1]).toBe('Once there was a');
      expect(last?.at(-1)).toBe(QUESTION);
      expect(caller.of('response.created').length).toBe(2);
      expect(await fates(caller)).toEqual({ kept: 0, dropped: 1 });
      await gone(caller);
    });

    it('when the caller takes back or commits what it said', async () => {
      for (const type of ['input_audio_buffer.clear', 'input_audio_buffer.commit'] as const) {
        const caller = await pausing();
        caller.say({ type });
        await caller.pass(0);
        expect(caller.signals[0]!.aborted).toBe(true);
        await caller.rest(1000);
        expect(caller.types()).not.toContain('response.created');
        expect(await fates(caller)).toEqual({ kept: 0, dropped: 1 });
        await gone(caller);
      }
    });

    it('when turns are not detected any more, or not answered', async () => {
      for (const detection of [null, { ...SERVER, create_response: false }]) {
        const caller = await pausing();
        caller.detect(detection);
        await caller.rest(5000);
        expect(caller.types()).not.toContain('response.created');
        expect(caller.asked.length).toBe(1);
        expect(caller.signals[0]!.aborted).toBe(true);
        expect(await fates(caller)).toEqual({ kept: 0, dropped: 1 });
        await gone(caller);
      }
    });

    it('and what nobody wanted is counted: what was written and what was voiced', async () => {
      const caller = await pausing();
      await caller.speak(100);
      const counted = await caller.counted();
      expect(counted.value('parley_speculation_wasted_total', { by: 'model' })).toBe(ANSWER.length);
      expect(counted.value('parley_turns_total')).toBeUndefined();
      await gone(caller);
    });
  });

  describe('and its voice', () => {
    it('with llm is given nothing before the end, and all of it then', async () => {
      const { engine, spoken } = steadyTts();
      const caller = await pausing({ speculation: 'llm', tts: engine });
      expect(caller.asked.length).toBe(1);
      expect(spoken).toEqual([]);
      await caller.rest(200);
      expect(spoken.map(({ text }) => text)).toEqual(PHRASES);
      await caller.toItsEnd();
      expect(phrasesHeard(caller)).toEqual([1, 2]);
      await gone(caller);
    });

    it('with full is given one phrase, and the others then', async () => {
      const { engine, spoken } = steadyTts();
      const caller = await pausing({ tts: engine });
      expect(spoken.map(({ text }) => text)).toEqual(PHRASES.slice(0, 1));
      await caller.rest(200);
      expect(spoken.map(({ text }) => text)).toEqual(PHRASES);
      await caller.toItsEnd();
      expect(phrasesHeard(caller)).toEqual([1, 2]);
      await gone(caller);
    });

    it.each([
      ['is slow to begin', 100, 1],
      ['begins only after the end', 1000, 1],
      ['reads the next phrase first', 0, 2],
      ['reads all of it first', 0, 9],
    ] as const)('that %s is given no more, and says all of it', async (_, startMs, reads) => {
      const { engine, given } = lateTts(startMs, reads);
      const caller = await pausing({ tts: engine });
      expect(given.map(({ text }) => text)).toEqual(PHRASES.slice(0, 1));
      expect(caller.audio).toEqual([]);
      await caller.rest(200);
      await caller.toItsEnd();
      expect(given.map(({ text }) => text)).toEqual(PHRASES);
      expect(phrasesHeard(caller)).toEqual([1, 2]);
      expect(caller.last('response.done')!.response.status).toBe('completed');
      await gone(caller);
    });
  });

  it('a voice behind which another stands is not blamed for the phrase that it is not given', async () => {
    const [first, second] = [steadyTts(), steadyTts()];
    const links = [first, second].map(({ engine }) => linkOf(engine, false, silentLog));
    const tts = ttsChain(links, { attempts: 1, delayMs: 1000, factor: 2, budgetMs: 200 });
    const caller = open({ tts });
    caller.detect({ ...SERVER, silence_duration_ms: 700 });
    await caller.rest(100);
    await caller.speak(600);
    await caller.rest(900);
    await caller.toItsEnd();
    expect(await fates(caller)).toEqual({ kept: 1, dropped: 0 });
    expect(first.spoken.map(({ text }) => text)).toEqual(PHRASES);
    expect(second.spoken).toEqual([]);
    expect(phrasesHeard(caller)).toEqual([1, 2]);
    await gone(caller);
  });

  describe('and its pictures', () => {
    it('R41 do not make the loop jump, whether it is kept or thrown away', async () => {
      const stt = tellingStt(QUESTION, 'tell me a story about a lighthouse');
      const caller = open({ pictures: 'frames', face: plainFace(), reportsPlayback: false, stt });
      // Not in the same millisecond as a picture of the loop.
      await caller.pass(10);
      await caller.rest(100);
      await caller.speak(600);
      await caller.rest(200);
      expect(caller.asked.length).toBe(1);
      expect(caller.wholePictures.every(({ response }) => response === 0)).toBe(true);
      await caller.speak(400);
      await caller.rest(400);
      await caller.toItsEnd();
      expect(await fates(caller)).toEqual({ kept: 1, dropped: 1 });
      const bases = caller.wholePictures.map(({ base }) => base);
      const steps = bases.slice(1).map((base, at) => (base + 150 - bases[at]!) % 150);
      expect(steps.filter((step) => step > 1)).toEqual([]);
      const shown = caller.wholePictures.filter(({ response }) => response === 1);
      expect(shown.map(({ position }) => position)).toEqual(caller.audio.map(({ position }) => position));
      await gone(caller);
    });

    it('R10 lie on the base picture of the moment of the end, however far that is', async () => {
      const bases = [];
      for (const speculation of ['off', 'full'] as const) {
        const caller = open({ speculation, face: plainFace() });
        caller.detect({ ...SERVER, silence_duration_ms: 1500 });
        caller.report(0, 0, 'ended', 70);
        await caller.rest(100);
        await caller.speak(600);
        await caller.rest(1000);
        expect(caller.asked.length).toBe(speculation === 'off' ? 0 : 1);
        caller.report(0, 0, 'ended', 70 + 1700 / 40);
        await caller.rest(600);
        bases.push(caller.last('avatar.response')!.base);
        await gone(caller);
      }
      expect(Math.abs(bases[0]! - bases[1]!)).toBeLessThanOrEqual(1);
    });
  });

  describe('and what fails while it is held', () => {
    /** Nothing is told before the end; then the answer is what is made of the failure. */
    async function failing(options: TalkOptions) {
      const caller = await pausing({ face: plainFace(), ...options });
      expect(caller.asked.length).toBe(1);
      expect(caller.types().slice(-2)).toEqual(['input_audio_buffer.speech_started', 'avatar.state']);
      await caller.rest(200);
      await caller.toItsEnd();
      expect(caller.asked.length).toBe(1);
      expect(caller.of('response.created').length).toBe(1);
      expect(caller.of('response.done').length).toBe(1);
      expect(await fates(caller)).toEqual({ kept: 1, dropped: 0 });
      return caller;
    }
    const down = () => new ParleyError('vendor_down');
    const status = (caller: Talk) => caller.last('response.done')!.response.status;
    const said = (caller: Talk) => caller.last('response.output_audio_transcript.done')?.transcript;
    const errors = (caller: Talk) => caller.of('error').map(({ error }) => error.code);

    it('the model, before its first word: R44', async () => {
      const caller = await failing({ answer: () => [down()], standby: { apology: 'I am sorry.' } });
      expect([status(caller), said(caller), errors(caller)]).toEqual(['failed', 'I am sorry.', ['vendor_down']]);
      expect(phrasesHeard(caller)).toEqual([1]);
      await gone(caller);
    });

    it('the model, without a word: the response fails', async () => {
      const caller = await failing({ answer: () => [down()] });
      expect([status(caller), said(caller), errors(caller)]).toEqual(['failed', undefined, ['vendor_down']]);
      await gone(caller);
    });

    it('the model, in the middle: R15', async () => {
      const answer: Told[] = [ANSWER, down()];
      const caller = await failing({ answer: () => answer, standby: { brokenOff: 'I have lost it.' } });
      expect([status(caller), said(caller)]).toEqual(['failed', `${ANSWER} — I have lost it.`]);
      await gone(caller);
    });

    it('the model, which only calls a function', async () => {
      const call = { kind: 'tool_call', callId: 'call_1', name: 'look', arguments: '{}' } as const;
      const caller = await failing({ answer: () => [call] });
      expect(caller.last('response.function_call_arguments.done')).toMatchObject({ name: 'look', call_id: 'call_1' });
      expect([status(caller), caller.audio]).toEqual(['completed', []]);
      await gone(caller);
    });

    it('the voice: R14', async () => {
      const fail = { phrase: 0, error: new ParleyError('tts_failed') };
      const caller = await failing({ tts: steadyTts({ fail }).engine });
      expect([status(caller), said(caller), errors(caller)]).toEqual(['completed', ANSWER, ['tts_failed']]);
      expect(caller.audio).toEqual([]);
      await gone(caller);
    });

    it.each([
      ['fails', () => plainFace({ fail: new Error('no face') }), ['face_failed']],
      ['hangs', () => plainFace({ stallAt: 0 }), []],
    ] as const)('the face, which %s: R14', async (_, face, told) => {
      const caller = await failing({ face: face() });
      expect([status(caller), said(caller), errors(caller)]).toEqual(['completed', ANSWER, told]);
      expect(phrasesHeard(caller)).toEqual([1, 2]);
      expect(caller.pictures).toEqual([]);
      await gone(caller);
    });

    it('the model hangs: the caller may go on, or have it cancelled', async () => {
      const answer: Told[] = [1_000_000, ANSWER];
      const dropped = await pausing({ answer: () => answer });
      await dropped.speak(100);
      expect(dropped.signals[0]!.aborted).toBe(true);
      await gone(dropped);
      const kept = await pausing({ answer: () => answer });
      await kept.rest(200);
      expect(kept.last('avatar.state')!.state).toBe('thinking');
      kept.say({ type: 'response.cancel' });
      await kept.pass(0);
      expect(status(kept)).toBe('cancelled');
      await gone(kept);
    });
  });

  describe('and what a session may use up', () => {
    it('counts what was thrown away', async () => {
      const caller = await pausing({ limits: { tokens: 30 } });
      await caller.speak(300);
      await caller.rest(1000);
      expect(caller.asked.length).toBe(1);
      expect(caller.last('error')?.error.code).toBe('session_limit');
      expect(caller.types()).not.toContain('response.created');
      expect(await fates(caller)).toEqual({ kept: 0, dropped: 1 });
      await gone(caller);
    });

    it('is nothing where it has been used up', async () => {
      const caller = open({ limits: { turns: 1 }, standby: { farewell: 'Goodbye for now.' } });
      caller.ask('Hello');
      await caller.toItsEnd();
      await caller.speak(600);
      await caller.rest(200);
      expect(caller.asked.length).toBe(1);
      await caller.rest(400);
      await caller.toItsEnd();
      expect(caller.last('response.output_audio_transcript.done')?.transcript).toBe('Goodbye for now.');
      expect(await fates(caller)).toEqual({ kept: 0, dropped: 0 });
      await gone(caller);
    });

    it('in time, at which the farewell takes its place', async () => {
      // 910 ms: the answer is begun by 840, and would be given at 980.
      const caller = await pausing({ limits: { minutes: 0.91 / 60 }, standby: { farewell: 'Goodbye for now.' } });
      expect(caller.asked.length).toBe(1);
      expect(caller.signals[0]!.aborted).toBe(false);
      await caller.rest(20);
      expect(caller.signals[0]!.aborted).toBe(true);
      await caller.toItsEnd();
      expect(caller.last('response.output_audio_transcript.done')?.transcript).toBe('Goodbye for now.');
      await gone(caller);
    });
  });

  describe('R48 a recogniser that can be spared', () => {
    it('is asked before the pause is one, and its words are taken', async () => {
      const caller = await pausing({ stt: spared('unheard', QUESTION) });
      expect(texts(caller)).toEqual([[QUESTION]]);
      expect(caller.heard.length).toBe(1);
      await caller.rest(400);
      expect(caller.heard.length).toBe(1);
      expect(caller.types()).toContain('response.created');
      await gone(caller);
    });

    it('is asked when the voice has ceased, not when a detector that lingers is sure of it', async () => {
      const caller = open({ stt: spared('unheard', QUESTION), vad: plainVad({ lingers: 2 }) });
      await caller.rest(100);
      await caller.speak(600);
      await caller.rest(60);
      expect(caller.heard.length).toBe(1);
      expect(caller.asked).toEqual([]);
      await caller.rest(120);
      expect(texts(caller)).toEqual([[QUESTION]]);
      await caller.rest(400);
      expect(caller.heard.length).toBe(1);
      expect(caller.types()).toContain('response.created');
      await gone(caller);
    });

    it('may be slow', async () => {
      const caller = await pausing({ stt: spared('unheard', { afterMs: 220, text: QUESTION }) });
      expect(caller.asked).toEqual([]);
      await caller.rest(60);
      expect(texts(caller)).toEqual([[QUESTION]]);
      expect(caller.types()).not.toContain('input_audio_buffer.speech_stopped');
      await caller.rest(100);
      expect(caller.types()).toContain('response.created');
      expect(caller.heard.length).toBe(1);
      await gone(caller);
    });

    it('is marked when it knew the words, also before the pause was one', async () => {
      const caller = await pausing({ stt: spared('unheard', QUESTION), answer: () => ['Good.'] });
      await caller.rest(400);
      await caller.toItsEnd();
      const { marks } = caller.last('avatar.timings')!;
      // It was asked after 32 ms of silence, and knew at once.
      expect(marks.soft_end).toBeGreaterThanOrEqual(100);
      expect(marks.words).toBeGreaterThan(0);
      expect(marks.words).toBeLessThan(marks.soft_end! - 32);
      expect(marks.model_asked).toBeGreaterThanOrEqual(marks.soft_end!);
      await gone(caller);
    });

    it('is asked again in the pause if it has failed by then', async () => {
      const caller = await pausing({ stt: spared(QUESTION, new ParleyError('vendor_down')) });
      expect(texts(caller)).toEqual([[QUESTION]]);
      expect(caller.heard.length).toBe(2);
      await caller.rest(200);
      expect(caller.types()).toContain('response.created');
      expect(caller.of('error')).toEqual([]);
      await gone(caller);
    });

    it('is asked six times at most, and not about what was no pause', async () => {
      const caller = open({ stt: spared(QUESTION) });
      await caller.rest(100);
      for (let gap = 0; gap < 8; gap += 1) {
        await caller.speak(304);
        await caller.rest(80);
      }
      expect(caller.heard.length).toBe(6);
      expect(caller.asked).toEqual([]);
      await caller.rest(400);
      expect(caller.heard.length).toBe(7);
      expect(caller.asked.length).toBe(1);
      await gone(caller);
    });

    it('is the only one that is', async () => {
      const caller = open();
      await caller.rest(100);
      for (let gap = 0; gap < 6; gap += 1) {
        await caller.speak(304);
        await caller.rest(96);
      }
      expect(caller.heard).toEqual([]);
      await gone(caller);
    });
  });

  describe('and its edges', () => {
    it('counts as voiced what the voice was given', async () => {
      for (const [speculation, voiced] of [
        ['llm', 0],
        ['full', PHRASES[0]!.length],
      ] as const) {
        const caller = await pausing({ speculation });
        await caller.speak(100);
        const counted = await caller.counted();
        expect(counted.value('parley_speculation_wasted_total', { by: 'voice' })).toBe(voiced);
        await gone(caller);
      }
    });

    it('is kept in a conversation that has as many items as it may', async () => {
      const caller = open();
      for (let half = 0; half < 2; half += 1) {
        for (let item = 0; item < 500; item += 1) caller.text('My name is Ada.');
        await caller.pass(0);
      }
      await caller.rest(100);
      await caller.speak(600);
      await caller.rest(400);
      expect(await fates(caller)).toEqual({ kept: 1, dropped: 0 });
      expect(caller.asked.length).toBe(1);
      await gone(caller);
    });

    it('R10 lies on the base picture of the moment of the end where no audio comes in the pause', async () => {
      const bases = [];
      for (const speculation of ['off', 'full'] as const) {
        const caller = open({ speculation, face: plainFace() });
        await caller.rest(100);
        await caller.speak(600);
        await caller.pass(2000);
        expect(await fates(caller)).toEqual({ kept: speculation === 'off' ? 0 : 1, dropped: 0 });
        bases.push(caller.last('avatar.response')!.base);
        await gone(caller);
      }
      expect(Math.abs(bases[0]! - bases[1]!)).toBeLessThanOrEqual(1);
    });

    it('says when the silence was taken for a pause where no audio came in it', async () => {
      const caller = open({ answer: () => ['Good.'] });
      await caller.rest(100);
      await caller.speak(600);
      await caller.pass(8000);
      const { marks } = caller.last('avatar.timings')!;
      expect(marks.soft_end).toBeGreaterThanOrEqual(100);
      await gone(caller);
    });

    it('is given though it has used up the rest itself', async () => {
      const caller = await pausing({ limits: { tokens: 30 }, standby: { farewell: 'Goodbye for now.' } });
      await caller.rest(200);
      await caller.toItsEnd();
      expect(caller.last('response.output_audio_transcript.done')?.transcript).toBe(ANSWER);
      await gone(caller);
    });

    it('is not filled while the caller might still go on', async () => {
      const answer: Told[] = [300, ANSWER];
      const caller = open({ answer: () => answer, standby: { fillers: ['Let me see.'] }, fillerAfterMs: 200 });
      caller.detect(SERVER);
      await caller.rest(100);
      await caller.speak(600);
      await caller.rest(600);
      await caller.toItsEnd();
      expect(caller.last('response.output_audio_transcript.done')?.transcript).toBe(ANSWER);
      await gone(caller);
    });

    it.each([
      [600, ANSWER],
      [1000, `Let me see. ${ANSWER}`],
    ])('is filled by when it is due, not by when that was foreseen: the model takes %i ms', async (ms, said) => {
      const fillers = { standby: { fillers: ['Let me see.'] }, fillerAfterMs: 200 };
      // It sounds as if the caller would go on: what was due 288 ms after the last word is due 608 ms after it.
      const caller = open({ ...fillers, endOfTurn: judging(0.1), answer: () => [ms, ANSWER] });
      await caller.rest(100);
      await caller.speak(600);
      await caller.rest(1000);
      await caller.toItsEnd();
      expect(caller.last('response.output_audio_transcript.done')?.transcript).toBe(said);
      const { marks } = caller.last('avatar.timings')!;
      expect(marks.speculated).toBeLessThan(200);
      expect(marks.answered).toBeGreaterThanOrEqual(600);
      expect(await fates(caller)).toEqual({ kept: 1, dropped: 0 });
      await gone(caller);
    });

    it('ends at once when the turn is over and nobody wants an answer', async () => {
      const caller = await pausing();
      caller.detect({ type: 'semantic_vad', eagerness: 'auto', create_response: false, interrupt_response: true });
      await caller.rest(200);
      expect(caller.types()).toContain('input_audio_buffer.speech_stopped');
      expect(caller.signals[0]!.aborted).toBe(true);
      await gone(caller);
    });

    it('is not taken for the answer to the same words, typed', async () => {
      const caller = await pausing();
      caller.ask(QUESTION);
      await caller.pass(0);
      expect(caller.types()).toContain('response.created');
      expect(await fates(caller)).toEqual({ kept: 0, dropped: 1 });
      await gone(caller);
    });

    it('is begun while something that was said before is still being recognised', async () => {
      const stt = tellingStt({ afterMs: 5000, text: 'My name is Ada.' }, QUESTION);
      const caller = open({ stt });
      const audio = Buffer.from(new Int16Array(24_000).fill(5000).buffer).toString('base64');
      caller.say({
        type: 'conversation.item.create',
        item: { type: 'message', role: 'user', content: [{ type: 'input_audio', audio }] },
      } as never);
      await caller.rest(100);
      await caller.settled();
      await caller.speak(600);
      await caller.rest(200);
      const before = caller.asked.length;
      await caller.rest(300);
      expect([before, texts(caller), await fates(caller)]).toEqual([1, [[QUESTION]], { kept: 1, dropped: 0 }]);
      await gone(caller);
    });
  });

  it('a clear of the sound, which is none, changes nothing', async () => {
    const caller = await pausing();
    caller.say({ type: 'output_audio_buffer.clear' });
    await caller.rest(400);
    expect(caller.of('error').length).toBe(1);
    expect(caller.asked.length).toBe(1);
    expect(caller.of('response.created').length).toBe(1);
    await gone(caller);
  });
});
