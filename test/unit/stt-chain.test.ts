import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Stt, SttEngine, Transcript } from '../../src/engines/contract.js';
import { linkOf } from '../../src/engines/resilience/chain.js';
import { sttChain } from '../../src/engines/resilience/stt-chain.js';
import { ParleyError } from '../../src/errors.js';
import { delay, Queue } from '../../src/flow.js';
import { silentLog } from '../fixtures/engines.js';

const patience = { attempts: 3, delayMs: 1000, factor: 2, budgetMs: 6000 };
const down = () => new ParleyError('vendor_down');

/** `atOnce` fails before it has heard anything; otherwise it hears all, and does what it is told. */
type Answer =
  | string
  | Error
  | 'never'
  | { readonly atOnce: Error }
  | { readonly afterMs: number; readonly text: string };

function recogniser(name: string, ...answers: readonly Answer[]) {
  const state = { heard: [] as number[], asked: 0, open: 0 };
  const run: Stt = async function* (audio, _, { signal }) {
    const answer = answers[Math.min(state.asked, answers.length - 1)]!;
    state.asked += 1;
    state.open += 1;
    try {
      if (typeof answer === 'object' && 'atOnce' in answer) throw answer.atOnce;
      let samples = 0;
      for await (const piece of audio) samples += piece.length;
      state.heard.push(samples);
      if (answer === 'never') await delay(1e9, signal);
      if (answer instanceof Error) throw answer;
      if (typeof answer === 'object') await delay(answer.afterMs, signal);
      yield { kind: 'partial', text: name };
      yield { kind: 'final', text: typeof answer === 'object' ? answer.text : answer };
    } finally {
      state.open -= 1;
    }
  };
  const engine: SttEngine = {
    name,
    run,
    givesPartials: name === 'streaming',
    ...(name === 'spared' ? { mayBeAskedAhead: true } : {}),
    readAhead: Number.POSITIVE_INFINITY,
    health: () => 'up',
    probe: async () => {},
    close: async () => {},
  };
  return { engine, state };
}

