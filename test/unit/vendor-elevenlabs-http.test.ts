import { ElevenLabsError } from 'elevenlabs';
import { MPEGDecoder } from 'mpg123-decoder';
import { expect, it } from 'vitest';
import { MS_PER_CHARACTER, steadyTts } from '../fixtures/engines.js';
import { haltingTts, post, RACHEL, type StartedVendor, sdk, vendor } from './vendor-elevenlabs-fixture.js';

const TEXT = 'One two three, and four. Five!';
const TEXT_MS = TEXT.length * MS_PER_CHARACTER;

async function bytesOf(stream: AsyncIterable<Uint8Array> | ReadableStream<Uint8Array>): Promise<Buffer> {
  const parts: Uint8Array[] = [];
  for await (const part of stream as AsyncIterable<Uint8Array>) parts.push(part);
  return Buffer.concat(parts);
}

const failure = async (promise: PromiseLike<unknown>): Promise<ElevenLabsError> => {
  const error = await Promise.resolve(promise).then(
    () => null,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(ElevenLabsError);
  return error as ElevenLabsError;
};

it("lists voices, models and the subscription as the vendor's SDK reads them", async () => {
  const started = await vendor();
  const client = sdk(started);
  const { voices } = await client.voices.getAll();
  expect(voices.find(({ name }) => name === 'Rachel')).toMatchObject({
    voiceId: RACHEL,
    category: 'premade',
    labels: { gender: 'female' },
    settings: { speed: 1 },
  });
  expect(voices).toHaveLength(6);
  expect(new Set(voices.map(({ labels }) => labels?.gender))).toEqual(new Set(['female', 'male']));
  const models = await client.models.list();
  expect(models.find(({ modelId }) => modelId === 'eleven_flash_v2_5')).toMatchObject({
    canDoTextToSpeech: true,
    maximumTextLengthPerRequest: 40_000,
  });
  expect((await client.user.get()).subscription).toMatchObject({ tier: 'creator', status: 'active' });
  expect(started.requests.map(({ endpoint, state }) => `${endpoint} ${state}`)).toEqual(
    Array.from({ length: 3 }, () => 'voices done'),
  );
});

it.each([16_000, 22_050, 24_000, 44_100] as const)('streams PCM at %i, as long as the speech is', async (rate) => {
  const { engine, options } = steadyTts();
  const client = sdk(await vendor({ speak: engine }));
  const stream = await client.textToSpeech.stream(RACHEL, {
    text: TEXT,
    modelId: 'eleven_flash_v2_5',
    outputFormat: `pcm_${rate}`,
    voiceSettings: { stability: 0.4, speed: 1.2 },
  });
  const bytes = await bytesOf(stream);
  expect(Math.abs(bytes.length / 2 - (TEXT_MS * rate) / 1000)).toBeLessThanOrEqual(2);
  expect(options).toEqual([{ voice: 'ada', speed: 1.2 }]);
});

it.each([
  ['mp3_44100_128', 44_100],
  ['mp3_44100_192', 44_100],
  ['mp3_22050_32', 22_050],
] as const)('sends %s that decodes to the right length, whole and streamed', async (outputFormat, rate) => {
  const client = sdk(await vendor());
  const asked = { text: TEXT, modelId: 'eleven_flash_v2_5', outputFormat };
  const streamed = await bytesOf(await client.textToSpeech.stream(RACHEL, asked));
  const whole = await bytesOf(await client.textToSpeech.convert(RACHEL, asked));
  expect(whole.equals(streamed)).toBe(true);
  const decoder = new MPEGDecoder();
  await decoder.ready;
  const { samplesDecoded, sampleRate } = decoder.decode(whole);
  decoder.free();
  expect(sampleRate).toBe(rate);
  // The encoder fills up frames of up to 26 ms, and begins one early.
  const ms = (samplesDecoded * 1000) / rate;
  expect(ms).toBeGreaterThanOrEqual(TEXT_MS);
  expect(ms).toBeLessThan(TEXT_MS + 100);
});

it('gives the times of characters in seconds, one piece a line, and all of the text', async () => {
  const client = sdk(await vendor());
  const stream = await client.textToSpeech.streamWithTimestamps(RACHEL, {
    text: TEXT,
    modelId: 'eleven_flash_v2_5',
    outputFormat: 'pcm_24000',
  });
  const characters: string[] = [];
  let end = 0;
  let bytes = 0;
  for await (const { audioBase64, alignment } of stream) {
    bytes += Buffer.from(audioBase64, 'base64').length;
    characters.push(...(alignment?.characters ?? []));
    for (const [n, start] of (alignment?.characterStartTimesSeconds ?? []).entries()) {
      expect(start).toBeCloseTo(end, 5);
      end = alignment!.characterEndTimesSeconds[n]!;
    }
  }
  expect(characters.join('')).toBe(TEXT);
  expect(end * 1000).toBeCloseTo(TEXT_MS, 0);
  expect(bytes).toBe(TEXT_MS * 24 * 2);
});

it('takes the right key only, and without one of its own any', async () => {
  const started = await vendor();
  expect(await failure(sdk(started, 'another').voices.getAll())).toMatchObject({
    statusCode: 401,
    body: { detail: { status: 'invalid_api_key' } },
  });
  expect((await fetch(`${started.url}/v1/voices`)).status).toBe(401);
  expect(started.requests.at(-1)).toMatchObject({ state: 'refused' });
  const open = await vendor({}, 'any');
  expect((await fetch(`${open.url}/v1/voices`, { headers: { 'xi-api-key': 'whatever' } })).status).toBe(200);
  expect((await fetch(`${open.url}/v1/voices`)).status).toBe(401);
});

const fine = { text: 'Hello.', model_id: 'eleven_flash_v2_5' };
const detail = async (started: StartedVendor, path: string, body: unknown) => {
  const response = await post(started, path, body);
  return [response.status, ((await response.json()) as { detail: unknown }).detail];
};

it.each([
  ['an unknown voice', 'nobody/stream', fine, 404, 'voice_not_found'],
  ['an unknown model', `${RACHEL}/stream`, { ...fine, model_id: 'eleven_future' }, 400, 'model_not_found'],
  ['an unknown format', `${RACHEL}/stream?output_format=flac_44100`, fine, 400, 'invalid_output_format'],
  ['no text', `${RACHEL}/stream`, { ...fine, text: ' ' }, 400, 'empty_text'],
  ['too much text', `${RACHEL}/stream`, { ...fine, text: 'a'.repeat(40_001) }, 400, 'max_character_limit_exceeded'],
  ['a speed out of range', RACHEL, { ...fine, voice_settings: { speed: 1.3 } }, 400, 'invalid_voice_settings'],
  ['a stability out of range', RACHEL, { ...fine, voice_settings: { stability: -1 } }, 400, 'invalid_voice_settings'],
])('refuses %s', async (_, path, body, status, reason) => {
  expect(await detail(await vendor(), path, body)).toEqual([status, expect.objectContaining({ status: reason })]);
});

it.each([
  [
    'a field that it does not know',
    RACHEL,
    { ...fine, volume: 2 },
    { loc: ['body', 'volume'], type: 'extra_forbidden' },
  ],
  ['a missing field', RACHEL, {}, { loc: ['body', 'text'], type: 'missing' }],
  ['a field of a wrong type', RACHEL, { ...fine, seed: 'x' }, { loc: ['body', 'seed'] }],
  ['what is no JSON', RACHEL, '{', { loc: ['body'], type: 'json_invalid' }],
  ['an unknown parameter', `${RACHEL}?speed=1`, fine, { loc: ['query', 'speed'], type: 'extra_forbidden' }],
])('refuses %s with a list that names it', async (_, path, body, complaint) => {
  expect(await detail(await vendor(), path, body)).toEqual([422, [expect.objectContaining(complaint)]]);
});

it('has nothing at other addresses', async () => {
  const started = await vendor();
  expect((await post(started, `${RACHEL}/whisper`, fine)).status).toBe(404);
  expect(started.requests).toEqual([]);
});

it('speaks as many texts at once as it may, and says so to the next one', async () => {
  const { engine, goOn } = haltingTts();
  const started = await vendor({ speak: engine, concurrency: 1 });
  const long = { ...fine, text: 'A text of more than a second, so that it halts in its midst. And on it goes.' };
  const first = await post(started, `${RACHEL}/stream?output_format=pcm_24000`, long);
  const second = await post(started, RACHEL, fine);
  expect(second.status).toBe(429);
  expect(await second.json()).toMatchObject({ detail: { status: 'too_many_concurrent_requests' } });
  expect(started.open()).toBe(1);
  goOn();
  expect((await first.arrayBuffer()).byteLength).toBe(long.text.length * MS_PER_CHARACTER * 24 * 2);
  expect((await post(started, RACHEL, fine)).status).toBe(200);
});

it('ends its work when the client goes away', async () => {
  const { engine, stopped } = haltingTts();
  const started = await vendor({ speak: engine });
  const leave = new AbortController();
  const text = 'A text of more than a second, so that it halts in its midst. And on it goes.';
  const response = await post(started, `${RACHEL}/stream`, { ...fine, text }, leave.signal);
  expect(response.status).toBe(200);
  expect(started.requests[0]).toMatchObject({ endpoint: 'speech', body: { text }, state: 'open' });
  leave.abort();
  await expect.poll(() => started.open()).toBe(0);
  await expect.poll(stopped).toBe(1);
  expect(started.requests[0]).toMatchObject({ state: 'left' });
});
