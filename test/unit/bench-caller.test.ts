/** Callers at real sockets, whose server hangs up, or answers every question at once. */
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { type WebSocket, WebSocketServer } from 'ws';
import { runCaller } from '../../src/bench/caller.js';
import { createGate } from '../../src/bench/gate.js';
import type { CallerJob } from '../../src/bench/job.js';
import type { Bytes } from '../../src/bench/line.js';
import { loadRecordings } from '../../src/bench/questions.js';
import type { TurnResult } from '../../src/bench/turn-result.js';
import { encodeMedia } from '../../src/protocol/media.js';
import { eventually } from '../fixtures/eventually.js';

const recordings = loadRecordings('.');
const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) server.close();
});

type Say = (event: object) => void;

/** A server without ears: it is told of every event that a caller sends. */
async function serving(onEvent: (event: { type: string }, say: Say, socket: WebSocket, number: number) => void) {
  const server = createServer();
  let connections = 0;
  new WebSocketServer({ server }).on('connection', (socket) => {
    connections += 1;
    const number = connections;
    const say: Say = (event) => socket.send(JSON.stringify(event));
    say({ type: 'session.created', session: { audio: { input: { turn_detection: null } } } });
    socket.on('message', (data, isBinary) => {
      if (!isBinary) onEvent(JSON.parse(String(data)), say, socket, number);
    });
  });
  servers.push(server.listen(0, '127.0.0.1'));
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return { url: `ws://127.0.0.1:${port}/`, connections: () => connections };
}

/** 80 ms of sound. */
function answer(say: Say, socket: WebSocket, id: string, output: object[] = []): void {
  say({ type: 'response.created', response: { id } });
  if (output.length === 0) {
    say({ type: 'avatar.response', response: Number(id.slice(5)), response_id: id, base: 0 });
    const pcm = new Uint8Array(new Int16Array(1920).fill(9000).buffer);
    socket.send(encodeMedia({ kind: 'audio', response: Number(id.slice(5)), position: 0, pcm }));
    say({ type: 'avatar.end', response: Number(id.slice(5)), response_id: id, position: 1920 });
  }
  say({ type: 'response.done', response: { id, status: 'completed', status_details: null, output } });
  say({ type: 'avatar.timings', response_id: id, marks: { first_sent: 7 } });
}

const job = (url: string, fields: Partial<CallerJob> = {}): CallerJob => ({
  caller: 0,
  url,
  token: null,
  scenario: { script: [[{ say: 'any question' }]] },
  firstStep: 0,
  steps: 1,
  length: { kind: 'turns', turns: 3 },
  typed: true,
  expectsPictures: false,
  seed: 1,
  ...fields,
});

function follow() {
  const results: TurnResult[] = [];
  const sessions: Bytes[] = [];
  const steps: number[] = [];
  return {
    results,
    sessions,
    steps,
    hooks: {
      onTurn: (result: TurnResult) => void results.push(result),
      onInterruption() {},
      onSession: (bytes: Bytes) => void sessions.push(bytes),
      onStepDone: (step: number) => void steps.push(step),
      onLate() {},
    },
  };
}

const opened = () => {
  const gate = createGate();
  gate.open(0);
  return gate;
};

