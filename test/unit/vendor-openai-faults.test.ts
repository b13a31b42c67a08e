import OpenAI from 'openai';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { type Fault, pause } from '../../src/bench/vendors/faults.js';
import type { OpenAiEndpoint } from '../../src/bench/vendors/openai/routes.js';
import { saying, vendorOf, wav } from './vendor-openai-fixture.js';

const WORDS = saying('One', ' two', ' three', ' four');
const QUESTION = { model: 'gpt-4o-mini', messages: [{ role: 'user', content: 'Count' } as const] };
const RECORDING = { model: 'gpt-4o-mini-transcribe' };

const ENDPOINTS: Readonly<Record<OpenAiEndpoint, (client: OpenAI, signal?: AbortSignal) => Promise<unknown>>> = {
  models: (client, signal) => client.models.list({ signal }),
  chat: (client, signal) => client.chat.completions.create(QUESTION, { signal }),
  transcriptions: (client, signal) => client.audio.transcriptions.create({ ...RECORDING, file: wav() }, { signal }),
};
const endpoints = Object.keys(ENDPOINTS) as OpenAiEndpoint[];

/** What came of a stream before it went wrong, and with what. `stopAt`: the client leaves then. */
async function streamed(kind: 'chat' | 'transcriptions', fault: Fault, stopAt = Number.POSITIVE_INFINITY) {
  const { client, vendor } = await vendorOf(() => WORDS, { hears: () => 'One two three four' });
  vendor.faults.set(kind, fault);
  const pieces: string[] = [];
  const leaving = new AbortController();
  const options = { signal: leaving.signal };
  try {
    const stream =
      kind === 'chat'
        ? await client.chat.completions.create({ ...QUESTION, stream: true }, options)
        : await client.audio.transcriptions.create({ ...RECORDING, file: wav(), stream: true }, options);
    for await (const event of stream) {
      const content = 'choices' in event ? event.choices[0]?.delta.content : 'delta' in event ? event.delta : null;
      if (content) pieces.push(content);
      if (pieces.length === stopAt) leaving.abort();
    }
    return { pieces, thrown: null, vendor };
  } catch (thrown) {
    return { pieces, thrown: thrown as Error, vendor };
  }
}

const STATUSES = [
  [401, undefined, OpenAI.AuthenticationError, 'invalid_api_key'],
  [403, undefined, OpenAI.PermissionDeniedError, 'unsupported_country_region_territory'],
  [404, undefined, OpenAI.NotFoundError, 'model_not_found'],
  [429, 'rate_limit_exceeded', OpenAI.RateLimitError, 'rate_limit_exceeded'],
  [429, undefined, OpenAI.RateLimitError, 'rate_limit_exceeded'],
  [429, 'insufficient_quota', OpenAI.RateLimitError, 'insufficient_quota'],
  [500, undefined, OpenAI.InternalServerError, null],
  [503, undefined, OpenAI.InternalServerError, null],
] as const;

