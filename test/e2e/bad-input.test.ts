import { request } from 'node:http';
import { createConnection, type NetConnectOpts, type Socket } from 'node:net';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import WebSocket from 'ws';
import { encodeMedia } from '../../src/protocol/media.js';
import { connect } from './client.js';
import { type RunningServer, startServer } from './server.js';

let server: RunningServer;
beforeAll(async () => {
  server = await startServer({ MAX_SESSIONS: '3' });
});
afterAll(async () => {
  await server.stop();
});

/** After anything wrong, the session must answer as if nothing had been. */
async function stillAnswers(client: Awaited<ReturnType<typeof connect>>): Promise<void> {
  client.send({ type: 'session.update', session: { type: 'realtime' } });
  await client.next('session.updated');
  await client.close();
}

/** A client, and the wire under it. */
async function connectByWire() {
  let wire: Socket | undefined;
  const client = await connect(server.realtime, undefined, {
    createConnection(options: NetConnectOpts) {
      wire = createConnection(options);
      return wire;
    },
  });
  return { client, wire: wire! };
}

describe('R16 a wrong message gets an error, and the session lives', () => {
  it.each([
    ['text that is not JSON', 'hello', 'invalid_json'],
    ['an unknown type', '{"type":"make.coffee"}', 'unknown_event'],
    [
      'a hundred thousand empty items',
      `{"type":"response.create","response":{"input":[${'{},'.repeat(100_000)}{}]}}`,
      'json_too_large',
    ],
    ['a missing field', '{"type":"conversation.item.delete"}', 'invalid_value'],
    [
      'JSON nested 100,000 deep',
      `{"type":"response.create","response":{"metadata":${'['.repeat(100_000)}`,
      'json_too_deep',
    ],
    ['audio that is not base64', '{"type":"input_audio_buffer.append","audio":"<wav>"}', 'invalid_audio'],
    ['half a sample', '{"type":"input_audio_buffer.append","audio":"AAAA"}', 'invalid_audio'],
    [
      'a number that is none',
      '{"type":"avatar.playback","response":1,"played":1e400,"state":"playing","base":0}',
      'invalid_value',
    ],
    ['a name of the prototype', '{"type":"__proto__"}', 'unknown_event'],
    ['a type in the prototype', '{"__proto__":{"type":"response.cancel"}}', 'invalid_value'],
    ['a commit of nothing', '{"type":"input_audio_buffer.commit"}', 'input_audio_buffer_commit_empty'],
    [
      'an unknown voice',
      '{"type":"session.update","session":{"type":"realtime","audio":{"output":{"voice":"__proto__"}}}}',
      'unknown_voice',
    ],
    ['a cancel with nothing to cancel', '{"type":"response.cancel"}', 'response_cancel_not_active'],
    ['binary that is no media frame', Buffer.from([1, 2, 3]), 'invalid_media'],
    [
      'a frame only the server sends',
      Buffer.from(encodeMedia({ kind: 'audio', response: 1, position: 0, pcm: new Uint8Array(2) })),
      'invalid_media',
    ],
    [
      'an odd number of bytes',
      Buffer.from(encodeMedia({ kind: 'microphone', position: 0, pcm: new Uint8Array(2) })).subarray(0, 13),
      'invalid_media',
    ],
  ])('%s', async (_what, message, code) => {
    const client = await connect(server.realtime);
    client.socket.send(message);
    const { error } = await client.next('error');
    expect(error.code).toBe(code);
    expect(error.message.length).toBeGreaterThan(20);
    await stillAnswers(client);
  });

  it('binary frames without the subprotocol', async () => {
    const client = await connect(server.realtime, ['realtime']);
    expect(client.socket.protocol).toBe('realtime');
    client.socket.send(Buffer.from([0x50, 16]));
    expect((await client.next('error')).error.code).toBe('media_not_negotiated');
    await stillAnswers(client);
  });

  it('binary frames of every kind, cut anywhere', async () => {
    const client = await connect(server.realtime);
    const whole = (kind: number, length: number) => kind === 16 && length >= 12 && length % 2 === 0;
    let wrong = 0;
    for (const kind of [0, 1, 2, 3, 16, 255]) {
      for (let length = 0; length <= 32; length += 1) {
        client.socket.send(Buffer.from([0x50, kind, ...new Array<number>(30).fill(0)]).subarray(0, length));
        if (!whole(kind, length)) wrong += 1;
      }
    }
    client.send({ type: 'session.update', session: { type: 'realtime' } });
    await client.next('session.updated');
    const codes = client.events.flatMap((event) => (event.type === 'error' ? [event.error.code] : []));
    expect(codes).toEqual(new Array(wrong).fill('invalid_media'));
    await client.close();
  });

  it('an error repeats nothing that is longer than an id', async () => {
    const client = await connect(server.realtime);
    const long = 'x'.repeat(100_000);
    const metadata = { [long]: 'x' };
    const item = { type: 'message', role: 'user', content: [{ type: 'input_text', text: 'x' }] };
    client.send({ type: 'make.coffee', event_id: long });
    client.send({ type: long });
    client.send({ type: 'conversation.item.retrieve', item_id: long });
    client.send({ type: 'conversation.item.create', previous_item_id: long, item });
    client.send({ type: 'response.create', response: { metadata } });
    client.send({ type: 'session.update', session: { type: 'realtime', audio: { output: { voice: long } } } });
    for (let answer = 0; answer < 6; answer += 1) {
      const event = await client.next('error');
      expect(JSON.stringify(event).length, event.error.code).toBeLessThan(2000);
    }
    await stillAnswers(client);
  });

  it('a thousand events at once are answered one by one', async () => {
    const client = await connect(server.realtime);
    const ids = Array.from({ length: 1000 }, (_, index) => `evt_${index}`);
    for (const event_id of ids) client.send({ type: 'conversation.item.delete', item_id: 'item_nowhere', event_id });
    await stillAnswers(client);
    const answered = client.events.flatMap((event) => (event.type === 'error' ? [event.error.event_id] : []));
    expect(answered).toEqual(ids);
  });

  it('an event may come in pieces, with a ping between them', async () => {
    const client = await connect(server.realtime);
    client.socket.send('{"type":"response.', { fin: false });
    client.socket.ping('x');
    client.socket.send('', { fin: false });
    client.socket.send('cancel"}', { fin: true });
    expect((await client.next('error')).error.code).toBe('response_cancel_not_active');
    await stillAnswers(client);
  });

  it('names the event that failed', async () => {
    const client = await connect(server.realtime);
    client.send({ type: 'conversation.item.retrieve', item_id: 'item_nowhere', event_id: 'evt_7' });
    expect((await client.next('error')).error).toMatchObject({
      code: 'item_not_found',
      event_id: 'evt_7',
      param: 'item_id',
    });
    await stillAnswers(client);
  });
});

