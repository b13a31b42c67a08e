import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';
import { expect, it, onTestFinished } from 'vitest';
import { openConnections } from '../../src/engines/vendors/connections.js';
import { fetchingLive } from '../../src/engines/vendors/live-fetch.js';
import { eventually } from '../fixtures/eventually.js';

/** Answers request after request as it is told: with a word, or by closing the connection. */
async function vendor(...answers: readonly ('ok' | 'late' | 'close')[]) {
  const asked: string[] = [];
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    let come = '';
    socket.on('data', (data) => {
      come += data.toString('latin1');
      const [head, body] = come.split(/\r\n\r\n(.*)/s);
      if (body === undefined || body.length < Number(/^content-length: (\d+)/im.exec(head!)?.[1] ?? 0)) return;
      const what = answers[asked.push(come) - 1];
      come = '';
      const answer = () => void socket.write('HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nhi');
      if (what === 'ok') answer();
      else if (what === 'late') late.push(answer);
      else socket.destroy();
    });
  }).listen(0, '127.0.0.1');
  const late: (() => void)[] = [];
  await once(server, 'listening');
  let clock = 0;
  const now = () => clock;
  const connections = openConnections({ now });
  onTestFinished(() => {
    connections.close();
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  const { port } = server.address() as { port: number };
  const ask = fetchingLive(connections, now);
  return {
    asked,
    late,
    connections,
    opened: () => sockets.size,
    pass: (ms: number) => {
      clock += ms;
    },
    ask: async (init: RequestInit = { method: 'POST', body: 'words' }) =>
      (await ask(`http://127.0.0.1:${port}/`, init)).text(),
  };
}

it('asks again where a connection was closed that nobody had used for a while', async () => {
  const { ask, pass, asked, opened } = await vendor('ok', 'close', 'ok');
  expect(await ask()).toBe('hi');
  pass(5000);
  expect(await ask()).toBe('hi');
  expect(asked).toHaveLength(3);
  expect(asked[2]).toBe(asked[1]);
  expect(opened()).toBe(2);
});

it('asks again once', async () => {
  const { ask, pass, asked } = await vendor('ok', 'close', 'close', 'ok');
  await ask();
  pass(5000);
  await expect(ask()).rejects.toThrow('fetch failed');
  expect(asked).toHaveLength(3);
});

it('asks again over a new connection, and not over one that is as old as that which was closed', async () => {
  const { ask, pass, asked, late, connections, opened } = await vendor('late', 'late', 'close', 'ok', 'close', 'close');
  const both = [ask(), ask()];
  await eventually(() => expect(late).toHaveLength(2));
  for (const answer of late) answer();
  await Promise.all(both);
  expect(connections.idle()).toHaveLength(2);
  pass(5000);
  expect(await ask()).toBe('hi');
  expect(asked).toHaveLength(4);
  expect(opened()).toBe(3);
});

it('does not ask a vendor again that closes a new connection, or one that has just answered', async () => {
  const { ask, pass, asked } = await vendor('close', 'ok', 'close');
  await expect(ask()).rejects.toThrow('fetch failed');
  expect(asked).toHaveLength(1);
  pass(5000);
  await ask();
  pass(500);
  await expect(ask()).rejects.toThrow('fetch failed');
  expect(asked).toHaveLength(3);
});

it('asks again at once for what may be asked twice, but not over a new connection', async () => {
  const { ask, asked } = await vendor('ok', 'close', 'ok', 'close', 'close');
  await ask({});
  expect(await ask({})).toBe('hi');
  expect(asked).toHaveLength(3);
  await expect(ask({})).rejects.toThrow('fetch failed');
  expect(asked).toHaveLength(5);
});

it('does not ask again what took its time to fail, and may be at work', async () => {
  const { ask, pass, asked } = await vendor('ok', 'close', 'ok');
  await ask();
  pass(5000);
  const failing = ask();
  pass(3000);
  await expect(failing).rejects.toThrow('fetch failed');
  expect(asked).toHaveLength(2);
});

it('sends a form again as it was', async () => {
  const { ask, pass, asked } = await vendor('ok', 'close', 'ok');
  await ask();
  pass(5000);
  const body = new FormData();
  body.set('model', 'whisper-1');
  expect(await ask({ method: 'POST', body })).toBe('hi');
  expect(asked[1]).toMatch(/content-type: multipart\/form-data; boundary=/i);
  expect(asked[1]).toContain('whisper-1');
  expect(asked[2]).toBe(asked[1]);
});

it('does not ask again for whoever does not want it any more', async () => {
  const { ask, pass, asked, late } = await vendor('ok', 'late');
  await ask();
  pass(5000);
  const left = new AbortController();
  const asking = ask({ method: 'POST', body: 'words', signal: left.signal });
  await eventually(() => expect(late).toHaveLength(1));
  left.abort(new Error('barged in'));
  await expect(asking).rejects.toThrow('barged in');
  expect(asked).toHaveLength(2);
});
