import OpenAI from 'openai';
import { describe, expect, it } from 'vitest';
import type { Audio } from '../../src/bench/vendors/openai/transcriptions.js';
import { bare, bareTranscription, saying, vendorOf, wav } from './vendor-openai-fixture.js';

describe('a transcript', () => {
  it('is what the simulation hears of the samples, their rate and the language', async () => {
    const heard: Audio[] = [];
    const hears = async (audio: Audio) => {
      heard.push(audio);
      return 'Guten Morgen.';
    };
    const { client, vendor } = await vendorOf(undefined, { hears });
    const file = wav({ seconds: 0.5, rate: 24_000 });
    const answer = await client.audio.transcriptions.create({ file, model: 'gpt-4o-mini-transcribe', language: 'de' });
    expect(answer).toEqual({
      text: 'Guten Morgen.',
      usage: {
        type: 'tokens',
        input_tokens: 5,
        output_tokens: 2,
        total_tokens: 7,
        input_token_details: { text_tokens: 0, audio_tokens: 5 },
      },
    });
    const [{ samples, rate, language }] = heard as [Audio];
    expect([samples.length, samples[99], rate, language]).toEqual([12_000, 99, 24_000, 'de']);
    expect(vendor.requests[0]).toMatchObject({
      endpoint: 'transcriptions',
      state: 'done',
      body: { model: 'gpt-4o-mini-transcribe', language: 'de', file: { name: 'speech.wav', size: 24_044 } },
    });
  });

  it('comes word by word in a stream, with how sure it is if that was asked for', async () => {
    const { client } = await vendorOf();
    const stream = await client.audio.transcriptions.create({
      file: wav(),
      model: 'gpt-4o-transcribe',
      stream: true,
      response_format: 'json',
      include: ['logprobs'],
    });
    const events = [];
    for await (const event of stream) events.push(event);
    const deltas = events.filter(({ type }) => type === 'transcript.text.delta');
    expect(deltas.map((event) => 'delta' in event && event.delta)).toEqual(['What', ' time', ' is', ' it?']);
    expect(deltas[1]).toMatchObject({ logprobs: [{ token: ' time', logprob: expect.any(Number) }] });
    expect(events.at(-1)).toMatchObject({
      type: 'transcript.text.done',
      text: 'What time is it?',
      usage: { type: 'tokens', output_tokens: 4 },
      logprobs: [{ token: 'What' }, { token: ' time' }, { token: ' is' }, { token: ' it?' }],
    });
    expect(events).toHaveLength(5);
  });

  it('of nothing said is empty, also in a stream', async () => {
    const { client } = await vendorOf(undefined, { hears: () => '' });
    const ask = { file: wav(), model: 'gpt-4o-transcribe' };
    expect((await client.audio.transcriptions.create(ask)).text).toBe('');
    const events = [];
    for await (const event of await client.audio.transcriptions.create({ ...ask, stream: true })) events.push(event);
    expect(events).toMatchObject([{ type: 'transcript.text.done', text: '' }]);
  });

  it('of whisper-1 has its own usage, and no stream', async () => {
    const { client } = await vendorOf();
    const whole = { text: 'What time is it?', usage: { type: 'duration', seconds: 1 } };
    const ask = { file: wav(), model: 'whisper-1', prompt: 'clocks', temperature: 0 };
    expect(await client.audio.transcriptions.create(ask)).toEqual(whole);
    const plain = await client.audio.transcriptions.create({ ...ask, response_format: 'text' });
    expect(plain).toBe('What time is it?\n');
    const form = new FormData();
    for (const [name, value] of Object.entries({ file: wav(), model: 'whisper-1', stream: 'true' }))
      form.append(name, value);
    const { apiKey, baseURL } = client;
    const headers = { authorization: `Bearer ${apiKey}` };
    const answer = await fetch(`${baseURL}/audio/transcriptions`, { method: 'POST', headers, body: form });
    expect(await answer.json()).toEqual(whole);
  });

  it('of whisper-1 may have times', async () => {
    const { client } = await vendorOf();
    const ask = {
      file: wav({ seconds: 2 }),
      model: 'whisper-1',
      response_format: 'verbose_json',
      language: 'en',
    } as const;
    const segments = await client.audio.transcriptions.create(ask);
    expect(segments).toMatchObject({
      task: 'transcribe',
      language: 'english',
      duration: 2,
      text: 'What time is it?',
      segments: [{ id: 0, start: 0, end: 2, text: ' What time is it?' }],
    });
    expect(segments).not.toHaveProperty('words');
    const words = await client.audio.transcriptions.create({ ...ask, timestamp_granularities: ['word'] });
    expect(words).not.toHaveProperty('segments');
    expect(words.words).toEqual([
      { word: 'What', start: 0, end: 0.5 },
      { word: 'time', start: 0.5, end: 1 },
      { word: 'is', start: 1, end: 1.5 },
      { word: 'it', start: 1.5, end: 2 },
    ]);
  });
});

