import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Engine, Llm, LlmEvent, LlmRequest } from '../../src/engines/contract.js';
import { linkOf } from '../../src/engines/resilience/chain.js';
import { llmChain } from '../../src/engines/resilience/llm-chain.js';
import { ParleyError } from '../../src/errors.js';
import { delay } from '../../src/flow.js';
import { silentLog } from '../fixtures/engines.js';
import { recordingLog } from '../workers/rig.js';

const request: LlmRequest = { messages: [], tools: [], toolChoice: 'auto', maxTokens: 'inf', presenter: null };
const patience = { attempts: 3, delayMs: 1000, factor: 2, budgetMs: 4000, idleMs: 5000 };
const down = () => new ParleyError('vendor_down', 'The vendor answered 500.');

/** A pause in milliseconds, a piece of text, something that is thrown, or a wait for its signal. */
type Step = number | string | Error | 'never';

/** A model that does, each time it is asked, the next of these. */
function model(name: string, ...answers: readonly (readonly Step[])[]) {
  const state = { asked: 0, open: 0, probe: null as ParleyError | null };
  const run: Llm = async function* (_, { signal }) {
    const steps = answers[Math.min(state.asked, answers.length - 1)]!;
    state.asked += 1;
    state.open += 1;
    try {
      for (const step of steps) {
        signal.throwIfAborted();
        if (step instanceof Error) throw step;
        if (step === 'never') await delay(1e9, signal);
        else if (typeof step === 'number') await delay(step, signal);
        else yield step === 'working' ? { kind: 'working' } : { kind: 'text', text: step };
      }
    } finally {
      state.open -= 1;
    }
  };
  const probe = async () => {
    if (state.probe !== null) throw state.probe;
  };
  const engine: Engine<Llm> = { name, run, readAhead: 0, health: () => 'up', probe, close: async () => {} };
  return { engine, state };
}

