import { request } from 'node:http';
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
    expect((await client.closed).code).toBe(1009);
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
