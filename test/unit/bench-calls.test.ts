/** Calls at real sockets that are lost. */
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { type WebSocket, WebSocketServer } from 'ws';
import { createCalls } from '../../src/bench/calls.js';
import type { CallerJob } from '../../src/bench/job.js';
import { loadRecordings } from '../../src/bench/questions.js';
import type { TurnResult } from '../../src/bench/turn-result.js';
import { encodeMedia } from '../../src/protocol/media.js';

const recordings = loadRecordings('.');
const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) server.close();
});

/** A server that begins to answer what is typed, and hangs up when that is heard. */
async function hangingUp(): Promise<string> {
  const server = createServer();
  new WebSocketServer({ server }).on('connection', (socket: WebSocket) => {
    const say = (event: object) => socket.send(JSON.stringify(event));
    say({ type: 'session.created', session: { audio: { input: { turn_detection: null } } } });
    socket.on('message', (data, isBinary) => {
      const event: { type?: string; state?: string } = isBinary ? {} : JSON.parse(String(data));
      if (event.type === 'avatar.playback' && event.state === 'playing') socket.close(1011, 'internal');
      if (event.type !== 'response.create') return;
      say({ type: 'response.created', response: { id: 'resp_1' } });
      say({ type: 'avatar.response', response: 1, response_id: 'resp_1', base: 0 });
      const pcm = new Uint8Array(new Int16Array(24_000).fill(9000).buffer);
      socket.send(encodeMedia({ kind: 'audio', response: 1, position: 0, pcm }));
    });
  });
  servers.push(server.listen(0, '127.0.0.1'));
  await once(server, 'listening');
  return `ws://127.0.0.1:${(server.address() as AddressInfo).port}/`;
}

async function taking(turns: number, fields: Partial<CallerJob>): Promise<TurnResult[]> {
  const job: CallerJob = {
    ...{ caller: 0, url: await hangingUp(), token: null, scenario: { script: [[{ say: 'any question' }]] } },
    ...{ firstStep: 0, steps: 1, length: { kind: 'turns', turns }, typed: true, expectsPictures: false, seed: 1 },
    ...fields,
  };
  const results: TurnResult[] = [];
  const onTurn = (result: TurnResult) => void results.push(result);
  const calls = createCalls(job, recordings, { onTurn, onInterruption() {}, onSession() {}, onLate() {} });
  for (let taken = 0; taken < turns; taken += 1) await calls.takeTurn(0);
  await calls.hangUp();
  return results;
}

const reason = 'the connection was closed: 1011 internal';

describe('a call that is lost', () => {
  it('leaves what its turn had reached, and the turns that it would still have had are lost', async () => {
    const results = await taking(2, {});
    expect(results.map(({ turn, failure, responseId }) => [turn, failure, responseId])).toEqual([
      [0, reason, 'resp_1'],
      [1, reason, null],
    ]);
    expect(Object.keys(results[0]!.marks)).toEqual(['response_created', 'first_sound', 'heard']);
    expect(results[1]!.marks).toEqual({});
  });

  it('costs one turn where the clock says how many there are', async () => {
    const results = await taking(2, { length: { kind: 'minutes', minutes: 5 } });
    expect(results.map(({ turn, failure, responseId }) => [turn, failure, responseId])).toEqual([
      [0, reason, 'resp_1'],
      [0, reason, 'resp_1'],
    ]);
  });

  it('leaves a transcript missing if its turn was to be spoken', async () => {
    const [spoken] = await taking(1, { typed: false });
    const [typed] = await taking(1, { typed: true });
    expect([spoken!.transcript, spoken!.transcriptIsRight, typed!.transcriptIsRight]).toEqual([null, false, null]);
  });
});
