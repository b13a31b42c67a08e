/** Calls at real sockets that are lost. */
import { once } from 'node:events';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { type WebSocket, WebSocketServer } from 'ws';
import { pcmSamples } from '../../src/audio/pcm.js';
import { wavFile } from '../../src/audio/wav.js';
import { createCalls } from '../../src/bench/calls.js';
import type { CallerJob } from '../../src/bench/job.js';
import { loadRecordings } from '../../src/bench/questions.js';
import type { TurnResult } from '../../src/bench/turn-result.js';
import { decodeMedia, encodeMedia } from '../../src/protocol/media.js';

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
  const { recordings: own } = job.scenario;
  const calls = createCalls(job, own === undefined ? recordings : loadRecordings('.', own), {
    onTurn,
    onInterruption() {},
    onSession() {},
    onLate() {},
  });
  for (let taken = 0; taken < turns; taken += 1) await calls.takeTurn(0);
  await calls.hangUp();
  return results;
}

/** A server with ears, which hangs up half a second behind what is said, and gives everything that was loud. */
async function listening(): Promise<{ url: string; loud: number[] }> {
  const server = createServer();
  const loud: number[] = [];
  let quietFrames = 0;
  new WebSocketServer({ server }).on('connection', (socket: WebSocket) => {
    const session = { audio: { input: { turn_detection: { type: 'server_vad' } } } };
    socket.send(JSON.stringify({ type: 'session.created', session }));
    socket.on('message', (data, isBinary) => {
      const media = isBinary ? decodeMedia(data as Buffer) : null;
      if (media?.kind !== 'microphone') return;
      const heard = pcmSamples(media.pcm).filter((sample) => sample >= 1000);
      loud.push(...heard);
      quietFrames = heard.length > 0 || loud.length === 0 ? 0 : quietFrames + 1;
      if (quietFrames === 25) socket.close(1011, 'internal');
    });
  });
  servers.push(server.listen(0, '127.0.0.1'));
  await once(server, 'listening');
  return { url: `ws://127.0.0.1:${(server.address() as AddressInfo).port}/`, loud };
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

it("lets a recording of one's own be heard, sample by sample", async () => {
  const file = join(mkdtempSync(join(tmpdir(), 'parley-')), 'mine.wav');
  const samples = Int16Array.from({ length: 4800 }, (_, at) => 1000 * (1 + (at % 7)));
  writeFileSync(file, wavFile(samples, 24_000));
  const recordings = [{ name: 'mine', wav: 'mine.wav', file, sha256: '', text: 'What are your opening hours?' }];
  const { url, loud } = await listening();
  const [turn] = await taking(1, { url, typed: false, scenario: { script: [[{ say: 'mine' }]], recordings } });
  expect(turn).toMatchObject({ question: 'What are your opening hours?', transcriptIsRight: false });
  expect(loud).toEqual([...samples]);
});
