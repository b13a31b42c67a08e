import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { FRAME_SAMPLES } from '../../src/audio/pcm.js';
import { type ReplyEngines, type ReplyEvent, reply } from '../../src/conversation/reply.js';
import { heardCharacters, nothingSpoken } from '../../src/conversation/spoken.js';
import type { FaceEngine, TtsEngine } from '../../src/engines/contract.js';
import { ParleyError } from '../../src/errors.js';
import {
  framesIn,
  MS_PER_CHARACTER,
  plainAvatar,
  plainFace,
  silentLog,
  steadyTts,
  tellingLlm,
} from '../fixtures/engines.js';

const question = { messages: [], tools: [], toolChoice: 'auto', maxTokens: 'inf', presenter: null } as const;
const aloud = {
  llm: question,
  speech: { voice: 'ada', speed: 1 },
  face: { avatar: plainAvatar, base: async () => 148 },
  standby: null,
  due: async () => {},
};

function start(engines: ReplyEngines, request: Parameters<typeof reply>[1] = aloud) {
  const controller = new AbortController();
  const spoken = nothingSpoken();
  const context = { signal: controller.signal, log: silentLog, turn: 'resp_test' };
  return { controller, spoken, events: reply(engines, request, context, spoken) };
}

async function collect(source: AsyncIterable<ReplyEvent>): Promise<ReplyEvent[]> {
  const events: ReplyEvent[] = [];
  for await (const event of source) events.push(event);
  return events;
}

type Frame = Extract<ReplyEvent, { kind: 'frame' }>;
const framesOf = (events: readonly ReplyEvent[]) => events.filter((event): event is Frame => event.kind === 'frame');
const picturesOf = (events: readonly ReplyEvent[]) =>
  events.flatMap((event) => (event.kind === 'frame' || event.kind === 'late' ? event.pictures : []));
const textOf = (events: readonly ReplyEvent[]) =>
  events.flatMap((event) => (event.kind === 'text' ? [event.text] : [])).join('');

const ANSWER = ['Good ', 'morning', ' to you', '. ', 'This is the second', ' sentence of the answer.'];
const WHOLE = ANSWER.join('');

