/** The recogniser engine against a simulated OpenAI, which knows the recordings of these tests by their length. */
import { describe, expect, it, onTestFinished } from 'vitest';
import type { Fault } from '../../src/bench/vendors/faults.js';
import { startOpenAiVendor } from '../../src/bench/vendors/openai/server.js';
import type { SttEngine } from '../../src/engines/contract.js';
import { openAiStt } from '../../src/engines/stt/openai.js';
import { joined, recordings, silence } from '../fixtures/hearing/recordings.js';
import { all, context, endOf, given, options, sttContract } from './stt.js';

const QUICK = { firstMs: 0, everyMs: 0, jitter: 0 };
const key = 'sk-for-the-tests-0123';
const forever = new AbortController().signal;

const TEXTS = new Map([
  [recordings.tellMeAStory.length, 'Tell me a story.'],
  [recordings.whatIsParley.length, 'What is Parley?'],
]);

async function vendorOf(said?: string) {
  return startOpenAiVendor({
    key,
    answer: async function* () {},
    hears: ({ samples }) => said ?? TEXTS.get(samples.length) ?? 'Something else was said here.',
    pace: { models: QUICK, chat: QUICK, transcriptions: QUICK },
  });
}

type Vendor = Awaited<ReturnType<typeof vendorOf>>;

const engineAt = (vendor: Vendor, model: string, apiKey = key) =>
  openAiStt({ name: 'openai', apiKey, baseUrl: vendor.url, timeoutMs: 5000, model });

async function closing(model: string): Promise<SttEngine> {
  const vendor = await vendorOf();
  const engine = engineAt(vendor, model);
  return {
    ...engine,
    close: async () => {
      await engine.close();
      await vendor.close();
    },
  };
}

for (const model of ['whisper-1', 'gpt-4o-mini-transcribe']) {
  sttContract(`openai with ${model}`, () => closing(model), {
    phrases: [
      { samples: recordings.tellMeAStory, text: 'Tell me a story.' },
      { samples: recordings.whatIsParley, text: 'What is Parley?' },
    ],
    speech: recordings.capitalOfFrance,
  });
}

describe('openai as a recogniser', () => {
  const open = async (model = 'whisper-1', said?: string) => {
    const vendor = await vendorOf(said);
    onTestFinished(() => vendor.close());
    const engine = engineAt(vendor, model);
    const hear = (samples: Int16Array, hints = {}) =>
      all(engine.run(given(samples), { ...options, ...hints }, context(forever)));
    return { vendor, engine, hear };
  };

  it('is there where a server has no list of models, and not where it refuses the key', async () => {
    const { vendor, engine } = await open();
    vendor.faults.set('models', { kind: 'status', status: 404 });
    await expect(engine.probe!(forever)).resolves.toBeUndefined();
    vendor.faults.set('models', { kind: 'status', status: 401 });
    await expect(engine.probe!(forever)).rejects.toMatchObject({ code: 'bad_key' });
  });

  it('sends a WAV file, the language and the prompt, and no more', async () => {
    const { vendor, hear } = await open();
    await hear(recordings.tellMeAStory, { language: 'en-GB', prompt: 'Parley' });
    expect(vendor.requests).toHaveLength(1);
    expect(vendor.requests[0]).toMatchObject({
      endpoint: 'transcriptions',
      body: { model: 'whisper-1', language: 'en', prompt: 'Parley', response_format: 'json' },
      state: 'done',
    });
  });

  it('gives the words of a model that streams one by one', async () => {
    const { hear } = await open('gpt-4o-transcribe');
    const partials = (await hear(recordings.tellMeAStory)).flatMap((one) => (one.kind === 'partial' ? [one.text] : []));
    expect(partials.length).toBeGreaterThan(1);
    expect(partials.at(-1)).toBe('Tell me a story.');
    expect(partials.every((text) => 'Tell me a story.'.startsWith(text))).toBe(true);
  });

  it('asks nobody about audio in which nothing was said', async () => {
    const { vendor, hear } = await open();
    expect(await hear(silence(3))).toEqual([{ kind: 'final', text: '' }]);
    expect(await hear(recordings.tellMeAStory, { voicedMs: () => 30 })).toEqual([{ kind: 'final', text: '' }]);
    expect(vendor.requests).toEqual([]);
  });

  it.each(['whisper-1', 'gpt-4o-transcribe'])('drops what %s made up out of a breath', async (model) => {
    const { hear } = await open(model, 'Thank you for watching!');
    const breath = joined(silence(1), recordings.tellMeAStory.subarray(4000, 6000), silence(1));
    expect(await hear(breath, { voicedMs: () => 96 })).toEqual([{ kind: 'final', text: '' }]);
    expect(endOf(await hear(breath, { voicedMs: () => 1200 }))).toEqual({
      kind: 'final',
      text: 'Thank you for watching!',
    });
  });

  it.each([
    ['Thank you.', 'Thank you.', 250, 346],
    ['Thanks for watching!', '', 400, 2000],
  ])('of "%s" it believes "%s" if %i ms of speech were found in what it was given, and %i later', async (...row) => {
    const [words, believed, before, later] = row;
    const { vendor, hear } = await open('whisper-1', words);
    const voicedMs = () => (vendor.requests.length === 0 ? before : later);
    expect(endOf(await hear(recordings.tellMeAStory, { voicedMs }))).toEqual({ kind: 'final', text: believed });
  });

  it.each<readonly [string, Fault, string]>([
    ['a wrong key', { kind: 'status', status: 401 }, 'bad_key'],
    ['too many requests', { kind: 'status', status: 429, retryAfter: '3' }, 'rate_limited'],
    ['an account used up', { kind: 'status', status: 429, reason: 'insufficient_quota' }, 'quota_exceeded'],
    ['a server out of order', { kind: 'status', status: 503 }, 'vendor_down'],
    ['a connection that is cut', { kind: 'cut', after: 0 }, 'connection_cut'],
    ['garbage', { kind: 'garbage', after: 0 }, 'vendor_broken'],
  ])('fails by name for %s', async (_, fault, code) => {
    for (const model of ['whisper-1', 'gpt-4o-transcribe']) {
      const { vendor, hear } = await open(model);
      vendor.faults.set('transcriptions', fault);
      await expect(hear(recordings.tellMeAStory)).rejects.toMatchObject({ name: 'ParleyError', code });
      expect(endOf(await hear(recordings.tellMeAStory))).toMatchObject({ text: 'Tell me a story.' });
    }
  });

  it('never repeats its key', async () => {
    const vendor = await vendorOf();
    onTestFinished(() => vendor.close());
    const wrong = 'sk-wrong-key-9876543210abcd';
    const engine = engineAt(vendor, 'whisper-1', wrong);
    const failure = await engine.probe!(forever).catch((thrown: unknown) => thrown);
    expect(failure).toMatchObject({ code: 'bad_key' });
    expect(JSON.stringify(failure, Object.getOwnPropertyNames(failure))).not.toMatch(/wrong-key|9876/);
  });
});
