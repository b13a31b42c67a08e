import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { msToSamples } from '../../src/audio/pcm.js';
import type { Phrase, SessionScope, Speech, SpeechOptions, Tts, TtsEngine } from '../../src/engines/contract.js';
import { linkOf, usable } from '../../src/engines/resilience/chain.js';
import { ttsChain } from '../../src/engines/resilience/tts-chain.js';
import { ParleyError } from '../../src/errors.js';
import { delay, Queue } from '../../src/flow.js';
import { silentLog } from '../fixtures/engines.js';

const patience = { attempts: 3, delayMs: 1000, factor: 2, budgetMs: 3000 };
const down = () => new ParleyError('vendor_down');
/** A word sounds for so long. */
const WORD = msToSamples(200);

interface Trouble {
  /** After so many words in all. */
  readonly after: number;
  readonly what: Error | 'never';
  /** In the middle of a word, too: half of it has sounded. */
  readonly inWord?: boolean;
}

/** Speaks word by word, 100 ms apart; each of its runs meets the next of these troubles. */
function voice(name: string, voices: readonly string[], troubles: readonly (Trouble | null)[] = [null], timed = true) {
  const state = { runs: 0, open: 0, spoken: [] as string[], asked: [] as SpeechOptions[], prepared: [] as string[] };
  const run: Tts = async function* (phrases, options, { signal }) {
    const trouble = troubles[Math.min(state.runs, troubles.length - 1)] ?? null;
    state.runs += 1;
    state.open += 1;
    state.asked.push(options);
    let said = 0;
    try {
      for await (const { index, text } of phrases) {
        state.spoken.push(text);
        let start = 0;
        for (const { 0: word, index: from } of text.matchAll(/\S+/g)) {
          const isOver = trouble?.after === said;
          const words = timed ? [{ from, to: from + word.length, start, end: start + WORD }] : [];
          if (isOver && trouble.inWord) yield { phrase: index, samples: new Int16Array(WORD / 2), words };
          if (isOver && trouble.what === 'never') await delay(1e9, signal);
          if (isOver) throw trouble.what;
          await delay(100, signal);
          yield { phrase: index, samples: new Int16Array(WORD), words };
          start += WORD;
          said += 1;
        }
      }
    } finally {
      state.open -= 1;
    }
  };
  const engine: TtsEngine = {
    name,
    run,
    readAhead: 2,
    voices: voices.map((id) => ({ id, name: id, language: 'en' })),
    health: () => 'up',
    probe: async () => {},
    prepare: (options) => void state.prepared.push(options.voice),
    close: async () => {},
  };
  return { engine, state };
}

const PHRASES = ['Once upon a time', 'there was a house'];