describe('a reply', () => {
  it('R13 gives all text, all audio in frames of 40 ms, and for each frame its picture', async () => {
    const { events, spoken } = start({
      llm: tellingLlm(() => ANSWER).engine,
      tts: steadyTts().engine,
      face: plainFace(),
    });
    const seen = await collect(events);
    expect(textOf(seen)).toBe(WHOLE);
    expect(spoken.text).toBe(WHOLE);
    const frames = framesOf(seen);
    expect(frames.map((frame) => frame.index)).toEqual(frames.map((_, index) => index));
    expect(frames.every((frame) => frame.samples.length === FRAME_SAMPLES)).toBe(true);
    expect(frames.length).toBe(Math.ceil(spoken.samples / FRAME_SAMPLES));
    const pictures = picturesOf(seen);
    expect(pictures.map((picture) => picture.index)).toEqual(frames.map((frame) => frame.index));
    expect(pictures[0]?.base).toBe(148);
    expect(pictures[3]?.base).toBe(1);
  });

  it('gives words no later than the frame in which they sound, with their places in the text', async () => {
    const { events } = start({ llm: tellingLlm(() => ANSWER).engine, tts: steadyTts().engine, face: null });
    const words: string[] = [];
    for (const frame of framesOf(await collect(events))) {
      for (const word of frame.words) {
        expect(word.start).toBeGreaterThanOrEqual(frame.index * FRAME_SAMPLES - FRAME_SAMPLES);
        expect(WHOLE.slice(word.from, word.to)).toBe(word.text);
        words.push(word.text);
      }
    }
    expect(words).toEqual(WHOLE.split(' '));
  });

  it('R13 pairs a frame with a picture that came while the frame lay waiting', async () => {
    const llm = tellingLlm(() => ['Good morning to you all.']).engine;
    const engines = { llm, tts: steadyTts().engine, face: plainFace({ delayMs: 30 }) };
    // As a listener does: one frame is due every 40 ms.
    const due = () => new Promise<void>((resolve) => setTimeout(resolve, 40));
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
    onTestFinished(() => void vi.useRealTimers());
    const answer = collect(start(engines, { ...aloud, due }).events);
    await vi.advanceTimersByTimeAsync(2000);
    const paired = framesOf(await answer).map(({ pictures }) => pictures.length);
    expect(paired.length).toBe(framesIn(24 * MS_PER_CHARACTER));
    expect(paired).toEqual(paired.map(() => 1));
  });

  it('is only text when no voice is wanted', async () => {
    const tts = steadyTts();
    const engines = { llm: tellingLlm(() => ANSWER).engine, tts: tts.engine, face: plainFace() };
    const seen = await collect(start(engines, { ...aloud, speech: null }).events);
    expect(textOf(seen)).toBe(WHOLE);
    expect(framesOf(seen)).toEqual([]);
    expect(tts.spoken).toEqual([]);
  });

  it('R14 goes on as a voice when the face fails', async () => {
    const face = plainFace({ fail: new Error('no more paint') });
    const seen = await collect(start({ llm: tellingLlm(() => ANSWER).engine, tts: steadyTts().engine, face }).events);
    expect(seen.find((event) => event.kind === 'degraded')).toMatchObject({
      lost: 'face',
      error: { code: 'face_failed' },
    });
    expect(framesOf(seen).length).toBe(framesIn((WHOLE.length - 1) * MS_PER_CHARACTER));
    expect(framesOf(seen).flatMap((frame) => frame.pictures)).toEqual([]);
  });

  it('R14 goes on as a voice, and ends, when the face hangs', async () => {
    const llm = tellingLlm(() => ['Good morning to you all.']).engine;
    const seen = await collect(start({ llm, tts: steadyTts().engine, face: plainFace({ stallAt: 2 }) }).events);
    expect(framesOf(seen).length).toBe(framesIn(24 * MS_PER_CHARACTER));
    expect(
      framesOf(seen)
        .flatMap((frame) => frame.pictures)
        .map((picture) => picture.index),
    ).toEqual([0, 1]);
  });

  it('R14 goes on as text when the voice fails', async () => {
    const tts = steadyTts({ fail: { phrase: 1, error: new ParleyError('worker_broken') } });
    const many = [...ANSWER, ...Array.from({ length: 3000 }, () => ' more')];
    const seen = await collect(
      start({ llm: tellingLlm(() => many).engine, tts: tts.engine, face: plainFace() }).events,
    );
    expect(seen.find((event) => event.kind === 'degraded')).toMatchObject({
      lost: 'voice',
      error: { code: 'worker_broken' },
    });
    expect(textOf(seen)).toBe(many.join(''));
    expect(framesOf(seen).length).toBeGreaterThan(0);
  });

  it('counts nothing of the answer as heard of what a voice says in its place', async () => {
    const voice: TtsEngine['run'] = async function* (phrases) {
      for await (const { index: phrase } of phrases) {
        const words = [{ from: 0, to: 4, start: 0, end: 4800 }];
        if (phrase === 0) yield { phrase, samples: new Int16Array(4800), words };
        if (phrase === 0) continue;
        yield { phrase, samples: new Int16Array(24_000), words: [], isAside: true };
        throw new ParleyError('vendor_down');
      }
    };
    const tts = { ...steadyTts().engine, run: voice };
    const { events, spoken } = start({ llm: tellingLlm(() => ANSWER).engine, tts, face: null });
    const told = await collect(events);
    expect(framesOf(told).length).toBeGreaterThan(25);
    expect(spoken.samples).toBe(28_800);
    expect(WHOLE.slice(0, heardCharacters(spoken, 28_800))).toBe('Good');
    // Nor of a voice that does not say which words sound: 0.2 s are no more than the first of them.
    spoken.phrases[0]!.words.length = 0;
    expect(WHOLE.slice(0, heardCharacters(spoken, 28_800)).length).toBeLessThanOrEqual('Good'.length);
  });

  it('R15 speaks what a failing model had said before it passes the failure on', async () => {
    const llm = tellingLlm(() => ['Good morning to you.', new ParleyError('deadline')]).engine;
    const seen: ReplyEvent[] = [];
    const reading = (async () => {
      for await (const event of start({ llm, tts: steadyTts().engine, face: null }).events) seen.push(event);
    })();
    await expect(reading).rejects.toMatchObject({ code: 'deadline' });
    expect(framesOf(seen).length).toBe(framesIn(20 * MS_PER_CHARACTER));
  });

  it('ends at once when its signal aborts, with the reason, and yields nothing more', async () => {
    const { events, controller } = start({
      llm: tellingLlm(() => ANSWER).engine,
      tts: steadyTts().engine,
      face: plainFace(),
    });
    const seen: ReplyEvent[] = [];
    const reading = (async () => {
      for await (const event of events) {
        expect(controller.signal.aborted).toBe(false);
        seen.push(event);
        if (event.kind === 'frame' && event.index === 2) controller.abort(new ParleyError('barge_in'));
      }
    })();
    await expect(reading).rejects.toMatchObject({ code: 'barge_in' });
    expect(framesOf(seen).length).toBe(3);
  });

  it('is not made further ahead than 5 s of audio beyond what is taken', async () => {
    const tts = steadyTts();
    const sentences = Array.from({ length: 100 }, (_, index) => `This is the sentence with the number ${index}. `);
    const { events } = start({ llm: tellingLlm(() => sentences).engine, tts: tts.engine, face: null });
    const reader = events[Symbol.asyncIterator]();
    for (;;) {
      const { value } = await reader.next();
      if (value?.kind === 'frame') break;
    }
    await new Promise((resolve) => setImmediate(resolve));
    const made = tts.spoken.reduce((sum, phrase) => sum + phrase.text.length * MS_PER_CHARACTER, 0);
    expect(made).toBeLessThan(13_000);
    await reader.return(undefined);
  });

  it('has at most 600 ms of pictures ready that are not due, for they cost a GPU', async () => {
    let drawn = 0;
    const counting = plainFace();
    const face: FaceEngine = {
      ...counting,
      run: async function* (...given) {
        for await (const picture of counting.run(...given)) {
          drawn += 1;
          yield picture;
        }
      },
    };
    const sentences = Array.from({ length: 20 }, (_, index) => `This is the sentence with the number ${index}. `);
    const tts = steadyTts();
    const { events } = start({ llm: tellingLlm(() => sentences).engine, tts: tts.engine, face });
    const reader = events[Symbol.asyncIterator]();
    for (let frames = 0; frames < 20; ) {
      const { value } = await reader.next();
      if (value?.kind === 'frame') frames += 1;
      for (let turn = 0; turn < 20; turn += 1) await new Promise((resolve) => setImmediate(resolve));
      // Those that are ready, the one that is being paired, and the one that waits for room.
      expect(drawn).toBeLessThanOrEqual(frames + 15 + 2);
    }
    expect(drawn).toBeGreaterThanOrEqual(30);
    await reader.return(undefined);
  });

  it('R13 gives the last pictures, too, if the face has fallen behind the voice', async () => {
    let allSaid = () => {};
    const isSaid = new Promise<void>((resolve) => {
      allSaid = () => {
        // They are waited for by the clock, and a busy machine may take long between two of them.
        vi.spyOn(performance, 'now').mockReturnValue(performance.now());
        onTestFinished(() => void vi.restoreAllMocks());
        resolve();
      };
    });
    const prompt = plainFace();
    const face: FaceEngine = {
      ...prompt,
      run: async function* (...given) {
        for await (const picture of prompt.run(...given)) {
          if (picture.index === 4) await isSaid;
          yield picture;
        }
      },
    };
    const llm = tellingLlm(() => ['Good morning to you all.']).engine;
    const frames = framesIn(24 * MS_PER_CHARACTER);
    const seen: ReplyEvent[] = [];
    for await (const event of start({ llm, tts: steadyTts().engine, face }).events) {
      seen.push(event);
      if (framesOf(seen).length === frames) allSaid();
    }
    expect(seen.some(({ kind }) => kind === 'late')).toBe(true);
    expect(picturesOf(seen).map(({ index }) => index)).toEqual(framesOf(seen).map(({ index }) => index));
  });

  it('R18 gives all its text although no frame is due', async () => {
    const due = () => new Promise<void>(() => {});
    const engines = { llm: tellingLlm(() => ANSWER).engine, tts: steadyTts().engine, face: plainFace() };
    const reader = start(engines, { ...aloud, due }).events[Symbol.asyncIterator]();
    let text = '';
    while (text !== WHOLE) {
      const { value } = await reader.next();
      if (value?.kind === 'text') text += value.text;
    }
    expect(text).toBe(WHOLE);
  });

  it('R14 is not kept from ending well by a face that ignores its signal', async () => {
    const deaf = plainFace();
    const face = {
      ...deaf,
      run: () => ({ [Symbol.asyncIterator]: () => ({ next: () => new Promise<never>(() => {}) }) }),
    };
    const llm = tellingLlm(() => ['Good morning to you all.']).engine;
    const seen = await collect(start({ llm, tts: steadyTts().engine, face }).events);
    expect(framesOf(seen).length).toBe(framesIn(24 * MS_PER_CHARACTER));
  });

  it('knows how much of its text was heard after any number of samples', async () => {
    const { events, spoken } = start({ llm: tellingLlm(() => ANSWER).engine, tts: steadyTts().engine, face: null });
    await collect(events);
    const heard = (ms: number) => WHOLE.slice(0, heardCharacters(spoken, ms * 24));
    expect(heard(0)).toBe('');
    expect(heard(4 * MS_PER_CHARACTER - 1)).toBe('');
    expect(heard(4 * MS_PER_CHARACTER)).toBe('Good');
    expect(heard(13 * MS_PER_CHARACTER)).toBe('Good morning');
    expect(heard(60_000)).toBe(WHOLE);
  });

  it('takes no phrase for heard to its end while the voice may have more of it to say', () => {
    const text = 'Once upon a time there was a light.';
    const words = [
      { text: 'Once', from: 0, to: 4, start: 0, end: 9000 },
      { text: 'upon', from: 5, to: 9, start: 9000, end: 18_000 },
    ];
    const heardOf = (timed: typeof words, isWhole: boolean) => {
      const phrases = [{ from: 0, to: text.length, start: 0, end: 24_000, words: timed }];
      return text.slice(0, heardCharacters({ text, phrases, samples: 24_000, sent: 24_000, isWhole }, 24_000));
    };
    expect(heardOf(words, false)).toBe('Once upon');
    expect(heardOf([], false)).toBe('Once upon a');
    expect([heardOf(words, true), heardOf([], true)]).toEqual([text, text]);
  });
});

