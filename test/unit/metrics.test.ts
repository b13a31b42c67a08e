/** What Prometheus is told by a server with callers. */

import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import type { FastifyInstance } from 'fastify';
import { afterEach, describe, expect, it } from 'vitest';
import WebSocket from 'ws';
import { noLimits } from '../../src/conversation/allowance.js';
import type { House } from '../../src/conversation/house.js';
import { runSession } from '../../src/conversation/session.js';
import { INTERRUPTING } from '../../src/conversation/turn-rules.js';
import type { Engine, Llm } from '../../src/engines/contract.js';
import { watchedLlm, watchedTts } from '../../src/engines/resilience/watched.js';
import { ParleyError } from '../../src/errors.js';
import { createMetrics, type Metrics } from '../../src/observe/metrics.js';
import { buildServer, type ServerParts } from '../../src/server.js';
import { noStandby, silentLog, steadyTts, type Told, tellingLlm } from '../fixtures/engines.js';
import { readMetrics } from '../fixtures/metrics-text.js';

const TOKEN = 'correct-horse-battery';
const running: FastifyInstance[] = [];
afterEach(async () => void (await Promise.all(running.splice(0).map((app) => app.close()))));

function houseOf(llm: Engine<Llm>, { observer }: Metrics): House {
  return {
    engines: {
      llm: watchedLlm(llm, { service: 'openai', observer }),
      tts: watchedTts(steadyTts().engine, { service: 'elevenlabs', observer }),
      face: null,
      observer,
    },
    hearing: null,
    voices: ['ada'],
    presenter: { id: null, instructions: '', voice: 'ada', otherVoices: [], face: null },
    presenters: new Map(),
    language: 'en-US',
    standby: noStandby,
    speculation: 'full',
    interrupting: INTERRUPTING,
    fillerAfterMs: null,
    limits: noLimits,
    log: silentLog,
    now: () => performance.now(),
  };
}

function partsOf(metrics: Metrics, house: House): ServerParts {
  const unasked = () => {
    throw new ParleyError('not_found');
  };
  return {
    log: silentLog,
    access: { allowedOrigins: [], allowedHosts: () => [] },
    token: TOKEN,
    tls: null,
    realtime: {
      openSession: (caller) => metrics.during(runSession(caller, house)),
      admission: { maxSessions: 10, overload: () => null, onRefused: () => {} },
      avatars: new Set(),
      log: silentLog,
      now: house.now,
      stopping: new AbortController().signal,
    },
    previewSession: unasked,
    routes: { about: unasked, avatars: () => [], troubles: () => [], services: () => [], metrics },
    making: null,
    page: null,
  };
}

async function serve(answer: () => readonly Told[]) {
  const metrics = createMetrics();
  const app = await buildServer(partsOf(metrics, houseOf(tellingLlm(answer).engine, metrics)));
  running.push(app);
  await app.listen({ host: '127.0.0.1', port: 0 });
  const at = `127.0.0.1:${(app.server.address() as AddressInfo).port}`;
  const scrape = async (headers: Record<string, string> = { authorization: `Bearer ${TOKEN}` }) =>
    fetch(`http://${at}/metrics`, { headers });
  return { at, metrics, scrape, read: async () => readMetrics(await (await scrape()).text()) };
}

async function call(at: string, query = '') {
  const socket = new WebSocket(`ws://${at}/v1/realtime${query}`, { headers: { authorization: `Bearer ${TOKEN}` } });
  const events: { type: string }[] = [];
  socket.on('message', (data) => void events.push(JSON.parse(String(data))));
  const closed = new AbortController();
  socket.on('close', () => closed.abort());
  await once(socket, 'open');
  const until = async (type: string, times = 1) => {
    while (events.filter((event) => event.type === type).length < times) await once(socket, 'message', closed);
  };
  return {
    until,
    send: (...sent: object[]) => {
      for (const event of sent) socket.send(JSON.stringify(event));
    },
    async hangUp() {
      socket.close();
      await once(socket, 'close');
    },
  };
}

const tokens: Told = { kind: 'usage', inputTokens: 30, outputTokens: 4 };

