/** Connections to vendors: how long they are kept, and how they are there before anybody asks. Loopback counts them. */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { SessionScope } from '../../src/engines/contract.js';
import { type ConnectionOptions, openConnections } from '../../src/engines/vendors/connections.js';
import { fetchingLive } from '../../src/engines/vendors/live-fetch.js';
import { keepWarm } from '../../src/engines/vendors/warmth.js';
import { eventually } from '../fixtures/eventually.js';

type Answer = (response: ServerResponse, request: IncomingMessage) => void;

const yes: Answer = (response) => void response.end('yes');

/** A vendor that keeps connections for as long as the real ones do, or says what it does instead. */
async function vendor(options: ConnectionOptions & { readonly answer?: Answer } = {}) {
  const { answer = yes, ...more } = options;
  const open = new Set<Socket>();
  const held: ServerResponse[] = [];
  const count = { opened: 0, asked: 0 };
  const server = createServer((request, response) => {
    count.asked += 1;
    request.resume();
    request.once('end', () => (request.url === '/held' ? held.push(response) : answer(response, request)));
  });
  server.keepAliveTimeout = 0;
  server.on('connection', (socket: Socket) => {
    count.opened += 1;
    open.add(socket);
    socket.once('close', () => open.delete(socket));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  let clock = 0;
  const now = () => clock;
  const connections = openConnections({ now, ...more });
  const live = fetchingLive(connections, now);
  const ask = async (path = '/', init: RequestInit = {}) =>
    (await live(`http://127.0.0.1:${(server.address() as AddressInfo).port}${path}`, init)).text();
  onTestFinished(() => {
    connections.close();
    server.closeAllConnections();
    server.close();
  });
  const pass = (ms: number) => {
    clock += ms;
  };
  return { connections, ask, pass, open, held, count, server };
}

function caller(id = 'sess_1') {
  const gone = new AbortController();
  return { session: { id, gone: gone.signal } satisfies SessionScope, leave: () => gone.abort() };
}

describe('a connection that is kept', () => {
  it('serves one request after another', async () => {
    const { ask, count } = await vendor();
    for (let n = 0; n < 5; n += 1) expect(await ask()).toBe('yes');
    expect(count).toEqual({ opened: 1, asked: 5 });
  });

  it('is closed when it has been idle for its time', async () => {
    const { ask, open, connections } = await vendor({ keepMs: 50 });
    await ask();
    await eventually(() => expect(open.size).toBe(0));
    expect(connections.idle()).toEqual([]);
  });

  it('is closed before the time that its server names, if that is sooner', async () => {
    const answer: Answer = (response) => void response.writeHead(200, { 'keep-alive': 'timeout=2' }).end('yes');
    const { ask, open } = await vendor({ answer });
    await ask();
    await eventually(() => expect(open.size).toBe(0));
  });

  it('is one of many for those who ask at once, of whom 16 are kept', async () => {
    const { ask, held, count, connections } = await vendor();
    const asking = Array.from({ length: 20 }, () => ask('/held'));
    await eventually(() => expect(held).toHaveLength(20));
    expect(connections.busy()).toBe(20);
    for (const response of held) response.end('yes');
    await Promise.all(asking);
    expect(count.opened).toBe(20);
    await eventually(() => expect(connections.idle()).toHaveLength(16));
    expect(connections.busy()).toBe(0);
  });

  it('is one of 256 to a vendor at most: who comes then waits', async () => {
    const { ask, held, count, connections } = await vendor();
    const asking = Array.from({ length: 258 }, () => ask('/held'));
    await eventually(() => expect(held).toHaveLength(256));
    expect(connections.busy()).toBe(256);
    for (const response of held.splice(0)) response.end('yes');
    await eventually(() => expect(held).toHaveLength(2));
    for (const response of held) response.end('yes');
    expect(new Set(await Promise.all(asking))).toEqual(new Set(['yes']));
    expect(count).toEqual({ opened: 256, asked: 258 });
  });

  it('does not outlive its owner', async () => {
    const { ask, held, open, connections } = await vendor();
    await ask();
    const asking = ask('/held');
    await eventually(() => expect(held).toHaveLength(1));
    connections.close();
    held[0]!.end('at last');
    expect(await asking).toBe('at last');
    await eventually(() => expect(open.size).toBe(0));
  });
});

describe('warmth', () => {
  async function warm(options: Parameters<typeof vendor>[0] = {}) {
    const it = await vendor(options);
    const touches = { begun: 0, over: 0 };
    let look: (() => void) | null = null;
    const warmth = keepWarm({
      connections: it.connections,
      touch: async (signal) => {
        touches.begun += 1;
        await it.ask('/', { signal }).finally(() => {
          touches.over += 1;
        });
      },
      every: (ms, given) => {
        expect(ms).toBe(11_000);
        look = given;
        return () => {
          look = null;
        };
      },
    });
    onTestFinished(() => warmth.close());
    const isWarm = (idle = 1) =>
      eventually(() => {
        expect(it.connections.idle()).toHaveLength(idle);
        expect(it.connections.busy()).toBe(0);
      });
    /** So many fifths of a connection's life, as both clocks see it. */
    const pass = (fifths: number) => {
      for (let n = 0; n < fifths; n += 1) {
        it.pass(11_000);
        look?.();
      }
    };
    /** So often it was asked, and nothing came of it that lasts. */
    const isCold = (times: number) =>
      eventually(() => {
        expect(touches.over).toBe(times);
        expect([...it.connections.idle(), it.connections.busy()]).toEqual([0]);
      });
    return { ...it, warmth, isWarm, isCold, pass, isLookedAt: () => look !== null, touches: () => touches.begun };
  }

  it('is a connection before the first request, over which that goes', async () => {
    const { warmth, isWarm, ask, count } = await warm();
    warmth.keep(caller().session);
    await isWarm();
    expect(count).toEqual({ opened: 1, asked: 1 });
    await ask('/', { method: 'POST', body: 'words' });
    expect(count).toEqual({ opened: 1, asked: 2 });
  });

  it('is not asked for where there is a connection already', async () => {
    const { warmth, isWarm, ask, touches } = await warm();
    await ask();
    warmth.keep(caller().session);
    await isWarm();
    expect(touches()).toBe(0);
  });

  it('has a connection for each caller, but four at most', async () => {
    const { warmth, isWarm, count } = await warm();
    for (const n of [1, 2, 3, 4, 5, 6]) warmth.keep(caller(`sess_${n}`).session);
    await isWarm(4);
    expect(count.opened).toBe(4);
  });

  it('takes what is in use for what it wants', async () => {
    const { warmth, ask, held, touches } = await warm();
    const asking = ask('/held');
    await eventually(() => expect(held).toHaveLength(1));
    warmth.keep(caller().session);
    expect(touches()).toBe(0);
    held[0]!.end('yes');
    await asking;
  });

  it('keeps a connection from growing old for as long as there are sessions', async () => {
    const { warmth, isWarm, pass, count, connections, touches, isLookedAt } = await warm();
    const { session, leave } = caller();
    warmth.keep(session);
    await isWarm();
    pass(3);
    expect(touches()).toBe(1);
    pass(1);
    expect(touches()).toBe(2);
    await eventually(() => expect(connections.idle()).toEqual([0]));
    expect(count).toEqual({ opened: 1, asked: 2 });
    leave();
    expect(isLookedAt()).toBe(false);
  });

  it('replaces a connection that the vendor closes after a while', async () => {
    const { warmth, isWarm, open, pass, count } = await warm();
    warmth.keep(caller().session);
    await isWarm();
    pass(1);
    for (const socket of open) socket.destroy();
    await eventually(() => expect(count.opened).toBe(2));
    await isWarm();
  });

  it('replaces a connection that is cut because its answer is not wanted any more', async () => {
    const { warmth, isWarm, ask, held, count } = await warm();
    warmth.keep(caller().session);
    await isWarm();
    const left = new AbortController();
    const asking = ask('/held', { signal: left.signal });
    await eventually(() => expect(held).toHaveLength(1));
    left.abort(new Error('barged in'));
    await expect(asking).rejects.toThrow('barged in');
    await eventually(() => expect(count.opened).toBe(2));
    await isWarm();
  });

  it('does not press connections on a vendor that keeps none', async () => {
    const answer: Answer = (response) => void response.writeHead(200, { connection: 'close' }).end('yes');
    const { warmth, isCold, pass, touches } = await warm({ answer });
    warmth.keep(caller().session);
    await isCold(1);
    pass(3);
    expect(touches()).toBe(1);
    pass(1);
    expect(touches()).toBe(2);
    await isCold(2);
  });

  it('does not press a vendor that is not there, and finds it when it is', async () => {
    let isThere = false;
    const answer: Answer = (response) => (isThere ? yes(response, response.req) : response.destroy());
    const { warmth, isCold, isWarm, pass, touches } = await warm({ answer });
    warmth.keep(caller().session);
    await isCold(1);
    pass(3);
    expect(touches()).toBe(1);
    isThere = true;
    pass(1);
    expect(touches()).toBe(2);
    await isWarm();
  });

  it('is for one session once, and not for one that has gone', async () => {
    const { warmth, isWarm, touches } = await warm();
    const gone = caller('sess_gone');
    gone.leave();
    warmth.keep(gone.session);
    expect(touches()).toBe(0);
    const { session } = caller();
    warmth.keep(session);
    warmth.keep(session);
    await isWarm();
    expect(touches()).toBe(1);
  });

  it('ends with the last session, and begins with the next one', async () => {
    let isHeld = true;
    const answer: Answer = (response, request) => (isHeld ? undefined : yes(response, request));
    const { warmth, isWarm, open, count } = await warm({ answer });
    const first = caller();
    warmth.keep(first.session);
    await eventually(() => expect(count.asked).toBe(1));
    first.leave();
    isHeld = false;
    warmth.keep(caller('sess_2').session);
    await isWarm();
    expect(count).toEqual({ opened: 2, asked: 2 });
    await eventually(() => expect(open.size).toBe(1));
  });
});