describe('a reply with lines to fall back on', () => {
  const standby = {
    apology: 'I am sorry, I cannot answer that.',
    brokenOff: 'I lost my thread.',
    tooLong: 'Shall I go on?',
    filler: { text: 'Let me think.', afterMs: 1500 },
  };
  const failing = (error: Error) => tellingLlm(() => [error]).engine;
  const failed = async (engines: ReplyEngines, more: Partial<Parameters<typeof reply>[1]> = {}) => {
    const { events, spoken } = start(engines, { ...aloud, standby, ...more });
    const told: ReplyEvent[] = [];
    const failure = await (async () => {
      for await (const event of events) told.push(event);
    })().catch((thrown: unknown) => thrown);
    return { told, spoken, failure };
  };

  it('R44 apologises aloud where the model cannot answer, and fails all the same', async () => {
    const { engine: tts, spoken: phrases } = steadyTts();
    const error = new ParleyError('vendor_down');
    const { told, spoken, failure } = await failed({ llm: failing(error), tts, face: plainFace() });
    expect(failure).toBe(error);
    expect(textOf(told)).toBe(standby.apology);
    expect(phrases.map(({ text }) => text).join(' ')).toBe(standby.apology);
    expect(spoken.text).toBe(standby.apology);
    const ms = phrases.reduce((sum, { text }) => sum + text.length * MS_PER_CHARACTER, 0);
    expect(framesOf(told)).toHaveLength(framesIn(ms));
  });

  it.each([
    ['the caller was not understood', new ParleyError('stt_failed')],
    ['the caller asked wrongly', new ParleyError('invalid_value')],
  ])('does not apologise where %s', async (_, error) => {
    const { told, failure } = await failed({ llm: failing(error), tts: steadyTts().engine, face: null });
    expect(failure).toBe(error);
    expect(told).toEqual([]);
  });

  it('says so where the model breaks off in the middle of an answer', async () => {
    const llm = tellingLlm(() => ['Once upon a time there was', new ParleyError('connection_cut')]).engine;
    const { engine: tts, spoken: phrases } = steadyTts();
    const { told } = await failed({ llm, tts, face: null });
    expect(textOf(told)).toBe('Once upon a time there was — I lost my thread.');
    expect(phrases.at(-1)!.text).toMatch(/I lost my thread\.$/);
  });

  it('R47 offers to go on where the answer is longer than the server lets answers be, and only then', async () => {
    const llm = tellingLlm(() => ['And then the', { kind: 'cut', reason: 'max_output_tokens' }]).engine;
    const { engine: tts, spoken: phrases } = steadyTts();
    const { told } = await failed({ llm, tts, face: null });
    expect(textOf(told)).toBe('And then the — Shall I go on?');
    expect(told.at(-1)).not.toMatchObject({ kind: 'text' });
    expect(told).toContainEqual({ kind: 'cut', reason: 'max_output_tokens' });
    expect(phrases.at(-1)!.text).toMatch(/Shall I go on\?$/);
    const own = await failed({ llm, tts, face: null }, { llm: { ...question, maxTokens: 3 } });
    expect(textOf(own.told)).toBe('And then the');
    const mute = tellingLlm(() => [{ kind: 'cut', reason: 'max_output_tokens' }]).engine;
    expect(textOf((await failed({ llm: mute, tts, face: null })).told)).toBe('');
  });

  it.each([
    ['a block of code', 'Here is code:\n```js\nfunction f('],
    ['a table', 'Here is a table:\n| a | b |\n|---|'],
    ['an address', 'See [this page](https://example.org/a'],
  ])('R47 is heard to offer it behind %s that was left open', async (_, text) => {
    const llm = tellingLlm(() => [text, { kind: 'cut', reason: 'max_output_tokens' }]).engine;
    const { engine: tts, spoken: phrases } = steadyTts();
    const { spoken } = await failed({ llm, tts, face: null });
    expect(phrases.map((phrase) => phrase.text).join(' ')).toMatch(/^(Here is|See this).*Shall I go on\?$/s);
    expect(spoken.text).toBe(`${text} — Shall I go on?`);
    expect(heardCharacters(spoken, spoken.samples)).toBe(spoken.text.length);
  });

  it('R45 says something while the caller waits, once, and nothing if the answer comes in time', async () => {
    vi.useFakeTimers();
    onTestFinished(() => void vi.useRealTimers());
    const answer = async (thinksMs: number) => {
      const llm = tellingLlm(() => ['Here it is.'], thinksMs).engine;
      const told = collect(start({ llm, tts: steadyTts().engine, face: null }, { ...aloud, standby }).events);
      await vi.advanceTimersByTimeAsync(60_000);
      return textOf(await told);
    };
    expect(await answer(1400)).toBe('Here it is.');
    expect(await answer(9000)).toBe('Let me think. Here it is.');
  });

  it('ends at once for a caller who leaves while something is said to fill the silence', async () => {
    vi.useFakeTimers();
    onTestFinished(() => void vi.useRealTimers());
    const llm = tellingLlm(() => ['Late'], 9000).engine;
    const { events, controller } = start({ llm, tts: steadyTts().engine, face: null }, { ...aloud, standby });
    const told = collect(events).catch((thrown: unknown) => thrown);
    await vi.advanceTimersByTimeAsync(2000);
    const reason = new ParleyError('client_gone');
    controller.abort(reason);
    expect(await told).toBe(reason);
  });
});