describe('language models behind one another', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  function talk(models: readonly { engine: Engine<Llm>; isStandIn?: boolean }[], log = silentLog) {
    const links = models.map(({ engine, isStandIn = false }) => linkOf(engine, isStandIn, log));
    const chain = llmChain(links, patience);
    const stop = new AbortController();
    const ask = async () => {
      const events: LlmEvent[] = [];
      const started = performance.now();
      let failure: unknown;
      let firstMs: number | undefined;
      try {
        for await (const event of chain.run(request, { signal: stop.signal, log, turn: 't' })) {
          firstMs ??= performance.now() - started;
          events.push(event);
        }
      } catch (thrown) {
        failure = thrown;
      }
      const text = events.flatMap((event) => (event.kind === 'text' ? [event.text] : [])).join('');
      return { text, failure, firstMs, ms: performance.now() - started };
    };
    const answer = async () => {
      const asked = ask();
      await vi.advanceTimersByTimeAsync(60_000);
      return asked;
    };
    return { chain, links, stop, ask, answer };
  }

  it('lets the first one answer, and asks nobody else', async () => {
    const [first, second] = [model('first', ['Hello', ' you']), model('second', ['No'])];
    expect(await talk([first, second]).answer()).toMatchObject({ text: 'Hello you', failure: undefined });
    expect(second.state.asked).toBe(0);
  });

  it('goes over at once where another one stands ready', async () => {
    const [first, second] = [model('first', [down()]), model('second', ['Here'])];
    expect(await talk([first, second]).answer()).toMatchObject({ text: 'Here', firstMs: 0 });
    expect(first.state.asked).toBe(1);
  });

  it('asks the only one again after 1 and 2 s, less a little at random, and says so', async () => {
    const { log, lines } = recordingLog();
    const only = model('only', [down()], [down()], ['At last']);
    const { text, firstMs } = await talk([only], log).answer();
    expect(text).toBe('At last');
    expect(firstMs).toBeGreaterThanOrEqual(2250);
    expect(firstMs).toBeLessThanOrEqual(3000);
    expect(lines.map(({ msg }) => msg)).toEqual([
      expect.stringMatching(/^attempt 1\/3 failed: The vendor answered 500\. retrying in (0\.[789]|1\.0) s$/),
      expect.stringMatching(/^attempt 2\/3 failed: The vendor answered 500\. retrying in (1\.[5-9]|2\.0) s$/),
    ]);
  });

  it('gives up after three attempts', async () => {
    const only = model('only', [down()]);
    expect(await talk([only]).answer()).toMatchObject({ text: '', failure: { code: 'vendor_down' } });
    expect(only.state.asked).toBe(3);
  });

  it.each(['bad_key', 'quota_exceeded', 'content_refused', 'vendor_refused', 'too_many_concurrent'] as const)(
    'does not ask again for %s',
    async (code) => {
      const only = model('only', [new ParleyError(code)]);
      expect(await talk([only]).answer()).toMatchObject({ failure: { code }, ms: 0 });
      expect(only.state.asked).toBe(1);
    },
  );

  it('waits as long as the vendor says, if the caller would wait so long', async () => {
    const limited = (retryAfterMs: number) => new ParleyError('rate_limited', undefined, { retryAfterMs });
    const soon = await talk([model('soon', [limited(2500)], ['Now'])]).answer();
    expect(soon).toMatchObject({ text: 'Now', firstMs: 2500 });
    const late = await talk([model('late', [limited(9000)], ['Now'])]).answer();
    expect(late).toMatchObject({ failure: { code: 'rate_limited' }, ms: 0 });
  });

  it('asks the next one beside one that has said nothing after half the time, and drops the slower', async () => {
    const [slow, quick] = [model('slow', [3000, 'Slow']), model('quick', [100, 'Quick'])];
    expect(await talk([slow, quick]).answer()).toMatchObject({ text: 'Quick', firstMs: 2100 });
    expect(slow.state.open).toBe(0);
  });

  it('takes the first after all, if it speaks before the one that was asked beside it', async () => {
    const [first, second] = [model('first', [2500, 'First']), model('second', ['never'])];
    expect(await talk([first, second]).answer()).toMatchObject({ text: 'First', firstMs: 2500 });
    expect(second.state).toMatchObject({ asked: 1, open: 0 });
  });

  it('fails after 4 s of silence', async () => {
    const [first, second] = [model('first', ['never']), model('second', ['never'])];
    expect(await talk([first, second]).answer()).toMatchObject({ failure: { code: 'deadline' }, ms: 4000 });
    expect([first.state.open, second.state.open]).toEqual([0, 0]);
  });

  it('asks the only one a second time beside itself when it is late, and takes whichever speaks first', async () => {
    const only = model('only', ['never'], [100, 'Second']);
    expect(await talk([only]).answer()).toMatchObject({ text: 'Second', firstMs: 2100 });
    expect(only.state).toMatchObject({ asked: 2, open: 0 });
    const slow = model('slow', [2500, 'First'], ['never']);
    expect(await talk([slow]).answer()).toMatchObject({ text: 'First', firstMs: 2500 });
    expect(slow.state).toMatchObject({ asked: 2, open: 0 });
  });

  it('waits for a model that is at work, and tells nobody that it is', async () => {
    const works = model('works', [3000, 'working', 4000, 'working', 4000, 'Done']);
    const { text, firstMs, failure } = await talk([works]).answer();
    expect({ text, firstMs, failure }).toEqual({ text: 'Done', firstMs: 11_000, failure: undefined });
  });

  it('keeps a stand-in for the end: it is not asked beside a slow model, and models have all their attempts', async () => {
    const standIn = { ...model('scripted', ['From the script']), isStandIn: true };
    expect(await talk([model('slow', [3900, 'Slow']), standIn]).answer()).toMatchObject({ text: 'Slow' });
    expect(standIn.state.asked).toBe(0);
    const failing = model('failing', [down()]);
    expect(await talk([failing, standIn]).answer()).toMatchObject({ text: 'From the script' });
    expect(failing.state.asked).toBe(3);
    expect(await talk([model('mute', ['never']), standIn]).answer()).toMatchObject({
      text: 'From the script',
      firstMs: 4000,
    });
  });

  it('fails for the reason of the models when their stand-in has nothing to say, and asks that once', async () => {
    const standIn = { ...model('scripted', [new ParleyError('no_answer')]), isStandIn: true };
    expect(await talk([model('failing', [down()]), standIn]).answer()).toMatchObject({
      failure: { code: 'vendor_down' },
    });
    expect(standIn.state.asked).toBe(1);
    const mute = model('mute', ['never']);
    expect(await talk([mute, standIn]).answer()).toMatchObject({ failure: { code: 'deadline' }, ms: 4000 });
    expect(mute.state.open).toBe(0);
    const refused = model('refused', [new ParleyError('bad_key')]);
    refused.state.probe = new ParleyError('bad_key');
    const { ask } = talk([refused, standIn]);
    await ask();
    await vi.advanceTimersByTimeAsync(0);
    expect(await ask()).toMatchObject({ failure: { code: 'bad_key' }, ms: 0 });
    expect(refused.state.asked).toBe(1);
  });

  it('does not go back on what has been said: a model that breaks off fails the answer', async () => {
    const [first, second] = [model('first', ['Once upon', down()]), model('second', ['Other'])];
    expect(await talk([first, second]).answer()).toMatchObject({ text: 'Once upon', failure: { code: 'vendor_down' } });
    expect(second.state.asked).toBe(0);
  });

  it('fails an answer that stalls for 5 s', async () => {
    const stalls = model('stalls', ['Once', 'never']);
    expect(await talk([stalls]).answer()).toMatchObject({ text: 'Once', failure: { code: 'deadline' }, ms: 5000 });
    expect(stalls.state.open).toBe(0);
    const drips = model('drips', ['a', 4900, 'b', 4900, 'c']);
    expect(await talk([drips]).answer()).toMatchObject({ text: 'abc', failure: undefined });
  });

  it('passes over one that has failed three times, and asks it again once it answers its probe', async () => {
    const [first, second] = [model('first', [down()], [down()], [down()], ['Back']), model('second', ['Here'])];
    const { ask, links } = talk([first, second]);
    for (let turn = 0; turn < 4; turn += 1) expect((await ask()).text).toBe('Here');
    expect(first.state.asked).toBe(3);
    expect(links[0]!.breaker!.trouble).toMatchObject({ code: 'vendor_down' });
    await vi.advanceTimersByTimeAsync(10_000);
    expect((await ask()).text).toBe('Back');
  });

  it('fails at once, with the reason, when nobody is left to ask', async () => {
    const only = model('only', [new ParleyError('bad_key')]);
    only.state.probe = new ParleyError('bad_key');
    const { ask, chain } = talk([only]);
    await ask();
    await vi.advanceTimersByTimeAsync(0);
    expect(await ask()).toMatchObject({ failure: { code: 'bad_key' }, ms: 0 });
    expect(only.state.asked).toBe(1);
    expect(chain.health()).toMatchObject({ down: expect.stringMatching(/key/) });
  });

  it.each([
    ['thinks', ['never']],
    ['rests before another attempt', [down()]],
    ['speaks', ['Once', 'never']],
  ] as const)('ends at once for a caller who leaves while it %s', async (_, steps) => {
    const one = model('one', steps);
    const { ask, stop } = talk([one]);
    const asked = ask();
    await vi.advanceTimersByTimeAsync(500);
    const reason = new ParleyError('barge_in');
    stop.abort(reason);
    expect(await asked).toMatchObject({ failure: reason, ms: 500 });
    expect(one.state.open).toBe(0);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('leaves one alone that was late three times', async () => {
    const [slow, quick] = [model('slow', [3000, 'Slow']), model('quick', ['Quick'])];
    const { ask, links } = talk([slow, quick]);
    for (let turn = 0; turn < 3; turn += 1) {
      const asked = ask();
      await vi.advanceTimersByTimeAsync(3000);
      expect((await asked).text).toBe('Quick');
    }
    expect(links[0]!.breaker!.trouble).toMatchObject({ code: 'deadline' });
  });
});
