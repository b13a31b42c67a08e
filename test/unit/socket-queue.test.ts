import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { promisify } from 'node:util';
import fastifyWebsocket from '@fastify/websocket';
import Fastify, { type FastifyInstance } from 'fastify';
import { pino } from 'pino';
import { afterEach, beforeEach, expect, it } from 'vitest';
import WebSocket from 'ws';
import { MAX_MESSAGE_BYTES, realtimeRoute } from '../../src/gateway/websocket.js';
import type { Caller } from '../../src/protocol/caller.js';
import { eventually } from '../fixtures/eventually.js';

let app: FastifyInstance;
let stop: AbortController;
/** The session of the last caller: it never reads what is said to it. */
let caller: Caller | undefined;

beforeEach(async () => {
  caller = undefined;
  app = Fastify();
  stop = new AbortController();
  // As in server.ts: the default handler would cut the wire at once.
  await app.register(fastifyWebsocket, { errorHandler: () => {}, options: { maxPayload: MAX_MESSAGE_BYTES } });
  realtimeRoute(app, {
    openSession: (opened) => {
      caller = opened;
      return new Promise((resolve) => opened.gone.addEventListener('abort', () => resolve(), { once: true }));
    },
    admission: { maxSessions: 1, overload: () => null, onRefused: () => {} },
    avatars: new Set(),
    log: pino({ level: 'silent' }),
    now: () => performance.now(),
    settingsOf: () => null,
    stopping: stop.signal,
  });
  await app.listen({ host: '127.0.0.1', port: 0 });
});
afterEach(async () => {
  await app.close();
});

async function connect() {
  const { port } = app.server.address() as AddressInfo;
  const socket = new WebSocket(`ws://127.0.0.1:${port}/v1/realtime`);
  const codes: string[] = [];
  socket.on('message', (data) => codes.push(JSON.parse(String(data)).error.code));
  await once(socket, 'open');
  const closed = once(socket, 'close').then(([code, reason]) => [code, String(reason)]);
  return { socket, codes, closed };
}

const audio = (characters: number) =>
  JSON.stringify({ type: 'input_audio_buffer.append', audio: 'A'.repeat(characters) });

it('what nobody reads waits up to 32 MiB, and over that its caller is told and let go', async () => {
  const { socket, codes, closed } = await connect();
  for (let message = 0; message < 3; message += 1) socket.send(audio(11 * 1024 * 1024));
  expect(await closed).toEqual([1008, 'too_fast']);
  expect(codes).toEqual(['too_fast']);
  expect(caller?.gone.aborted).toBe(true);
});

it('small messages weigh what their bookkeeping costs', async () => {
  const { socket, closed } = await connect();
  const small = JSON.stringify({ type: 'response.cancel' });
  for (let message = 0; message < 70_000; message += 1) socket.send(small);
  expect(await closed).toEqual([1008, 'too_fast']);
});

it('a session whose caller broke the rules of WebSockets ends at once, though the caller does not let go', async () => {
  const { socket, codes, closed } = await connect();
  // It does not read, and so never answers the closing handshake.
  socket.pause();
  socket.send(Buffer.from([0xff]), { binary: false });
  await eventually(() => expect(caller?.gone.aborted).toBe(true));
  expect(await promisify(app.server.getConnections.bind(app.server))()).toBe(1);
  socket.resume();
  expect(await closed).toEqual([1007, 'the text is not UTF-8']);
  expect(codes).toEqual(['invalid_json']);
});
