import { expect, it } from 'vitest';
import type { Fault } from '../../src/bench/vendors/faults.js';
import {
  KEY,
  PCM,
  PIECE_BYTES,
  post,
  RACHEL,
  read,
  refusedUpgrade,
  sdk,
  speech,
  TEXT,
  talk,
  vendor,
} from './vendor-elevenlabs-fixture.js';

const STATUSES: readonly (readonly [Fault & { kind: 'status' }, string])[] = [
  [{ kind: 'status', status: 401 }, 'invalid_api_key'],
  [{ kind: 'status', status: 401, reason: 'quota_exceeded' }, 'quota_exceeded'],
  [
    { kind: 'status', status: 429, reason: 'too_many_concurrent_requests', retryAfter: '3' },
    'too_many_concurrent_requests',
  ],
  [{ kind: 'status', status: 429, retryAfter: '1' }, 'system_busy'],
  [{ kind: 'status', status: 500 }, 'internal_server_error'],
  [{ kind: 'status', status: 503 }, 'service_unavailable'],
];

it.each(STATUSES)('answers %o on every endpoint, as often as it is told to', async (fault, reason) => {
  const started = await vendor();
  for (const endpoint of ['voices', 'speech', 'socket'] as const) started.faults.set(endpoint, fault);
  const body = { detail: expect.objectContaining({ status: reason }) };
  const client = sdk(started);
  await expect(client.voices.getAll()).rejects.toMatchObject({ statusCode: fault.status, body });
  await expect(client.textToSpeech.stream(RACHEL, { text: TEXT, modelId: speech.model_id })).rejects.toMatchObject({
    statusCode: fault.status,
  });
  const refused = await refusedUpgrade(started);
  expect(refused).toMatchObject({ status: fault.status, body });
  expect(refused.headers['retry-after']).toBe(fault.retryAfter);
  expect(started.requests.map(({ state }) => state)).toEqual(['refused', 'refused', 'refused']);
  expect((await post(started, PCM, speech)).headers.get('retry-after')).toBeNull();
  expect((await client.voices.getAll()).voices).not.toEqual([]);
  await talk(started);
});

it('says how long to wait', async () => {
  const started = await vendor();
  started.faults.set('speech', { kind: 'status', status: 429, retryAfter: '3' });
  expect((await post(started, PCM, speech)).headers.get('retry-after')).toBe('3');
});

it('stalls over HTTP after so many pieces, until the client leaves', async () => {
  const started = await vendor();
  started.faults.set('speech', { kind: 'stall', after: 2 });
  const response = await post(started, PCM, speech);
  expect(await read(response, 2 * PIECE_BYTES)).toHaveLength(2 * PIECE_BYTES);
  await expect.poll(() => started.requests[0]).toMatchObject({ state: 'left' });
  expect(started.open()).toBe(0);
});

it.each([0, 2])('cuts the connection over HTTP after %i pieces', async (after) => {
  const started = await vendor();
  started.faults.set('speech', { kind: 'cut', after });
  const got: number[] = [];
  const whole = async () => {
    const response = await post(started, PCM, speech);
    for await (const part of response.body as unknown as AsyncIterable<Uint8Array>) got.push(part.length);
  };
  await expect(whole()).rejects.toThrow(TypeError);
  expect(got.reduce((sum, length) => sum + length, 0)).toBe(after * PIECE_BYTES);
  expect(started.requests[0]).toMatchObject({ state: 'broken' });
  expect(started.open()).toBe(0);
});

it('sends garbage over HTTP after so many pieces', async () => {
  const started = await vendor();
  started.faults.set('speech', { kind: 'garbage', after: 1 }, 2);
  const bytes = Buffer.from(await (await post(started, PCM, speech)).arrayBuffer());
  expect(bytes.subarray(PIECE_BYTES).toString()).toContain('upstream connect error');
  const timed = await sdk(started).textToSpeech.streamWithTimestamps(RACHEL, { text: TEXT, modelId: speech.model_id });
  const all = async () => {
    for await (const _ of timed);
  };
  await expect(all()).rejects.toThrow(SyntaxError);
  started.faults.set('voices', { kind: 'garbage', after: 0 });
  await expect(sdk(started).voices.getAll()).rejects.toThrow();
  expect(started.requests.map(({ state }) => state)).toEqual(['broken', 'broken', 'broken']);
});

it.each(['voices', 'speech'] as const)('takes a request for %s and never answers it', async (endpoint) => {
  const started = await vendor();
  started.faults.set(endpoint, { kind: 'half_open' });
  const leave = new AbortController();
  const answer =
    endpoint === 'speech'
      ? post(started, PCM, speech, leave.signal)
      : fetch(`${started.url}/v1/voices`, { signal: leave.signal });
  await expect.poll(() => started.requests).toMatchObject([{ endpoint, state: 'open' }]);
  leave.abort();
  await expect(answer).rejects.toThrow('aborted');
  await expect.poll(() => started.requests).toMatchObject([{ state: 'left' }]);
});

it.each(['stall', 'cut'] as const)('breaks the list of voices off with %s', async (kind) => {
  const started = await vendor();
  started.faults.set('voices', { kind, after: 0 });
  const leave = new AbortController();
  const whole = fetch(`${started.url}/v1/voices`, { signal: leave.signal, headers: { 'xi-api-key': KEY } });
  if (kind === 'stall') {
    const response = await whole;
    expect(response.status).toBe(200);
    expect(started.open()).toBe(1);
    leave.abort();
    await expect(response.text()).rejects.toThrow('aborted');
  } else {
    await expect(whole.then((response) => response.text())).rejects.toThrow(TypeError);
  }
  await expect.poll(() => started.requests).toMatchObject([{ state: kind === 'stall' ? 'left' : 'broken' }]);
});
