import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { WebSocketServer } from 'ws';
import { openLine } from '../../src/bench/line.js';
import { eventually } from '../fixtures/eventually.js';

describe('the line of a caller', () => {
  const servers: WebSocketServer[] = [];
  afterEach(() => {
    for (const server of servers.splice(0)) {
      for (const client of server.clients) client.terminate();
      server.close();
    }
  });

  it.each([
    ['a frame that is none', Buffer.from([1, 2, 3, 4])],
    ['an event that is no JSON', '{"type":'],
  ])('is lost, with its reason, where %s comes; nothing is thrown', async (_, message) => {
    const server = new WebSocketServer({ port: 0, host: '127.0.0.1', handleProtocols: () => 'parley.media.v1' });
    servers.push(server);
    await once(server, 'listening');
    server.on('connection', (socket) => socket.send(message));
    const { port } = server.address() as AddressInfo;
    const line = await openLine(`ws://127.0.0.1:${port}`, null, { onEvent() {}, onMedia() {} });
    await eventually(() => expect(line.lost).toMatch(/^what came cannot be read: /));
    await line.close();
  });
});