describe('what ends a connection says why', () => {
  it('a message over 15 MiB', async () => {
    const client = await connect(server.realtime);
    client.socket.send('x'.repeat(16 * 1024 * 1024));
    expect((await client.next('error')).error).toMatchObject({
      code: 'message_too_big',
      type: 'invalid_request_error',
    });
    expect(await client.closed).toEqual({ code: 1009, reason: 'message_too_big' });
  });

  it('text that is not UTF-8', async () => {
    const client = await connect(server.realtime);
    client.socket.send(Buffer.from([0x7b, 0xff, 0x7d]), { binary: false });
    const { error } = await client.next('error');
    expect(error).toMatchObject({ code: 'invalid_json', message: expect.stringMatching(/^The text is not UTF-8\. /) });
    expect(await client.closed).toEqual({ code: 1007, reason: 'the text is not UTF-8' });
  });

  it('a message in so many pieces that only an attack has them', async () => {
    const client = await connect(server.realtime);
    for (let piece = 0; piece < 20_000; piece += 1) client.socket.send('', { fin: false });
    expect((await client.next('error')).error).toMatchObject({ code: 'too_fast' });
    expect(await client.closed).toEqual({ code: 1008, reason: 'too_fast' });
  });

  it.each([
    ['of an unknown kind', [0x83, 0x80, 0, 0, 0, 0]],
    ['without its mask', [0x81, 2, 0x7b, 0x7d]],
    ['with a flag that was not agreed upon', [0xc1, 0x82, 0, 0, 0, 0, 0x7b, 0x7d]],
    ['that goes on with nothing', [0x80, 0x81, 0, 0, 0, 0, 0x78]],
    ['that closes with a code there is not', [0x88, 0x82, 0, 0, 0, 0, 0x03, 0xed]],
  ])('a frame %s', async (_what, bytes) => {
    const { client, wire } = await connectByWire();
    await client.next('session.created');
    wire.write(Buffer.from(bytes));
    expect(await client.closed).toEqual({ code: 1002, reason: 'a frame breaks the WebSocket protocol' });
  });

  it('a client that stops reading, and nobody else notices', async () => {
    const client = await connect(server.realtime);
    await client.next('session.created');
    client.socket.pause();
    const session = { type: 'realtime', note: 'x'.repeat(400_000) };
    for (let round = 0; round < 120; round += 1) client.send({ type: 'session.update', session });
    const other = await connect(server.realtime);
    await stillAnswers(other);
    await vi.waitFor(() => expect(server.output().log).toContain('slow_client'), { timeout: 45_000 });
    client.socket.resume();
    expect((await client.closed).code).toBeGreaterThan(1000);
    expect(server.process.exitCode).toBe(null);
  });

  it('a caller too many', async () => {
    const callers = await Promise.all([1, 2, 3].map(() => connect(server.realtime)));
    await Promise.all(callers.map((caller) => caller.next('session.created')));
    const fourth = await connect(server.realtime);
    expect((await fourth.next('error')).error).toMatchObject({ type: 'server_error', code: 'at_capacity' });
    expect((await fourth.closed).code).toBe(1013);
    await Promise.all(callers.map((caller) => caller.close()));
  });

  it('a connection that is cut in the middle of anything leaves its place to the next', async () => {
    const cuts: readonly ((wire: Socket) => void)[] = [
      (wire) => wire.resetAndDestroy(),
      (wire) => wire.end(),
      (wire) => wire.end(Buffer.from([0x82, 0xff, 0, 0, 0])),
      (wire) => wire.end(Buffer.from([0x82, 0xfe, 0x10, 0, 1, 2, 3, 4, 0x50, 16])),
      (wire) => wire.end(Buffer.from([0x01, 0x81, 0, 0, 0, 0, 0x7b])),
    ];
    for (const cut of cuts) {
      const { client, wire } = await connectByWire();
      await client.next('session.created');
      cut(wire);
      await client.closed;
    }
    const last = await connect(server.realtime);
    await last.next('session.created');
    await stillAnswers(last);
  });

  it('a caller who vanishes in mid-turn leaves its place to the next', async () => {
    for (let round = 0; round < 6; round += 1) {
      const client = await connect(server.realtime);
      client.ask('Tell me a story');
      await client.next('avatar.response');
      client.socket.terminate();
      await client.closed;
    }
    const client = await connect(server.realtime);
    await client.next('session.created');
    await stillAnswers(client);
  });
});