describe('voices behind one another', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  function stage(engines: readonly TtsEngine[]) {
    const links = engines.map((engine) => linkOf(engine, false, silentLog));
    const chain = ttsChain(links, patience);
    const stop = new AbortController();
    const phrases = new Queue<Phrase>(100);
    const speech: Speech[] = [];
    const speak = async (wanted: Partial<SpeechOptions> = {}) => {
      const started = performance.now();
      const options = { voice: 'ada', speed: 1, ...wanted };
      try {
        for await (const piece of chain.run(phrases, options, { signal: stop.signal, log: silentLog, turn: 't' }))
          speech.push(piece);
        return { failure: undefined, ms: performance.now() - started };
      } catch (failure) {
        return { failure, ms: performance.now() - started };
      }
    };
    return { chain, links, stop, phrases, speech, speak };
  }

  async function say(engines: readonly TtsEngine[], wanted: Partial<SpeechOptions> = {}, texts = PHRASES) {
    const { phrases, speech, speak } = stage(engines);
    for (const [index, text] of texts.entries()) phrases.offer({ index, text });
    phrases.close();
    const done = speak(wanted);
    await vi.advanceTimersByTimeAsync(60_000);
    return { ...(await done), speech };
  }

  /** Every word of a phrase, with the place in the phrase's text where it was said to be. */
  const wordsOf = (speech: readonly Speech[], texts = PHRASES) =>
    texts.map((text, index) =>
      speech
        .filter(({ phrase }) => phrase === index)
        .flatMap(({ words }) => words.map(({ from, to }) => text.slice(from, to))),
    );

  it('lets the first one speak', async () => {
    const [first, second] = [voice('first', ['ada']), voice('second', ['ben'])];
    const { speech, failure } = await say([first.engine, second.engine]);
    expect(failure).toBeUndefined();
    expect(wordsOf(speech)).toEqual(PHRASES.map((text) => text.split(' ')));
    expect(second.state.runs).toBe(0);
  });

  it('goes over at once when the first one fails before it spoke', async () => {
    const [first, second] = [voice('first', ['ada'], [{ after: 0, what: down() }]), voice('second', ['ben'])];
    const { speech, ms } = await say([first.engine, second.engine]);
    expect(second.state.spoken).toEqual(PHRASES);
    expect(wordsOf(speech)).toEqual(PHRASES.map((text) => text.split(' ')));
    expect(ms).toBe(800);
  });

  it('goes on where the first one broke off, to the word', async () => {
    const [first, second] = [voice('first', ['ada'], [{ after: 6, what: down() }]), voice('second', ['ben'])];
    const { speech } = await say([first.engine, second.engine]);
    expect(second.state.spoken).toEqual(['a house']);
    expect(wordsOf(speech)).toEqual(PHRASES.map((text) => text.split(' ')));
    const placed = speech.filter(({ phrase }) => phrase === 1).flatMap(({ words }) => words);
    expect(placed.map(({ start }) => start)).toEqual([0, WORD, 2 * WORD, 3 * WORD]);
  });

  it('says a word again that broke off in its middle', async () => {
    const trouble = { after: 5, what: down(), inWord: true };
    const [first, second] = [voice('first', ['ada'], [trouble]), voice('second', ['ben'])];
    const { speech } = await say([first.engine, second.engine]);
    expect(second.state.spoken).toEqual(['was a house']);
    expect(wordsOf(speech)[1]).toEqual(['there', 'was', 'was', 'a', 'house']);
  });

  it('goes on after about as much as was heard of a voice without word times', async () => {
    const [first, second] = [voice('first', ['ada'], [{ after: 3, what: down() }], false), voice('second', ['ben'])];
    await say([first.engine, second.engine], {}, ['One thing after another thing, and so on']);
    // 600 ms are about nine characters.
    expect(second.state.spoken).toEqual(['after another thing, and so on']);
  });

  it('does not repeat a phrase of which nothing was left', async () => {
    const [first, second] = [voice('first', ['ada'], [{ after: 4, what: down() }]), voice('second', ['ben'])];
    await say([first.engine, second.engine]);
    expect(second.state.spoken).toEqual(['there was a house']);
  });

  it('gives up one that is silent for half of the 3 s, and all of them after 3 s', async () => {
    const mute = [{ after: 0, what: 'never' as const }];
    const [first, second] = [voice('first', ['ada'], mute), voice('second', ['ben'])];
    expect((await say([first.engine, second.engine])).ms).toBe(1500 + 800);
    const only = voice('only', ['ada'], mute);
    expect(await say([only.engine])).toMatchObject({ failure: { code: 'deadline' }, ms: 3000 });
    expect([first.state.open, only.state.open]).toEqual([0, 0]);
  });

  it('notices a voice that falls silent in the middle of the last phrase', async () => {
    const [first, second] = [voice('first', ['ada'], [{ after: 6, what: 'never' }]), voice('second', ['ben'])];
    await say([first.engine, second.engine]);
    expect(second.state.spoken).toEqual(['a house']);
  });

  it('waits for phrases as long as it takes', async () => {
    const only = voice('only', ['ada']);
    const { phrases, speak } = stage([only.engine]);
    const done = speak();
    await vi.advanceTimersByTimeAsync(20_000);
    phrases.offer({ index: 0, text: 'Hello' });
    await vi.advanceTimersByTimeAsync(20_000);
    phrases.close();
    expect(await done).toEqual({ failure: undefined, ms: 40_000 });
  });

  it('makes nobody late for a listener who takes its time', async () => {
    const only = voice('only', ['ada']);
    const { chain, phrases } = stage([only.engine]);
    phrases.offer({ index: 0, text: 'One two' });
    phrases.close();
    const read = chain
      .run(phrases, { voice: 'ada', speed: 1 }, { signal: new AbortController().signal, log: silentLog, turn: 't' })
      [Symbol.asyncIterator]();
    const first = read.next();
    await vi.advanceTimersByTimeAsync(100);
    expect(await first).toMatchObject({ done: false });
    await vi.advanceTimersByTimeAsync(20_000);
    const second = read.next();
    await vi.advanceTimersByTimeAsync(100);
    expect(await second).toMatchObject({ done: false });
  });

  it('asks the only one again before anything was heard, and not after', async () => {
    const early = voice('early', ['ada'], [{ after: 0, what: down() }, null]);
    expect((await say([early.engine])).failure).toBeUndefined();
    expect(early.state.runs).toBe(2);
    const soon = voice('soon', ['ada'], [{ after: 1, what: down() }, null]);
    expect(await say([soon.engine])).toMatchObject({ failure: { code: 'vendor_down' } });
    expect(soon.state.runs).toBe(1);
    const late = voice('late', ['ada'], [{ after: 5, what: down() }, null]);
    const slow = ['One two three four', 'five six seven'];
    const { phrases, speak } = stage([late.engine]);
    phrases.offer({ index: 0, text: slow[0]! });
    const done = speak();
    await vi.advanceTimersByTimeAsync(3000);
    phrases.offer({ index: 1, text: slow[1]! });
    phrases.close();
    await vi.advanceTimersByTimeAsync(10_000);
    expect(await done).toMatchObject({ failure: { code: 'vendor_down' } });
    expect(late.state.runs).toBe(1);
  });

  it('speaks with the voice that is wanted, wherever it is, and with the next best where it is not', async () => {
    const [first, second] = [voice('first', ['ada', 'cleo']), voice('second', ['ben', 'dan'])];
    await say([first.engine, second.engine], { voice: 'dan' });
    expect(first.state.runs).toBe(0);
    expect(second.state.asked[0]).toEqual({ voice: 'dan', speed: 1 });
    const broken = voice('broken', ['ada', 'cleo'], [{ after: 0, what: down() }]);
    const other = voice('other', ['ben', 'dan']);
    await say([broken.engine, other.engine], { voice: 'cleo', otherwise: ['dan'] });
    expect(broken.state.asked[0]).toMatchObject({ voice: 'cleo' });
    expect(other.state.asked[0]).toMatchObject({ voice: 'dan' });
    const last = voice('last', ['ben', 'dan']);
    await say([broken.engine, last.engine], { voice: 'cleo' });
    expect(last.state.asked[0]).toMatchObject({ voice: 'ben' });
  });

  it('speaks with a voice that an engine does not list, but may have', async () => {
    const vendor = voice('vendor', ['ada']);
    const engine = { ...vendor.engine, mayHave: (id: string) => id.length === 20 };
    const other = voice('other', ['ben']);
    const unlisted = 'onwK4e9ZLuTAKqWW03F9';
    await say([engine, other.engine], { voice: unlisted });
    expect(vendor.state.asked[0]).toMatchObject({ voice: unlisted });
    await say([engine, other.engine], { voice: 'nobody', otherwise: ['ben'] });
    expect(vendor.state.asked[1]).toMatchObject({ voice: 'ada' });
    expect(stage([engine, other.engine]).chain.mayHave!(unlisted)).toBe(true);
    expect(stage([other.engine]).chain.mayHave!(unlisted)).toBe(false);
  });

  it('names the voices of all, each once and with its engine', () => {
    const { chain } = stage([voice('first', ['ada', 'ben']).engine, voice('second', ['ben', 'dan']).engine]);
    expect(chain.voices.map(({ id, engine }) => `${id} ${engine}`)).toEqual(['ada first', 'ben first', 'dan second']);
  });

  it('prepares the one that will speak', () => {
    const [first, second] = [voice('first', ['ada']), voice('second', ['ben'])];
    const { chain, links } = stage([first.engine, second.engine]);
    const session: SessionScope = { id: 's', gone: new AbortController().signal };
    chain.prepare!({ voice: 'ada', speed: 1 }, session);
    for (let n = 0; n < 3; n += 1) links[0]!.breaker!.failed(down());
    chain.prepare!({ voice: 'ada', otherwise: ['ben'], speed: 1 }, session);
    expect([first.state.prepared, second.state.prepared]).toEqual([['ada'], ['ben']]);
  });

  it('leaves a process of ours alone that died three times, until it is up, and asks it if nobody else is there', async () => {
    const broken = new ParleyError('worker_broken');
    const { engine } = voice('local', ['ada']);
    let health: 'up' | { down: string } = 'up';
    const { probe: _, ...rest } = engine;
    const local: TtsEngine = { ...rest, ready: async () => {}, health: () => health };
    const links = [local, voice('second', ['ben']).engine].map((one) => linkOf(one, false, silentLog));
    const names = () => usable(links).map((link) => link.engine.name);
    // Before it has been asked, its own health is all there is: nobody takes it for refused because it is starting.
    expect(names()).toEqual(['local', 'second']);
    for (let n = 0; n < 3; n += 1) links[0]!.breaker!.failed(broken);
    expect(names()).toEqual(['second']);
    expect(usable([links[0]!])).toEqual([links[0]]);
    health = { down: 'starting' };
    await vi.advanceTimersByTimeAsync(10_000);
    expect(names()).toEqual(['second']);
    health = 'up';
    await vi.advanceTimersByTimeAsync(10_000);
    expect(names()).toEqual(['local', 'second']);
    for (const { breaker } of links) breaker?.close();
  });

  it('ends at once for a caller who leaves', async () => {
    const only = voice('only', ['ada'], [{ after: 2, what: 'never' }]);
    const { phrases, speak, stop } = stage([only.engine]);
    phrases.offer({ index: 0, text: PHRASES[0]! });
    const done = speak();
    await vi.advanceTimersByTimeAsync(500);
    const reason = new ParleyError('client_gone');
    stop.abort(reason);
    expect(await done).toMatchObject({ failure: reason, ms: 500 });
    expect(only.state.open).toBe(0);
    expect(vi.getTimerCount()).toBe(0);
  });
});