describe('/metrics', () => {
  it('counts the calls, stages and costs of a turn, and who is there', async () => {
    const server = await serve(() => ['Hello there, whoever you are.', tokens]);
    const caller = await call(server.at);
    await caller.until('session.created');
    expect((await server.read()).value('parley_sessions_active')).toBe(1);
    caller.send({ type: 'response.create' });
    await caller.until('avatar.timings');
    const now = await server.read();
    expect(now.value('api_calls_total', { service: 'openai', endpoint: 'chat' })).toBe(1);
    expect(now.value('api_calls_total', { service: 'elevenlabs', endpoint: 'speech' })).toBe(1);
    expect(now.value('api_duration_seconds_count', { service: 'openai' })).toBe(1);
    expect(now.value('parley_provider_attempts_total', { job: 'tts', service: 'elevenlabs', outcome: 'ok' })).toBe(1);
    expect(now.value('parley_llm_tokens_total', { direction: 'input' })).toBe(30);
    expect(now.value('parley_llm_tokens_total', { direction: 'output' })).toBe(4);
    expect(now.value('parley_tts_characters_total', { service: 'elevenlabs' })).toBe(29);
    expect(now.value('parley_turns_total', { status: 'completed' })).toBe(1);
    for (const stage of ['llm_ttft', 'tts_ttfb', 'llm_first_clause', 'first_audio_sent']) {
      expect(now.upTo(`parley_${stage}_seconds`, '+Inf'), stage).toBe(1);
    }
    // It was typed: nobody spoke from whose last sound one could count.
    expect(now.value('parley_e2e_latency_seconds_count')).toBe(0);
    expect(now.value('parley_eou_delay_seconds_count')).toBe(0);
    await caller.hangUp();
    await expect.poll(async () => (await server.read()).value('parley_sessions_active')).toBe(0);
  });

  it('counts what fails by its code', async () => {
    const server = await serve(() => [new ParleyError('rate_limited', 'Too many.')]);
    const caller = await call(server.at);
    caller.send({ type: 'response.create' });
    await caller.until('response.done');
    await caller.until('avatar.timings');
    const now = await server.read();
    expect(now.value('api_errors_total', { service: 'openai', error_type: 'rate_limited' })).toBe(1);
    expect(now.value('parley_provider_attempts_total', { service: 'openai', outcome: 'failed' })).toBe(1);
    expect(now.value('parley_turns_total', { status: 'failed' })).toBe(1);
    expect(now.value('parley_llm_ttft_seconds_count', { service: 'openai' })).toBeUndefined();
    await caller.hangUp();
  });

  it('tells what workers count, as of now', async () => {
    const metrics = createMetrics();
    let workers = [{ worker: 'musetalk', values: { pictures: 5, batch_fill: 0.5 } as Record<string, number> }];
    metrics.watchWorkers(() => workers);
    expect(await metrics.text()).toContain('parley_worker{worker="musetalk",stat="batch_fill"} 0.5');
    workers = [{ worker: 'musetalk', values: { pictures: 7 } }];
    const text = await metrics.text();
    expect(text).toContain('parley_worker{worker="musetalk",stat="pictures"} 7');
    expect(text).not.toContain('batch_fill');
  });

  it('has no label that a client can make', async () => {
    const server = await serve(() => ['Hello.', tokens]);
    const plain = await call(server.at);
    plain.send({ type: 'response.create' });
    await plain.until('avatar.timings');
    await plain.hangUp();
    await expect.poll(async () => (await server.read()).value('parley_sessions_active')).toBe(0);
    const before = (await server.read()).series();
    const odd = await call(server.at, '?model=ev%22il%0A');
    odd.send(
      { type: 'evil.event' },
      {
        type: 'session.update',
        session: { type: 'realtime', instructions: 'evil', audio: { output: { voice: 'evil' } } },
      },
      { type: 'response.create', response: { metadata: { evil: 'evil' }, instructions: 'evil' } },
    );
    await odd.until('avatar.timings');
    await fetch(`http://${server.at}/evil`, { headers: { authorization: `Bearer ${TOKEN}` } });
    await odd.hangUp();
    const after = (await server.read()).series();
    const ours = (series: string[]) => series.filter((one) => /^(api|parley)_/.test(one));
    expect(ours(after)).toEqual(ours(before));
    expect(after.join()).not.toContain('evil');
  });

  it('shows the processor and memory of the process, how late its loop runs, and how its engines are', async () => {
    const server = await serve(() => []);
    let trouble: string | null = 'A key is wrong.';
    server.metrics.watchEngines(() => [{ job: 'voice', engine: 'elevenlabs', trouble }]);
    const { types, value } = await server.read();
    expect([...types.keys()]).toEqual(
      expect.arrayContaining(['process_cpu_seconds_total', 'process_resident_memory_bytes']),
    );
    expect(value('parley_engine_up', { job: 'voice', engine: 'elevenlabs' })).toBe(0);
    trouble = null;
    expect((await server.read()).value('parley_engine_up', { engine: 'elevenlabs' })).toBe(1);
  });

  it('is for whoever has the access token', async () => {
    const server = await serve(() => []);
    expect((await server.scrape({})).status).toBe(401);
    const answer = await server.scrape();
    expect(answer.status).toBe(200);
    expect(answer.headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8');
  });

  it('knows which engines answered for a turn that is open, one after the other', () => {
    const { observer } = createMetrics();
    const turn = observer.openTurn('resp_1');
    const answered = (engine: string, id: string) =>
      observer.answered({ job: 'tts', service: 'elevenlabs', engine, isHere: false }, id, 100);
    for (const engine of ['elevenlabs', 'elevenlabs-http', 'elevenlabs']) answered(engine, 'resp_1');
    answered('espeak', 'resp_2');
    expect(turn.engines()).toEqual({ tts: ['elevenlabs', 'elevenlabs-http'] });
  });

  it('is each server’s own', async () => {
    const [one, other] = [createMetrics(), createMetrics()];
    one.observer.tookOver('llm', 'openai', 'scripted');
    const failovers = async ({ text }: Metrics) =>
      readMetrics(await text()).value('parley_provider_failovers_total', {
        job: 'llm',
        from: 'openai',
        to: 'scripted',
      });
    expect(await failovers(one)).toBe(1);
    expect(await failovers(other)).toBeUndefined();
  });
});
