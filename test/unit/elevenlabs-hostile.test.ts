/** Vendors that nobody wants: they send the key on, never end, never say goodbye, or speak no MP3. */
import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import { type WebSocket, WebSocketServer } from 'ws';
import type { TtsEngine } from '../../src/engines/contract.js';
import { elevenLabsSocket } from '../../src/engines/tts/elevenlabs.js';
import { cutOff } from '../../src/engines/tts/elevenlabs-failure.js';
import { elevenLabsHttp } from '../../src/engines/tts/elevenlabs-http.js';
import { elevenLabsSdk } from '../../src/engines/tts/elevenlabs-request.js';
import { ParleyError } from '../../src/errors.js';
import { all, given } from '../contract/tts.js';
import { eventually } from '../fixtures/eventually.js';
import { caller, ending, forTurn, settings, told } from './elevenlabs-fixture.js';

const TEXT = 'Good morning, Ada.';
const forever = new AbortController().signal;
const engines = { elevenlabs: elevenLabsSocket, 'elevenlabs-http': elevenLabsHttp } as const;
const names = Object.keys(engines) as (keyof typeof engines)[];
const say = (engine: TtsEngine) => all(engine.run(given([TEXT]), told, forTurn()));

/** Reading the SDK in takes longer than a test should. */
beforeAll(() => elevenLabsSdk(), 60_000);

