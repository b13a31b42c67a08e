import { once } from 'node:events';
import { expect, it } from 'vitest';
import { WebSocket } from 'ws';
import {
  AT_ONCE,
  audioOf,
  PCM,
  PIECE_BYTES,
  post,
  read,
  type StartedVendor,
  samplesIn,
  speech,
  type Talk,
  TEXT,
  talk,
  vendor,
} from './vendor-elevenlabs-fixture.js';

const askAll = (client: Talk, context_id = 'a') => {
  client.say({ text: TEXT, context_id, flush: true });
  client.say({ context_id, close_context: true });
};

/** What is answered after everything that came before: a pong, as long as the socket answers at all. */
async function pong(socket: WebSocket): Promise<void> {
  const answered = once(socket, 'pong');
  socket.ping();
  await answered;
}

const contextDone = (started: StartedVendor) =>
  expect.poll(() => started.requests.filter(({ state }) => state === 'done')).toHaveLength(1);

it.each([
  ['a stall', 'before it was opened', { kind: 'stall', after: 2 }, 2],
  ['a stall', 'while it was open', { kind: 'stall', after: 2 }, 2],
  ['half an opening', 'while it was open', { kind: 'half_open' }, 0],
] as const)('falls silent with %s that came %s, and still answers pings', async (_, when, fault, pieces) => {
  const started = await vendor();
  if (when === 'before it was opened') started.faults.set('socket', fault);
  const client = await talk(started);
  if (when === 'while it was open') started.faults.set('socket', fault);
  askAll(client);
  await contextDone(started);
  await pong(client.socket);
  expect(audioOf(client.heard, 'a')).toHaveLength(pieces);
  expect(client.heard).toHaveLength(pieces);
});

it.each([0, 2])('cuts a socket after %i pieces', async (after) => {
  const started = await vendor();
  started.faults.set('socket', { kind: 'cut', after });
  const client = await talk(started);
  askAll(client);
  expect(await client.closed).toMatchObject({ code: 1006 });
  expect(client.heard).toHaveLength(after);
  expect(started.requests[0]).toMatchObject({ state: 'broken' });
  expect(started.open()).toBe(0);
});

it('counts pieces of audio over all contexts of a socket, and nothing else', async () => {
  const started = await vendor();
  started.faults.set('socket', { kind: 'cut', after: 6 });
  const client = await talk(started);
  askAll(client, 'a');
  await client.hear(({ isFinal }) => isFinal === true);
  askAll(client, 'b');
  await client.closed;
  expect(audioOf(client.heard, 'a')).toHaveLength(5);
  expect(audioOf(client.heard, 'b')).toHaveLength(1);
});

it('says what is no JSON on a socket after so many pieces', async () => {
  const started = await vendor();
  started.faults.set('socket', { kind: 'garbage', after: 1 });
  const client = await talk(started);
  askAll(client);
  await contextDone(started);
  await pong(client.socket);
  expect(client.heard).toHaveLength(1);
  expect(client.noise).toHaveLength(5);
});

it('fails a new context of an open socket with the reason of a status', async () => {
  const started = await vendor();
  const client = await talk(started);
  started.faults.set('socket', { kind: 'status', status: 401, reason: 'quota_exceeded' });
  askAll(client);
  expect(await client.closed).toMatchObject({ code: 1008 });
  expect(client.heard).toMatchObject([{ error: 'quota_exceeded', code: 1008 }]);
});

it('leaves a socket half open: upgraded, and dead to messages and pings', async () => {
  const started = await vendor();
  started.faults.set('socket', { kind: 'half_open' });
  const dead = await talk(started);
  let pongs = 0;
  dead.socket.on('pong', () => {
    pongs += 1;
  });
  askAll(dead);
  dead.socket.ping();
  // Another socket gets all of its answers meanwhile.
  const alive = await talk(started);
  askAll(alive);
  await alive.hear(({ isFinal }) => isFinal === true);
  await pong(alive.socket);
  expect(dead.heard).toEqual([]);
  expect(pongs).toBe(0);
  expect(dead.socket.readyState).toBe(WebSocket.OPEN);
  expect(started.open()).toBe(2);
  dead.socket.terminate();
  await expect.poll(() => started.open()).toBe(1);
  expect(started.requests[0]).toMatchObject({ body: { kind: 'socket' }, state: 'left' });
});

it('drips: every piece takes as long as it is told to, whatever its pace', async () => {
  const slow = { firstMs: 3_600_000, everyMs: 3_600_000, jitter: 0 };
  const started = await vendor({ pace: { ...AT_ONCE, speech: slow, socket: slow } });
  started.faults.set('speech', { kind: 'drip', everyMs: 1 });
  started.faults.set('socket', { kind: 'drip', everyMs: 1 });
  expect(await read(await post(started, PCM, speech), Number.POSITIVE_INFINITY)).toHaveLength(5 * PIECE_BYTES);
  const client = await talk(started);
  client.say({ text: TEXT, context_id: 'a', flush: true });
  client.say({ context_id: 'a', close_context: true });
  await client.hear(({ isFinal }) => isFinal === true);
  expect(samplesIn(client.heard)).toHaveLength((5 * PIECE_BYTES) / 2);
});

it('keeps its pace: what it gives first takes the longest', async () => {
  const never = { firstMs: 3_600_000, everyMs: 0, jitter: 0 };
  const started = await vendor({ pace: { ...AT_ONCE, speech: never, socket: never } });
  const client = await talk(started);
  askAll(client);
  const leave = new AbortController();
  const answer = post(started, PCM, speech, leave.signal);
  await expect.poll(() => started.requests.map(({ state }) => state)).toEqual(['open', 'open', 'open']);
  await pong(client.socket);
  expect(client.heard).toEqual([]);
  leave.abort();
  await expect(answer.then((response) => response.arrayBuffer())).rejects.toThrow('aborted');
  await expect.poll(() => started.open()).toBe(1);
});
