import { once } from 'node:events';
import type { AddressInfo, Socket } from 'node:net';
import { expect, it } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';
import { gather } from '../../src/gateway/gathering.js';
import { eventually } from '../fixtures/eventually.js';

/** A connection over loopback: our end, what it is written to, and what the other end hears. */
async function connected() {
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
  await once(server, 'listening');
  const client = new WebSocket(`ws://127.0.0.1:${(server.address() as AddressInfo).port}`);
  const [socket, { socket: stream }] = (await once(server, 'connection')) as [WebSocket, { socket: Socket }];
  await once(client, 'open');
  const heard: string[] = [];
  client.on('message', (data) => heard.push(String(data)));
  const close = async () => {
    const closed = client.readyState === client.CLOSED ? null : once(client, 'close');
    server.close();
    socket.close();
    await closed;
  };
  return { socket, stream, client, heard, close };
}

/** How often the stream hands something to the system. */
function counted(stream: Socket): () => number {
  let calls = 0;
  for (const name of ['_write', '_writev'] as const) {
    const write = (stream[name] as (...args: unknown[]) => void).bind(stream);
    Object.assign(stream, {
      [name]: (...args: unknown[]) => {
        calls += 1;
        write(...args);
      },
    });
  }
  return () => calls;
}

it('writes once what is sent in one turn of the event loop, in its order', async () => {
  const { socket, stream, client, heard, close } = await connected();
  const writes = counted(stream);
  const outward = gather(socket, stream);
  for (const word of ['one', 'two', 'three']) outward.send(word);
  while (heard.length < 3) await once(client, 'message');
  expect(heard).toEqual(['one', 'two', 'three']);
  expect(writes()).toBe(1);
  outward.send('four');
  while (heard.length < 4) await once(client, 'message');
  expect(writes()).toBe(2);
  await close();
});

it('loses nothing when the socket is closed in the same turn', async () => {
  const { socket, stream, client, heard, close } = await connected();
  const outward = gather(socket, stream);
  const closed = once(client, 'close');
  outward.send('a last word');
  socket.close(1000, 'over');
  expect((await closed)[0]).toBe(1000);
  expect(heard).toEqual(['a last word']);
  await close();
});

it('does not take what it gathers for what a reader leaves unread', async () => {
  const { socket, stream, client, heard, close } = await connected();
  const outward = gather(socket, stream);
  for (let n = 0; n < 12; n += 1) {
    outward.send('x'.repeat(10_000));
    expect(outward.bufferedAmount).toBe(0);
  }
  while (heard.length < 12) await once(client, 'message');
  await close();
});

it('counts what a reader leaves unread, also in the turn in which it is sent', async () => {
  const { socket, stream, client, heard, close } = await connected();
  const outward = gather(socket, stream);
  client.pause();
  const many = 400;
  for (let n = 0; n < many; n += 1) outward.send('x'.repeat(100_000));
  expect(outward.bufferedAmount).toBeGreaterThan(10_000_000);
  client.resume();
  while (heard.length < many) await once(client, 'message');
  await eventually(() => expect(outward.bufferedAmount).toBe(0));
  await close();
});
