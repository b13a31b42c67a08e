import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import fastifyWebsocket from '@fastify/websocket';
import Fastify, { type FastifyInstance } from 'fastify';
import { pino } from 'pino';
import { afterEach, beforeEach, expect, it } from 'vitest';
import WebSocket from 'ws';
import type { Overload } from '../../src/gateway/admission.js';
import { realtimeRoute } from '../../src/gateway/websocket.js';

let app: FastifyInstance;
let overload: Overload | null;
let refused: string[];

beforeEach(async () => {
  overload = null;
  refused = [];
  app = Fastify();
  await app.register(fastifyWebsocket);
  realtimeRoute(app, {
    openSession: async (caller) => {
      caller.send({ type: 'avatar.state', state: 'idle', response_id: null });
      await new Promise<void>((resolve) => caller.gone.addEventListener('abort', () => resolve(), { once: true }));
    },
    admission: { maxSessions: 10, overload: () => overload, onRefused: (reason) => refused.push(reason) },
    avatars: new Set(),
    log: pino({ level: 'silent' }),
    now: () => performance.now(),
    settingsOf: () => null,
    stopping: new AbortController().signal,
  });
  await app.listen({ host: '127.0.0.1', port: 0 });
});
afterEach(async () => {
  await app.close();
});

/** The first event that the server has for one more caller, and how it closed the socket if it did. */
async function knock() {
  const socket = new WebSocket(`ws://127.0.0.1:${(app.server.address() as AddressInfo).port}/v1/realtime`);
  const closed = once(socket, 'close').then(([code, reason]) => [code, String(reason)]);
  const [data] = await once(socket, 'message');
  return { first: JSON.parse(String(data)), socket, closed };
}

async function letIn(callers: number) {
  for (let caller = 0; caller < callers; caller += 1) expect((await knock()).first.type).toBe('avatar.state');
}

it('lets in as many as there are places, and tells one more that it should come back', async () => {
  await letIn(10);
  const { first, closed } = await knock();
  expect(first).toMatchObject({ type: 'error', error: { code: 'at_capacity' } });
  expect(await closed).toEqual([1013, 'at_capacity']);
  expect(refused).toEqual(['full']);
});

it.each([
  ['late', 'The server is behind with its work'],
  ['busy', 'The server has as much to do as it can'],
  ['crowded', 'The engines of this server are behind with their work'],
] as const)('lets nobody more in while it is %s, and again when it is not', async (reason, sentence) => {
  await letIn(8);
  overload = reason;
  const { first, closed } = await knock();
  expect(first.error).toMatchObject({
    code: 'at_capacity',
    message: expect.stringContaining(sentence),
  });
  expect(await closed).toEqual([1013, 'at_capacity']);
  expect(refused).toEqual([reason]);
  overload = null;
  await letIn(1);
});

it('does not blame a few callers for what makes the machine late', async () => {
  overload = 'late';
  await letIn(8);
  expect(refused).toEqual([]);
});