describe('who may not come in', () => {
  const refusal = (headers: Record<string, string>) =>
    new Promise<number | undefined>((resolve, reject) => {
      const socket = new WebSocket(server.realtime, ['realtime'], { headers });
      socket.on('open', () => reject(new Error('was let in')));
      socket.on('error', () => {});
      socket.on('unexpected-response', (_request, response) => resolve(response.statusCode));
    });

  it('a page of another origin', async () => {
    expect(await refusal({ origin: 'https://evil.example' })).toBe(403);
  });

  it('a name that was pointed at this machine', async () => {
    expect(await refusal({ host: 'evil.example' })).toBe(403);
  });

  it('the beta protocol', async () => {
    expect(await refusal({ 'openai-beta': 'realtime=v1' })).toBe(400);
  });

  it('but an origin that was allowed may, and may read what it fetches', async () => {
    const open = await startServer({ ALLOWED_ORIGINS: 'https://www.example.org' });
    const answer = await fetch(`${open.url}/parley-avatar.js`, { headers: { origin: 'https://www.example.org' } });
    expect(answer.status).toBe(200);
    expect(answer.headers.get('access-control-allow-origin')).toBe('https://www.example.org');
    await open.stop();
  });

  it('over plain HTTP either', async () => {
    const status = await new Promise((resolve) => {
      request(`${server.url}/v1/about`, { headers: { origin: 'https://evil.example' } }, (response) => {
        response.resume();
        resolve(response.statusCode);
      }).end();
    });
    expect(status).toBe(403);
  });
});
