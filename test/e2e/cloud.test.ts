import { afterAll, afterEach, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import type { Fault } from '../../src/bench/vendors/faults.js';
import { eventually } from '../fixtures/eventually.js';
import { connect } from './client.js';
import { ELEVENLABS_KEY, OPENAI_KEY, startCloudServer, startVendors, type Vendors } from './cloud.js';
import type { RunningServer } from './server.js';

vi.setConfig({ testTimeout: 120_000 });

type Client = Awaited<ReturnType<typeof connect>>;

/** Asks, and resolves when the answer is over. */
async function answerTo(client: Client, text = 'What is Parley?') {
  const before = client.events.length;
  client.ask(text);
  const { response } = await client.next('response.done');
  const since = client.events.slice(before);
  const item = since.findLast((event) => event.type === 'response.output_audio_transcript.done');
  return {
    response,
    text: item?.transcript ?? '',
    errors: since.flatMap((event) => (event.type === 'error' ? [event.error] : [])),
    seconds: since.reduce((sum, event) => sum + secondsIn(event), 0),
  };
}

/** Base64 of 16 bits at 24 kHz. */
const secondsIn = (event: Client['events'][number]) =>
  event.type === 'response.output_audio.delta' ? (event.delta.length * 0.75) / 48_000 : 0;

/** The script has several answers to the question. */
const PARLEY = /Parley/;
const keyless = (text: string) => {
  for (const key of [OPENAI_KEY, ELEVENLABS_KEY]) {
    for (let at = 0; at + 6 <= key.length; at += 1) expect(text).not.toContain(key.slice(at, at + 6));
  }
};

/** A stock client: it gets its audio as fast as it is made. */
async function caller(server: RunningServer) {
  const client = await connect(server.realtime, ['realtime']);
  onTestFinished(async () => {
    keyless(JSON.stringify(client.events));
    await client.close();
  });
  return client;
}

describe('a server with keys', () => {
  let vendors: Vendors;
  let server: RunningServer;
  beforeAll(async () => {
    vendors = await startVendors();
    server = await startCloudServer(vendors.environment);
  });
  afterEach(() => vendors.clear());
  afterAll(async () => {
    expect(await server.stop()).toBe(0);
    await vendors.close();
    const { out, log } = server.output();
    keyless(out + log);
  });

  it('says who does what, and who takes over', async () => {
    const { out } = server.output();
    expect(out).toMatch(/recogniser\s+openai\s+the model whisper-1 at 127\.0\.0\.1:\d+/);
    expect(out).toMatch(/language model\s+openai\s+the model gpt-4o-mini at .*; if it fails: scripted/);
    expect(out).toMatch(/voice\s+elevenlabs\s+the model eleven_multilingual_v2 at .*; if it fails: espeak/);
    const { services } = (await (await fetch(`${server.url}/readyz`)).json()) as {
      services: { job: string; engine: string; state: string }[];
    };
    expect(services).toContainEqual({ job: 'language model', engine: 'openai', state: 'up' });
    expect(services).toContainEqual({ job: 'voice', engine: 'elevenlabs-http', state: 'up' });
    const { voices } = (await (await fetch(`${server.url}/v1/voices`)).json()) as { voices: { id: string }[] };
    expect(voices.map(({ id }) => id)).toEqual(expect.arrayContaining(['21m00Tcm4TlvDq8ikWAM', 'ada']));
  });

  it('answers with the vendors, over one socket a session', async () => {
    const client = await caller(server);
    const sockets = () =>
      vendors.elevenLabs.requests.filter(({ body }) => (body as { kind: string } | null)?.kind === 'socket');
    const before = sockets().length;
    for (let turn = 0; turn < 3; turn += 1) {
      const { response, text, seconds } = await answerTo(client);
      expect(response.status).toBe('completed');
      expect(text).toMatch(PARLEY);
      expect(seconds).toBeGreaterThan(5);
      expect(response.usage?.input_tokens).toBeGreaterThan(0);
    }
    expect(sockets().length - before).toBe(1);
  });

  it("moves the lips to the vendor's voice", async () => {
    const client = await connect(server.realtime);
    client.ask('What is Parley?');
    await eventually(() => expect(client.media.filter(({ kind }) => kind === 'patch').length).toBeGreaterThan(25));
    expect(client.events.some((event) => event.type === 'avatar.words')).toBe(true);
    await client.close();
  });

  it.each<readonly [string, Fault]>([
    ['500', { kind: 'status', status: 500 }],
    ['429 with Retry-After', { kind: 'status', status: 429, retryAfter: '0.1' }],
    ['429 without', { kind: 'status', status: 429 }],
    ['a connection that is cut', { kind: 'cut', after: 0 }],
    ['garbage', { kind: 'garbage', after: 0 }],
  ])('asks a model again that answers once with %s, and the caller notices a pause', async (_, fault) => {
    const client = await caller(server);
    vendors.openAi.faults.set('chat', fault);
    const { response, text, errors } = await answerTo(client);
    expect(response.status).toBe('completed');
    expect(text).toMatch(PARLEY);
    expect(errors).toEqual([]);
    expect(vendors.openAi.requests.findLast(({ endpoint }) => endpoint === 'chat')).toMatchObject({
      endpoint: 'chat',
      state: 'done',
    });
  });

  it.each<readonly [string, Fault, string]>([
    ['stalls', { kind: 'stall', after: 5 }, 'deadline'],
    ['is cut', { kind: 'cut', after: 5 }, 'connection_cut'],
    ['turns into garbage', { kind: 'garbage', after: 5 }, 'vendor_broken'],
    ['ends in an error', { kind: 'status', status: 500, reason: 'in_stream' }, 'vendor_down'],
  ])('ends an answer that %s after its beginning by name, and goes on', async (_, fault, code) => {
    const client = await caller(server);
    vendors.openAi.faults.set('chat', fault);
    const broken = await answerTo(client);
    expect(broken.response.status).toBe('failed');
    expect(broken.errors.map((error) => error.code)).toEqual([code]);
    expect(broken.text).not.toBe('');
    const next = await answerTo(client);
    expect(next.response.status).toBe('completed');
    expect(next.text).toMatch(PARLEY);
  });

  it.each<readonly [string, 'socket' | 'speech', Fault]>([
    ['socket that is cut', 'socket', { kind: 'cut', after: 3 }],
    ['socket that stalls', 'socket', { kind: 'stall', after: 3 }],
    ['socket that is half open', 'socket', { kind: 'half_open' }],
    ['socket with garbage', 'socket', { kind: 'garbage', after: 2 }],
    ['vendor that is out of order', 'socket', { kind: 'status', status: 503 }],
  ])('speaks all of an answer over a %s', async (_, endpoint, fault) => {
    const client = await caller(server);
    vendors.elevenLabs.faults.set(endpoint, fault, 2);
    const { response, text, seconds, errors } = await answerTo(client);
    expect(response.status).toBe('completed');
    expect(text).toMatch(PARLEY);
    expect(errors).toEqual([]);
    expect(seconds).toBeGreaterThan(8);
    vendors.clear();
    expect((await answerTo(client)).response.status).toBe('completed');
  });

  it('leaves no vendor with an open request when a caller hangs up in mid-answer', async () => {
    const client = await connect(server.realtime);
    client.ask('Tell me a story');
    await client.next('response.output_audio_transcript.delta');
    await eventually(() => expect(client.media.length).toBeGreaterThan(3));
    await client.close();
    const open = () => vendors.openAi.open() + vendors.elevenLabs.open();
    await eventually(() => expect(open()).toBe(0));
  });

  it('has the scripted host answer what it knows where the model cannot, and apologises for what it does not', async () => {
    const client = await caller(server);
    vendors.openAi.faults.set('chat', { kind: 'status', status: 503 }, 99);
    vendors.openAi.faults.set('models', { kind: 'status', status: 503 }, 99);
    const known = await answerTo(client);
    expect(known.response.status).toBe('completed');
    expect(known.text).toMatch(PARLEY);
    const unknown = await answerTo(client, 'How many elephants fit into a violin?');
    expect(unknown.response.status).toBe('failed');
    expect(unknown.text).toMatch(/^I am sorry/);
    expect(unknown.seconds).toBeGreaterThan(2);
    expect(unknown.errors.map(({ code }) => code)).toEqual(['vendor_down']);
  });

  it('counts what it asked for', async () => {
    const metrics = await (await fetch(`${server.url}/metrics`)).text();
    expect(metrics).toMatch(/api_calls_total\{service="openai",endpoint="chat"\} [1-9]/);
    expect(metrics).toMatch(/api_errors_total\{service="openai",error_type="vendor_down"\} [1-9]/);
    expect(metrics).toMatch(/api_duration_seconds_count\{service="elevenlabs"\} [1-9]/);
    keyless(metrics);
  });
});

describe('a server whose vendors are all there is', () => {
  let vendors: Vendors;
  let server: RunningServer;
  beforeAll(async () => {
    vendors = await startVendors();
    server = await startCloudServer({ ...vendors.environment, STT: 'none', LLM: 'openai', TTS: 'elevenlabs' });
  });
  afterEach(() => vendors.clear());
  afterAll(async () => {
    expect(await server.stop()).toBe(0);
    await vendors.close();
  });

  it('apologises aloud when none of them answers, keeps the conversation, and goes on when they are back', async () => {
    const client = await caller(server);
    expect((await answerTo(client)).response.status).toBe('completed');
    vendors.openAi.faults.set('chat', { kind: 'status', status: 503 }, 3);
    vendors.openAi.faults.set('models', { kind: 'status', status: 503 }, 1);
    vendors.elevenLabs.faults.set('socket', { kind: 'status', status: 503 }, 99);
    vendors.elevenLabs.faults.set('speech', { kind: 'status', status: 503 }, 99);
    const { response, text, seconds, errors } = await answerTo(client, 'Tell me a story');
    expect(response.status).toBe('failed');
    expect(text).toMatch(/^I am sorry/);
    expect(seconds).toBeGreaterThan(2);
    expect(errors.map(({ code }) => code)).toEqual(['vendor_down']);
    expect(errors[0]!.message).toBe('A provider is out of order. Try again later.');
    vendors.clear();
    await vi.waitFor(
      async () => {
        const again = await answerTo(client);
        expect(again.response.status).toBe('completed');
        expect(again.text).toMatch(PARLEY);
      },
      { timeout: 60_000, interval: 500 },
    );
    const asked = vendors.openAi.requests.findLast(({ endpoint }) => endpoint === 'chat')!.body as {
      messages: { role: string; content: string }[];
    };
    expect(asked.messages.filter(({ role }) => role === 'user').map(({ content }) => content)).toContain(
      'Tell me a story',
    );
  });

  it('says that its voice has gone, and goes on as text', async () => {
    const client = await caller(server);
    vendors.elevenLabs.faults.set('socket', { kind: 'status', status: 503 }, 99);
    vendors.elevenLabs.faults.set('speech', { kind: 'status', status: 503 }, 99);
    const { response, text, seconds, errors } = await answerTo(client);
    expect(response.status).toBe('completed');
    expect(text).toMatch(PARLEY);
    expect(seconds).toBeGreaterThan(1);
    expect(errors.map(({ code }) => code)).toEqual(['tts_failed']);
  });
});

describe('a server with a wrong key', () => {
  it('finds it at its start, says so without the key, and serves with what is left', async () => {
    const vendors = await startVendors();
    onTestFinished(async () => void (await vendors.close()));
    const wrong = 'sk-proj-wr0ngwr0ngwr0ng-9876';
    const server = await startCloudServer({ ...vendors.environment, OPENAI_API_KEY: wrong });
    onTestFinished(async () => void (await server.stop()));
    const { out } = server.output();
    expect(out).toMatch(/better: openai \(it does not accept the key\)/);
    expect(out).toContain('another OPENAI_API_KEY; this one ends in …9876');
    const { services } = (await (await fetch(`${server.url}/readyz`)).json()) as {
      services: { engine: string; state: string; why?: string }[];
    };
    const [openai] = services.filter(({ engine }) => engine === 'openai');
    expect(openai).toMatchObject({ state: 'down', why: 'it does not accept the key' });
    const client = await connect(server.realtime, ['realtime']);
    expect((await answerTo(client)).text).toMatch(PARLEY);
    await client.close();
    const { out: all, log } = server.output();
    expect(all + log + JSON.stringify(client.events)).not.toMatch(/wr0ng/);
  });
});