describe.each(endpoints)('%s', (endpoint) => {
  const ask = ENDPOINTS[endpoint];

  it.each(STATUSES)('refuses with %i %s as the vendor does, once', async (status, reason, kind, code) => {
    const { client, vendor } = await vendorOf();
    vendor.faults.set(endpoint, { kind: 'status', status, ...(reason === undefined ? {} : { reason }) });
    const refused = await ask(client).catch((thrown: unknown) => thrown);
    expect(refused).toBeInstanceOf(kind);
    expect(refused).toMatchObject({ status, code, requestID: expect.stringMatching(/^req_/) });
    await ask(client);
    await expect.poll(() => vendor.requests.map(({ state }) => state)).toEqual(['refused', 'done']);
  });

  it('says when it may be asked again', async () => {
    const { client, vendor } = await vendorOf();
    vendor.faults.set(endpoint, { kind: 'status', status: 429, retryAfter: '7' });
    const { headers, type } = (await ask(client).catch((thrown: unknown) => thrown)) as InstanceType<
      typeof OpenAI.APIError
    >;
    expect(type).toBe('requests');
    expect(headers!.get('retry-after')).toBe('7');
    expect(headers!.get('x-ratelimit-remaining-requests')).toBe('0');
  });

  it('never answers, as long as somebody waits', async () => {
    const { client, vendor } = await vendorOf();
    vendor.faults.set(endpoint, { kind: 'half_open' });
    const leaving = new AbortController();
    const asking = expect(ask(client, leaving.signal)).rejects.toThrow(OpenAI.APIUserAbortError);
    await expect.poll(() => vendor.open()).toBe(1);
    leaving.abort();
    await asking;
    await expect.poll(() => vendor.requests[0]!.state).toBe('left');
    expect(vendor.open()).toBe(0);
  });

  it('is late for the timeout of the client', async () => {
    const { client, vendor } = await vendorOf();
    vendor.faults.set(endpoint, { kind: 'half_open' });
    await expect(ask(client.withOptions({ timeout: 50 }))).rejects.toThrow(OpenAI.APIConnectionTimeoutError);
  });

  it('is cut off in the middle of an answer that is one', async () => {
    const { client, vendor } = await vendorOf();
    vendor.faults.set(endpoint, { kind: 'cut', after: 1 });
    await expect(ask(client)).rejects.toThrow('terminated');
    await expect.poll(() => vendor.requests[0]!.state).toBe('broken');
  });

  it('turns into garbage in the middle of an answer that is one', async () => {
    const { client, vendor } = await vendorOf();
    vendor.faults.set(endpoint, { kind: 'garbage', after: 1 });
    await expect(ask(client)).rejects.toThrow(SyntaxError);
    await expect.poll(() => vendor.requests[0]!.state).toBe('broken');
  });

  it('stalls in the middle of an answer that is one', async () => {
    const { client, vendor } = await vendorOf();
    vendor.faults.set(endpoint, { kind: 'stall', after: 1 });
    const leaving = new AbortController();
    const asking = ask(client, leaving.signal).catch((thrown: unknown) => thrown);
    await expect.poll(() => vendor.open()).toBe(1);
    leaving.abort();
    expect(await asking).toBeInstanceOf(Error);
    await expect.poll(() => vendor.requests[0]!.state).toBe('left');
  });

  it('comes whole if it only drips, and no error can be in a stream that is none', async () => {
    const { client, vendor } = await vendorOf();
    vendor.faults.set(endpoint, { kind: 'drip', everyMs: 1 });
    expect(await ask(client)).toBeTypeOf('object');
    vendor.faults.set(endpoint, { kind: 'status', status: 500, reason: 'in_stream' });
    await expect(ask(client)).rejects.toThrow(OpenAI.InternalServerError);
  });
});