describe('a caller', () => {
  it('has its turns answered, and tells what the session carried', async () => {
    let responses = 0;
    const { url, connections } = await serving((event, say, socket) => {
      if (event.type === 'response.create') answer(say, socket, `resp_${++responses}`);
    });
    const { hooks, results, sessions, steps } = follow();
    await runCaller(job(url), recordings, opened(), hooks);
    expect(results.map(({ turn, failure, responseId }) => [turn, failure, responseId])).toEqual([
      [0, null, 'resp_1'],
      [1, null, 'resp_2'],
      [2, null, 'resp_3'],
    ]);
    expect(results[0]!.server).toEqual({ first_sent: 7 });
    expect(new Set(results.map(({ question }) => question)).size).toBe(3);
    expect([connections(), steps]).toEqual([1, [0]]);
    expect(sessions).toHaveLength(1);
    // Three answers of 80 ms, 3,840 bytes each.
    expect(sessions[0]!.received).toBeGreaterThan(11_520);
    expect(sessions[0]!.sent).toBeGreaterThan(100);
  });

  it('hangs up after so many turns and calls again, and is in its first turn again', async () => {
    let responses = 0;
    const { url, connections } = await serving((event, say, socket) => {
      if (event.type === 'response.create') answer(say, socket, `resp_${++responses}`);
    });
    const { hooks, results, sessions } = follow();
    const scenario = { script: [[{ say: 'any question' }]], turnsPerSession: 2 };
    await runCaller(job(url, { scenario }), recordings, opened(), hooks);
    expect(results.map(({ turn, failure }) => [turn, failure])).toEqual([
      [0, null],
      [1, null],
      [0, null],
    ]);
    expect([connections(), sessions.length]).toEqual([2, 2]);
  });

  it('answers the functions that it offers, and waits for what comes of them', async () => {
    let responses = 0;
    const seen: string[] = [];
    const { url } = await serving((event, say, socket) => {
      if (event.type !== 'avatar.playback') seen.push(JSON.stringify(event));
      if (event.type !== 'response.create') return;
      responses += 1;
      const call = { type: 'function_call', call_id: 'call_1', name: 'get_weather', arguments: '{}' };
      answer(say, socket, `resp_${responses}`, responses === 1 ? [call] : []);
    });
    const { hooks, results } = follow();
    const tools = [{ name: 'get_weather', description: 'The weather.', output: 'It is sunny.' }];
    const scenario = { script: [[{ say: 'what-is-the-weather-like' }]], tools };
    await runCaller(job(url, { scenario, length: { kind: 'turns', turns: 1 } }), recordings, opened(), hooks);
    expect(results).toMatchObject([{ failure: null, responseId: 'resp_2' }]);
    expect(seen[0]).toMatch(/session\.update.*"name":"get_weather","description":"The weather\."/);
    expect(seen[3]).toMatch(/function_call_output","call_id":"call_1","output":"It is sunny\."/);
    expect(seen[4]).toMatch(/response\.create/);
  });

  it('loses the turns that a lost session would still have had, and calls again for the next', async () => {
    const { url, connections } = await serving((event, _say, socket) => {
      if (event.type === 'response.create') socket.close(1011, 'internal');
    });
    const { hooks, results } = follow();
    const scenario = { script: [[{ say: 'any question' }]], turnsPerSession: 2 };
    await runCaller(job(url, { scenario }), recordings, opened(), hooks);
    const reason = 'the connection was closed: 1011 internal';
    expect(results.map(({ turn, failure }) => [turn, failure])).toEqual([
      [0, reason],
      [1, reason],
      [0, reason],
    ]);
    expect(connections()).toBe(2);
  });

  it('waits, in its session, until its next step begins', async () => {
    let responses = 0;
    const { url, connections } = await serving((event, say, socket) => {
      if (event.type === 'response.create') answer(say, socket, `resp_${++responses}`);
    });
    const { hooks, results, steps } = follow();
    const gate = createGate();
    const length = { kind: 'turns', turns: 1 } as const;
    const run = runCaller(job(url, { firstStep: 1, steps: 3, length }), recordings, gate, hooks);
    gate.open(0);
    gate.open(1);
    await eventually(() => expect(steps).toEqual([1]));
    expect([responses, connections()]).toEqual([1, 1]);
    gate.open(2);
    await run;
    expect(results.map(({ step, turn }) => [step, turn])).toEqual([
      [1, 0],
      [2, 1],
    ]);
    expect([steps, connections()]).toEqual([[1, 2], 1]);
  });
});

describe('the gate', () => {
  it('lets in whoever waits for a step that is open, and nobody else', async () => {
    const gate = createGate();
    const through: number[] = [];
    const waits = [0, 1, 2].map((step) => gate.opened(step).then(() => through.push(step)));
    gate.open(1);
    await Promise.all(waits.slice(0, 2));
    expect([through, gate.isOpen(1), gate.isOpen(2)]).toEqual([[0, 1], true, false]);
    gate.open(2);
    await Promise.all(waits);
    expect(through).toEqual([0, 1, 2]);
  });
});