describe('recognisers behind one another', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  function listen(engines: readonly SttEngine[]) {
    const links = engines.map((engine) => linkOf(engine, false, silentLog));
    const chain = sttChain(links, patience);
    const stop = new AbortController();
    const audio = new Queue<Int16Array>(Number.POSITIVE_INFINITY);
    const transcripts: Transcript[] = [];
    const hear = async () => {
      const started = performance.now();
      try {
        const options = { language: null, prompt: null };
        for await (const one of chain.run(audio, options, { signal: stop.signal, log: silentLog, turn: 't' }))
          transcripts.push(one);
        return { transcripts, ms: performance.now() - started };
      } catch (failure) {
        return { transcripts, failure, ms: performance.now() - started };
      }
    };
    return { chain, links, stop, audio, hear };
  }

  /** Two seconds of speech, in pieces, as it is spoken. */
  async function speak(audio: Queue<Int16Array>) {
    for (let n = 0; n < 20; n += 1) {
      audio.offer(new Int16Array(1600));
      await vi.advanceTimersByTimeAsync(100);
    }
    audio.close();
  }
  const spoken = async (engines: readonly SttEngine[]) => {
    const { audio, hear } = listen(engines);
    const heard = hear();
    await speak(audio);
    await vi.advanceTimersByTimeAsync(60_000);
    return heard;
  };

  it('gives what the first one hears', async () => {
    const [first, second] = [recogniser('first', 'hello'), recogniser('second', 'no')];
    expect(await spoken([first.engine, second.engine])).toMatchObject({
      transcripts: [
        { kind: 'partial', text: 'first' },
        { kind: 'final', text: 'hello' },
      ],
    });
    expect(second.state.asked).toBe(0);
  });

  it('waits for one that is only starting here when nobody else has understood, and not before', async () => {
    const starting = (name: string) => {
      const one = recogniser(name, { afterMs: 800, text: 'hello' });
      const { probe: _, ...engine } = one.engine;
      return { ...one, engine: { ...engine, health: () => ({ down: 'starting' }) } };
    };
    const [failing, late] = [recogniser('failing', down()), starting('late')];
    const { transcripts, ms } = await spoken([failing.engine, late.engine]);
    expect(transcripts.at(-1)).toEqual({ kind: 'final', text: 'hello' });
    expect([failing.state.asked, ms]).toEqual([1, 2800]);
    const [well, unasked] = [recogniser('well', 'yes'), starting('unasked')];
    expect((await spoken([well.engine, unasked.engine])).transcripts.at(-1)).toEqual({ kind: 'final', text: 'yes' });
    expect(unasked.state.asked).toBe(0);
  });

  it('lets the next one hear all of it from its beginning', async () => {
    const [first, second] = [recogniser('first', down()), recogniser('second', 'hello')];
    const { transcripts, ms } = await spoken([first.engine, second.engine]);
    expect(transcripts.at(-1)).toEqual({ kind: 'final', text: 'hello' });
    expect(second.state.heard).toEqual([32_000]);
    expect(ms).toBe(2000);
  });

  it('goes over while the caller still speaks, if the first one fails then', async () => {
    const [first, second] = [recogniser('first', { atOnce: down() }), recogniser('second', 'hello')];
    await spoken([first.engine, second.engine]);
    expect(second.state.heard).toEqual([32_000]);
  });

  it('gives the first one half of the 6 s, counted from the end of the utterance', async () => {
    const [first, second] = [recogniser('first', 'never'), recogniser('second', 'hello')];
    const { transcripts, ms } = await spoken([first.engine, second.engine]);
    expect(transcripts.at(-1)).toEqual({ kind: 'final', text: 'hello' });
    expect(ms).toBe(2000 + 3000);
    expect(first.state.open).toBe(0);
    const slow = recogniser('slow', { afterMs: 2900, text: 'in time' });
    expect((await spoken([slow.engine, second.engine])).transcripts.at(-1)).toEqual({ kind: 'final', text: 'in time' });
  });

  it('fails 6 s after the end of the utterance, whoever hangs', async () => {
    const [first, second] = [recogniser('first', 'never'), recogniser('second', 'never')];
    expect(await spoken([first.engine, second.engine])).toMatchObject({ failure: { code: 'deadline' }, ms: 8000 });
    expect([first.state.open, second.state.open]).toEqual([0, 0]);
  });

  it('asks the only one again', async () => {
    const only = recogniser('only', down(), down(), 'hello');
    expect((await spoken([only.engine])).transcripts.at(-1)).toEqual({ kind: 'final', text: 'hello' });
    expect(only.state.heard).toEqual([32_000, 32_000, 32_000]);
    const refused = recogniser('refused', new ParleyError('bad_key'));
    expect(await spoken([refused.engine])).toMatchObject({ failure: { code: 'bad_key' }, ms: 2000 });
  });

  it('says of itself what its first healthy one does', async () => {
    const { chain, links } = listen([recogniser('plain', '').engine, recogniser('streaming', '').engine]);
    expect(chain.givesPartials).toBe(false);
    for (let n = 0; n < 3; n += 1) links[0]!.breaker!.failed(down());
    expect(chain.givesPartials).toBe(true);
    expect(chain.deadlineMs).toBeGreaterThan(6000);
  });

  it('is set to the language of its first healthy one', async () => {
    const { chain, links } = listen([
      { ...recogniser('one', '').engine, language: 'de' },
      recogniser('two', '').engine,
    ]);
    expect(chain.language).toBe('de');
    for (let n = 0; n < 3; n += 1) links[0]!.breaker!.failed(down());
    expect(chain.language).toBe(null);
  });

  it('may be asked ahead as long as its first healthy one may', async () => {
    const { chain, links } = listen([recogniser('spared', '').engine, recogniser('plain', '').engine]);
    expect(chain.mayBeAskedAhead).toBe(true);
    for (let n = 0; n < 3; n += 1) links[0]!.breaker!.failed(down());
    expect(chain.mayBeAskedAhead).toBe(false);
    const other = listen([recogniser('plain', '').engine, recogniser('spared', '').engine]);
    expect(other.chain.mayBeAskedAhead).toBe(false);
    for (let n = 0; n < 3; n += 1) other.links[0]!.breaker!.failed(down());
    expect(other.chain.mayBeAskedAhead).toBe(true);
  });

  it("passes on its input's error without asking anybody else", async () => {
    const [first, second] = [recogniser('first', 'hello'), recogniser('second', 'hello')];
    const { audio, hear } = listen([first.engine, second.engine]);
    const heard = hear();
    const gone = new ParleyError('invalid_audio');
    audio.offer(new Int16Array(1600));
    await vi.advanceTimersByTimeAsync(10);
    audio.fail(gone);
    expect(await heard).toMatchObject({ failure: gone });
    expect(second.state.asked).toBe(0);
  });

  it('ends at once for a caller who leaves, while it waits for another attempt, too', async () => {
    for (const answer of ['never', down()] as const) {
      const one = recogniser('one', answer);
      const { audio, hear, stop } = listen([one.engine]);
      const heard = hear();
      await speak(audio);
      await vi.advanceTimersByTimeAsync(500);
      const reason = new ParleyError('client_gone');
      stop.abort(reason);
      expect(await heard).toMatchObject({ failure: reason, ms: 2500 });
      expect(vi.getTimerCount()).toBe(0);
    }
  });

  it('trusts one again that has answered, though its reader leaves at the last word', async () => {
    const only = recogniser('only', 'hello');
    const { links, chain } = listen([only.engine]);
    const { breaker } = links[0]!;
    breaker!.failed(down());
    breaker!.failed(down());
    const audio = (async function* () {
      yield new Int16Array(1600);
    })();
    const context = { signal: new AbortController().signal, log: silentLog, turn: 't' };
    for await (const heard of chain.run(audio, { language: null, prompt: null }, context)) {
      if (heard.kind === 'final') break;
    }
    breaker!.failed(down());
    expect(breaker!.trouble).toBeNull();
  });
});