describe.each([
  ['chat', ['One', ' two', ' three', ' four']],
  ['transcriptions', ['One', ' two', ' three', ' four']],
] as const)('a stream of %s', (kind, all) => {
  it.each([0, 3])('is cut off after %i pieces', async (after) => {
    const { pieces, thrown, vendor } = await streamed(kind, { kind: 'cut', after });
    expect(pieces).toEqual(all.slice(0, after));
    // The client has no class of its own for it.
    expect(thrown).toBeInstanceOf(TypeError);
    expect(thrown!.message).toBe('terminated');
    await expect.poll(() => vendor.requests[0]!.state).toBe('broken');
    expect(vendor.open()).toBe(0);
  });

  it('is cut off before its end if it has not so many pieces', async () => {
    const { pieces, thrown } = await streamed(kind, { kind: 'cut', after: 100 });
    expect([pieces, thrown?.message]).toEqual([all, 'terminated']);
  });

  it('turns into garbage', async () => {
    const { pieces, thrown, vendor } = await streamed(kind, { kind: 'garbage', after: 2 });
    expect(pieces).toEqual(all.slice(0, 2));
    expect(thrown).toBeInstanceOf(SyntaxError);
    await expect.poll(() => vendor.requests[0]!.state).toBe('broken');
  });

  it('stalls until the client leaves, which it does in silence', async () => {
    const { pieces, thrown, vendor } = await streamed(kind, { kind: 'stall', after: 2 }, 2);
    expect([pieces, thrown]).toEqual([all.slice(0, 2), null]);
    await expect.poll(() => vendor.requests[0]!.state).toBe('left');
    expect(vendor.open()).toBe(0);
  });

  it.each([
    [429, 'rate_limit_exceeded'],
    [500, null],
  ])('carries an error of %i', async (status, code) => {
    const { pieces, thrown, vendor } = await streamed(kind, { kind: 'status', status, reason: 'in_stream' });
    expect(pieces).toEqual(all.slice(0, 2));
    expect(thrown).toBeInstanceOf(OpenAI.APIError);
    expect(thrown).toMatchObject({ status: undefined, code });
    await expect.poll(() => vendor.requests[0]!.state).toBe('refused');
  });

  it('drips, and comes to its end', async () => {
    const { pieces, thrown, vendor } = await streamed(kind, { kind: 'drip', everyMs: 1 });
    expect([pieces, thrown]).toEqual([all, null]);
    await expect.poll(() => vendor.requests[0]!.state).toBe('done');
  });
});

it('has begun a chat that stalls at once: the client knows who speaks, and hears nothing', async () => {
  const { client, vendor } = await vendorOf(() => WORDS);
  vendor.faults.set('chat', { kind: 'stall', after: 0 });
  const stream = await client.chat.completions.create({ ...QUESTION, stream: true });
  const first = await stream[Symbol.asyncIterator]().next();
  expect(first.value!.choices[0]!.delta).toEqual({ role: 'assistant', content: '', refusal: null });
  expect([vendor.open(), vendor.requests[0]!.state]).toEqual([1, 'open']);
  stream.controller.abort();
  await expect.poll(() => vendor.requests[0]!.state).toBe('left');
});

it('lets as many requests go wrong as it was told, of one endpoint only', async () => {
  const { client, vendor } = await vendorOf();
  const fault = { kind: 'status', status: 503 } as const;
  vendor.faults.set('chat', fault, 2);
  expect(vendor.faults.pending()).toEqual([{ endpoint: 'chat', fault, times: 2 }]);
  await ENDPOINTS.models(client);
  for (let turn = 0; turn < 2; turn += 1)
    await expect(ENDPOINTS.chat(client)).rejects.toThrow(OpenAI.InternalServerError);
  expect(vendor.faults.pending()).toEqual([]);
  await ENDPOINTS.chat(client);
  vendor.faults.set('chat', fault, 2);
  vendor.faults.clear();
  await ENDPOINTS.chat(client);
});

it('waits for the first piece, then from piece to piece, somewhat more or less, or as a drip does', async () => {
  vi.useFakeTimers();
  onTestFinished(() => void vi.useRealTimers());
  const random = vi.spyOn(Math, 'random');
  onTestFinished(() => random.mockRestore());
  const { signal } = new AbortController();
  const pace = { firstMs: 200, everyMs: 40, jitter: 0.5 };
  const waited = async (index: number, chance: number, fault: Fault | null = null) => {
    random.mockReturnValue(chance);
    const from = Date.now();
    const waiting = pause(pace, index, fault, signal).then(() => Date.now() - from);
    await vi.runAllTimersAsync();
    return await waiting;
  };
  expect([await waited(0, 0.5), await waited(0, 0), await waited(0, 1)]).toEqual([200, 100, 300]);
  expect([await waited(1, 0.5), await waited(9, 1)]).toEqual([40, 60]);
  const drip = { kind: 'drip', everyMs: 7 } as const;
  expect([await waited(0, 1, drip), await waited(5, 0, drip)]).toEqual([7, 7]);
});