async function listening(answer: RequestListener) {
  const server = createServer(answer);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const sockets = new Set<Socket>();
  let open = 0;
  server.on('request', (_, response) => {
    open += 1;
    response.once('close', () => {
      open -= 1;
    });
  });
  server.on('connection', (socket: Socket) => {
    sockets.add(socket.on('error', () => {}));
    socket.once('close', () => sockets.delete(socket));
  });
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return { server, sockets, open: () => open, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
}

/** Answers every text as `speak` does. */
async function talking(speak: (socket: WebSocket, contextId: string) => void) {
  const { server, sockets, url } = await listening((_, response) => response.end('{"voices":[]}'));
  const clients: WebSocket[] = [];
  new WebSocketServer({ server }).on('connection', (client) => {
    clients.push(client.on('error', () => {}));
    client.on('message', (data) => {
      const { text = '', context_id: contextId } = JSON.parse(data.toString());
      if (text.trim() !== '') speak(client, contextId);
    });
  });
  return { url, sockets, clients };
}

/** Writes this again and again, as fast as it is read. */
const endless =
  (begin: string, piece: string): RequestListener =>
  (_, response) => {
    response.writeHead(200, { 'content-type': 'application/json' });
    response.write(begin);
    const more = () => {
      while (!response.destroyed && response.write(piece));
      if (!response.destroyed) response.once('drain', more);
    };
    more();
  };

describe.each([301, 302, 307, 308])('a vendor that redirects by %d', (status) => {
  it.each(names)('gets %s to tell nobody else the key', async (name) => {
    const told: string[] = [];
    const thief = await listening((request, response) => {
      told.push(`${request.method} ${request.url}`);
      response.end('{"voices":[]}');
    });
    // Another host by its name, and another port.
    const location = `${thief.url.replace('127.0.0.1', 'localhost')}/stolen`;
    const { url } = await listening((_, response) => response.writeHead(status, { location }).end());
    const engine = ending(engines[name](settings(url)));
    await expect(say(engine)).rejects.toMatchObject({ name: 'ParleyError', code: 'vendor_refused' });
    await expect(engine.probe!(forever)).rejects.toMatchObject({ name: 'ParleyError', code: 'vendor_refused' });
    expect(told).toEqual([]);
  });
});

describe('a vendor that does not end', () => {
  it('its list of voices', async () => {
    const { url, open } = await listening(endless('{"voices":[{"voice_id":"', 'a'.repeat(65_536)));
    const engine = ending(elevenLabsSocket(settings(url)));
    await expect(engine.probe!(forever)).rejects.toMatchObject({ name: 'ParleyError', code: 'vendor_broken' });
    await eventually(() => expect(open()).toBe(0));
  });

  const second = Buffer.alloc(48_000).toString('base64');
  it.each([
    ['its sound', endless('', `${JSON.stringify({ audio_base64: second })}\n`)],
    ['a line of its answer', endless('{"audio_base64":"', second)],
    ['pieces without sound', endless('', `${JSON.stringify({ audio_base64: '' })}\n`)],
  ])('%s, over HTTP', async (_, answer) => {
    const { url, open } = await listening(answer);
    const speech = say(ending(elevenLabsHttp(settings(url))));
    await expect(speech).rejects.toMatchObject({ name: 'ParleyError', code: 'vendor_broken' });
    await eventually(() => expect(open()).toBe(0));
  });

  it('the complaint that it answers with', async () => {
    const { url, open } = await listening((_, response) => {
      response.statusCode = 500;
      response.write('{"detail":"');
      const more = () => {
        while (!response.destroyed && response.write(second));
        if (!response.destroyed) response.once('drain', more);
      };
      more();
    });
    const speech = say(ending(elevenLabsHttp(settings(url))));
    await expect(speech).rejects.toMatchObject({ name: 'ParleyError', code: 'vendor_broken' });
    await eventually(() => expect(open()).toBe(0));
  });

  it.each([
    ['its sound', { audio: second }],
    ['the times of its characters', { audio: '', alignment: timesOf(1000) }],
  ])('%s, on its socket: a reader who has stopped reading is not waited for', async (_, message) => {
    const vendor = await talking((socket, contextId) => {
      const more = () => {
        socket.send(JSON.stringify({ ...message, contextId }));
        if (socket.readyState === socket.OPEN) setImmediate(more);
      };
      socket.send(JSON.stringify({ audio: second, contextId }));
      more();
    });
    const engine = ending(elevenLabsSocket(settings(vendor.url)));
    const reader = engine.run(given([TEXT]), told, forTurn(caller()))[Symbol.asyncIterator]();
    await reader.next();
    await eventually(() => expect(vendor.sockets.size).toBe(0));
    await expect(reader.next()).rejects.toMatchObject({ name: 'ParleyError', code: 'vendor_broken' });
  });
});

function timesOf(count: number) {
  const zeros = Array(count).fill(0);
  return { chars: Array(count).fill('e'), charStartTimesMs: zeros, charDurationsMs: zeros };
}

describe('a socket that does not take its leave', () => {
  it('is left', async () => {
    const vendor = await talking((socket, contextId) => {
      const audio = Buffer.alloc(4800).toString('base64');
      socket.send(JSON.stringify({ audio, contextId }));
      socket.send(JSON.stringify({ isFinal: true, contextId }));
    });
    const engine = ending(elevenLabsSocket(settings(vendor.url)));
    const session = caller();
    await all(engine.run(given([TEXT]), told, forTurn(session)));
    // The close frame of the other side is not answered: ws would wait for that half a minute.
    vendor.clients[0]!.close = () => {};
    const [socket] = vendor.sockets;
    const gone = once(socket!, 'close');
    session.leave();
    await gone;
  });
});

describe('contexts that were left and whose end never comes', () => {
  it('do not fill a socket for ever: it is replaced', async () => {
    vi.useFakeTimers({ toFake: ['performance'] });
    onTestFinished(() => void vi.useRealTimers());
    const audio = Buffer.alloc(4800).toString('base64');
    const vendor = await talking((socket, contextId) => socket.send(JSON.stringify({ audio, contextId })));
    const engine = ending(elevenLabsSocket(settings(vendor.url)));
    const session = caller();
    const bargeIn = async () => {
      for await (const _ of engine.run(given([TEXT]), told, forTurn(session))) break;
    };
    await bargeIn();
    await bargeIn();
    expect(vendor.clients).toHaveLength(1);
    vi.advanceTimersByTime(10_001);
    await bargeIn();
    expect(vendor.clients).toHaveLength(2);
    await eventually(() => expect(vendor.sockets.size).toBe(1));
  });
});

describe('MP3 that is none', () => {
  const format = 'mp3_44100_128';
  const noise = Buffer.from(Int16Array.from({ length: 20_000 }, (_, n) => 8000 * Math.sin(n / 10)).buffer);
  const kinds = { text: Buffer.from('no music '.repeat(4000)), short: Buffer.from('no'), PCM: noise };

  it.each(Object.entries(kinds))('%s, over HTTP', async (_, bytes) => {
    const { url } = await listening((_, response) => {
      response.end(`${JSON.stringify({ audio_base64: bytes.toString('base64') })}\n`);
    });
    const speech = say(ending(elevenLabsHttp(settings(url, { format }))));
    await expect(speech).rejects.toMatchObject({ name: 'ParleyError', code: 'vendor_broken' });
  });

  it.each(Object.entries(kinds))('%s, on the socket, over which nobody speaks again', async (_, bytes) => {
    const vendor = await talking((socket, contextId) => {
      socket.send(JSON.stringify({ audio: bytes.toString('base64'), contextId }));
      socket.send(JSON.stringify({ isFinal: true, contextId }));
    });
    const engine = ending(elevenLabsSocket(settings(vendor.url, { format })));
    const speech = all(engine.run(given([TEXT]), told, forTurn(caller())));
    await expect(speech).rejects.toMatchObject({ name: 'ParleyError', code: 'vendor_broken' });
    await eventually(() => expect(vendor.sockets.size).toBe(0));
  });
});

describe('an address with a password', () => {
  it.each(names)('is not told by %s', async (name) => {
    const engine = ending(engines[name](settings('http://ada:hunter2@127.0.0.1:1/?token=letmein')));
    for (const failing of [engine.probe!(forever), say(engine)]) {
      const error = await failing.then(
        () => null,
        (thrown) => thrown,
      );
      expect(error).toBeInstanceOf(ParleyError);
      expect(error.message).not.toMatch(/hunter2|letmein/);
    }
  });

  it('is not told in the reasons of a connection that failed, nor when they were cut short', () => {
    const failed = new Error('fetch failed', { cause: new Error(`No route to wss://ada:${'hunter2'.repeat(40)}@h/`) });
    const { code, message } = cutOff(failed, 'sk_0123456789abcdef');
    expect(code).toBe('connection_cut');
    expect(message).toContain('fetch failed: No route to (its address)');
    expect(message).not.toContain('hunter2');
  });
});