const nonsense = new File(['This is no sound at all.'], 'speech.wav');
type Fields = Readonly<Record<string, string | File | undefined>>;

const WRONG: readonly [string, Fields, object][] = [
  ['no model', { model: undefined }, { message: expect.stringMatching(/^you must provide a model/) }],
  ['no file', { file: undefined }, { param: 'file', code: 'missing_required_parameter' }],
  ['a file that is text', { file: 'speech' }, { param: 'file', code: 'missing_required_parameter' }],
  ['a model that is not there', { model: 'whisper-9' }, { status: 404, code: 'model_not_found' }],
  ['a model that chats', { model: 'gpt-4o' }, { status: 404, param: 'model' }],
  ['a field that there is not', { lang: 'en' }, { message: 'Unrecognized request argument supplied: lang' }],
  ['a language with a region', { language: 'en-GB' }, { param: 'language', code: 'invalid_language_format' }],
  ['a temperature above 1', { temperature: '1.5' }, { param: 'temperature', code: 'decimal_above_max_value' }],
  ['a temperature in words', { temperature: 'hot' }, { param: 'temperature', code: 'invalid_type' }],
  ['a format that there is not', { response_format: 'xml' }, { param: 'response_format', code: 'invalid_value' }],
  [
    'a format of another model',
    { response_format: 'verbose_json' },
    { param: 'response_format', code: 'unsupported_value' },
  ],
  ['a stream that is neither', { stream: 'yes' }, { param: 'stream', code: 'invalid_value' }],
  ['less than 0.1 s', { file: wav({ seconds: 0.09 }) }, { param: 'file', code: 'audio_too_short' }],
  ['a file that is no recording', { file: nonsense }, { param: 'file', code: 'invalid_value' }],
  [
    'a file of another kind',
    { file: wav({ name: 'speech.txt' }) },
    { message: expect.stringMatching(/^Invalid file format.*'wav'/) },
  ],
  ['times of words in plain JSON', { 'timestamp_granularities[]': 'word' }, { param: 'timestamp_granularities' }],
  ['probabilities in plain text', { 'include[]': 'logprobs', response_format: 'text' }, { param: 'include' }],
  ['subtitles', { model: 'whisper-1', response_format: 'srt' }, { code: 'not_simulated' }],
];

describe('transcriptions refuse', () => {
  it.each(WRONG)('%s', async (_, fields, expected) => {
    const { vendor } = await vendorOf();
    const all = Object.entries({ file: wav(), model: 'gpt-4o-transcribe', ...fields });
    const given = Object.fromEntries(all.flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])));
    expect(await bareTranscription(vendor.url, given)).toMatchObject({
      status: 400,
      type: 'invalid_request_error',
      ...expected,
    });
    expect(vendor.requests[0]!.state).toBe('refused');
  });

  it('what is no form, and what only says that it is', async () => {
    const { vendor } = await vendorOf();
    const path = '/audio/transcriptions';
    const json = { 'content-type': 'application/json' };
    expect(await bare(vendor.url, { path, body: '{}', headers: json })).toMatchObject({ status: 415 });
    const broken = { 'content-type': 'multipart/form-data; boundary=x' };
    expect(await bare(vendor.url, { path, body: 'no form', headers: broken })).toMatchObject({ status: 400 });
  });

  it('a recording of more than 25 MiB', async () => {
    const { vendor } = await vendorOf();
    const file = new File([new Uint8Array(26_214_401)], 'long.wav');
    const refused = await bareTranscription(vendor.url, { file, model: 'whisper-1' });
    expect(refused).toMatchObject({ status: 413, type: 'server_error' });
  });
});

it('stops hearing when the client goes away', async () => {
  let hears = 0;
  const never = () => {
    hears += 1;
    return new Promise<string>(() => {});
  };
  const { client, vendor } = await vendorOf(() => saying('unused'), { hears: never });
  const leaving = new AbortController();
  const ask = { file: wav(), model: 'whisper-1' };
  const asking = client.audio.transcriptions.create(ask, { signal: leaving.signal });
  const failed = expect(asking).rejects.toThrow(OpenAI.APIUserAbortError);
  await expect.poll(() => hears).toBe(1);
  expect(vendor.open()).toBe(1);
  leaving.abort();
  await failed;
  await expect.poll(() => vendor.requests[0]!.state).toBe('left');
  expect(vendor.open()).toBe(0);
});
