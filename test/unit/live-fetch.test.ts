import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';
import { expect, it, onTestFinished } from 'vitest';
import { fetchingLive } from '../../src/engines/vendors/live-fetch.js';

/** Answers request after request as it is told: with a word, or by closing the connection. */
async function vendor(...answers: readonly ('ok' | 'close')[]) {
  let asked = 0;
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    socket.on('data', (data) => {
      if (!data.toString().includes('HTTP/1.1')) return;
      asked += 1;
      if (answers[asked - 1] === 'ok') socket.write('HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nhi');
      else socket.destroy();
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  const { port } = server.address() as { port: number };
  let clock = 0;
  const ask = fetchingLive(() => clock);
  return {
    asked: () => asked,
    pass: (ms: number) => {
      clock += ms;
    },
    ask: async (init: RequestInit = { method: 'POST', body: 'words' }) =>
      (await ask(`http://127.0.0.1:${port}/`, init)).text(),
  };
}

it('asks again where a connection was closed that nobody had used for a while', async () => {
  const { ask, pass, asked } = await vendor('ok', 'close', 'ok');
  expect(await ask()).toBe('hi');
  pass(5000);
  expect(await ask()).toBe('hi');
  expect(asked()).toBe(3);
});

it('asks again once', async () => {
  const { ask, pass, asked } = await vendor('ok', 'close', 'close', 'ok');
  await ask();
  pass(5000);
  await expect(ask()).rejects.toThrow('fetch failed');
  expect(asked()).toBe(3);
});

it('does not ask a vendor again that closes a new connection, or one that has just answered', async () => {
  const { ask, pass, asked } = await vendor('close', 'ok', 'close');
  await expect(ask()).rejects.toThrow('fetch failed');
  expect(asked()).toBe(1);
  pass(5000);
  await ask();
  pass(500);
  await expect(ask()).rejects.toThrow('fetch failed');
  expect(asked()).toBe(3);
});

it('does not ask again what took its time to fail, and may be at work', async () => {
  const { ask, pass, asked } = await vendor('ok', 'close', 'ok');
  await ask();
  pass(5000);
  const failing = ask();
  pass(3000);
  await expect(failing).rejects.toThrow('fetch failed');
  expect(asked()).toBe(2);
});

it('says of a stream why it failed, not that it has been read', async () => {
  const { ask, pass, asked } = await vendor('ok', 'close', 'ok');
  await ask();
  pass(5000);
  const body = new Blob(['words']).stream();
  await expect(ask({ method: 'POST', body, duplex: 'half' } as RequestInit)).rejects.toThrow('fetch failed');
  expect(asked()).toBe(2);
});
