import { once } from 'node:events';
import { request } from 'node:http';
import { OpenAIRealtimeWebSocket, RealtimeAgent, RealtimeSession } from '@openai/agents-realtime';
import OpenAI from 'openai';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import WebSocket from 'ws';
import { connect } from './client.js';
import { type RunningServer, spawnServer, startServer } from './server.js';

const token = 'a-token-of-the-tests';
const navigation = { accept: 'text/html' };

let server: RunningServer;
beforeAll(async () => {
  server = await startServer({ ACCESS_TOKEN: token, ALLOWED_ORIGINS: 'https://www.example.org', LOG_LEVEL: 'trace' });
});
afterAll(async () => {
  expect(await server.stop()).toBe(0);
});

const get = (path: string, headers: Record<string, string> = {}) =>
  fetch(server.url + path, { headers, redirect: 'manual' });

/** What the server answers to a handshake that it refuses; `open` for one that it accepts. */
const handshake = (path: string, protocols: string[], headers: Record<string, string> = {}) =>
  new Promise<number | 'open'>((resolve) => {
    const socket = new WebSocket(server.realtime.replace('/v1/realtime', path), protocols, { headers });
    socket.on('error', () => {});
    socket.on('unexpected-response', (_request, response) => resolve(response.statusCode ?? 0));
    socket.on('open', () => {
      socket.close();
      resolve('open');
    });
  });

describe('a server with a token', () => {
  it.each(['/', '/index.html', '/v1/about', '/v1/avatars', '/v1/nothing', '//', '/assets/../index.html', '/%zz'])(
    'tells a stranger nothing at %s',
    async (path) => {
      // Not by fetch, which tidies addresses up.
      const { status, body } = await new Promise<{ status: number; body: string }>((resolve) => {
        request(server.url, { path }, (response) => {
          let body = '';
          response.on('data', (data) => {
            body += data;
          });
          response.on('end', () => resolve({ status: response.statusCode ?? 0, body }));
        }).end();
      });
      expect(status).toBe(path === '/%zz' ? 400 : 401);
      expect(JSON.parse(body).error.code).toBe(path === '/%zz' ? 'invalid_value' : 'unauthorized');
    },
  );

  it('tells health, and gives the program of the element, to everybody', async () => {
    for (const path of ['/healthz', '/readyz', '/parley-avatar.js']) expect((await get(path)).status).toBe(200);
  });

  it('tells a browser where the link is', async () => {
    const answer = await get('/', navigation);
    expect(answer.status).toBe(401);
    expect(answer.headers.get('www-authenticate')).toContain('Bearer');
    expect(answer.headers.get('content-security-policy')).toContain("default-src 'self'");
    expect(await answer.text()).toMatch(/<h1>This server needs its link<.*\?token=/s);
  });

  it('turns the link into a cookie that opens page and socket, on every page', async () => {
    const answer = await get(`/?silence=20&token=${token}`, navigation);
    expect(answer.status).toBe(303);
    expect(answer.headers.get('location')).toBe('/?silence=20');
    const cookie = answer.headers.get('set-cookie')!.split(';')[0]!;
    expect((await get('/', { ...navigation, cookie })).status).toBe(200);
    expect(await handshake('/v1/realtime', ['realtime'], { cookie, origin: server.url })).toBe('open');
    const { headers } = await get(`/kiosk?token=${token}`, navigation);
    expect(headers.get('location')).toBe('/kiosk');
  });

  it('leads one who followed the link from another site on by a page of its own, which the cookie reaches', async () => {
    const answer = await get(`/?token=${token}`, { ...navigation, 'sec-fetch-site': 'cross-site' });
    expect(answer.status).toBe(200);
    expect(answer.headers.get('set-cookie')).toContain('SameSite=Strict');
    expect(answer.headers.get('refresh')).toBe('0;url=/');
  });

  it('does not let a foreign page ride on the cookie', async () => {
    const cookie = `parley_access_${new URL(server.url).port}=${token}`;
    expect(await handshake('/v1/realtime', ['realtime'], { cookie, origin: 'https://evil.example' })).toBe(403);
  });

  it('lets an embedding page in by the address of socket and pack, if its origin may', async () => {
    const origin = 'https://www.example.org';
    const path = `/v1/realtime?token=${token}`;
    expect(await handshake(path, ['realtime', 'parley.media.v1'], { origin })).toBe('open');
    expect(await handshake(path, ['realtime'], { origin: 'https://evil.example' })).toBe(403);
    expect(await handshake('/v1/realtime', ['realtime'], { origin })).toBe(401);
    const client = await connect(`${server.realtime}?token=${token}`);
    const { avatar } = await client.next('avatar.announced');
    await client.close();
    expect((await get(avatar.pack.url, { origin })).status).toBe(401);
    const pack = await get(`${avatar.pack.url}?token=${token}`, { origin });
    expect(pack.status).toBe(200);
    expect(pack.headers.get('access-control-allow-origin')).toBe(origin);
    await pack.body?.cancel();
  });

  it('takes the key of a Realtime client, in a header or beside the subprotocol, and never echoes it', async () => {
    const bearer = await connect(server.realtime, ['realtime'], { headers: { authorization: `Bearer ${token}` } });
    await bearer.next('session.created');
    await bearer.close();
    const browser = await connect(server.realtime, ['realtime', `openai-insecure-api-key.${token}`]);
    expect(browser.socket.protocol).toBe('realtime');
    await browser.close();
    expect(await handshake('/v1/realtime', ['realtime', 'openai-insecure-api-key.none'])).toBe(401);
  });

  it('writes the token nowhere', async () => {
    await get(`/v1/nothing?token=${token}`);
    expect(await (await get(`/%zz?token=${token}`)).text()).not.toContain(token);
    await handshake(`/v1/nothing?token=${token}`, ['realtime']);
    await handshake(`/v1/realtime?token=${token}`, ['realtime', 'openai-beta.realtime-v1']);
    expect(server.output().log).toContain('"level":');
    expect(server.output().out + server.output().log).not.toContain(token);
  });
});

describe('a server for more than this machine', () => {
  it('makes a token, prints the link, and the link opens it', async () => {
    const child = spawnServer({ HOST: '0.0.0.0' });
    const link = await new Promise<string>((resolve) => {
      let out = '';
      child.stdout!.on('data', (data) => {
        out += data;
        const found = /Open (\S+)\n/.exec(out)?.[1];
        if (found !== undefined) resolve(found);
      });
    });
    const answer = await fetch(link, { headers: navigation, redirect: 'manual' });
    const ended = once(child, 'exit');
    child.kill('SIGTERM');
    await ended;
    expect(link).toMatch(/^http:\/\/localhost:\d+\/\?token=[\w-]{32}$/);
    expect(answer.status).toBe(303);
  });
});

describe('a short-lived key, issued to whoever has the token', () => {
  const backend = () => new OpenAI({ apiKey: token, baseURL: `${server.url}/v1` });

  it('opens sessions that begin with its settings, and nothing else', async () => {
    const instructions = 'Be brief.';
    const issued = await backend().realtime.clientSecrets.create({
      expires_after: { anchor: 'created_at', seconds: 60 },
      session: { type: 'realtime', instructions, audio: { output: { speed: 1.25 } } },
    });
    expect(issued.value).toMatch(/^ek_/);
    expect(issued.expires_at * 1000 - Date.now()).toBeLessThanOrEqual(60_000);
    expect(issued.session).toMatchObject({ type: 'realtime', instructions, audio: { output: { speed: 1.25 } } });

    const bearer = { authorization: `Bearer ${issued.value}` };
    for (const path of ['/v1/about', '/', '/v1/avatars']) expect((await get(path, bearer)).status).toBe(401);
    const again = await fetch(`${server.url}/v1/realtime/client_secrets`, { method: 'POST', headers: bearer });
    expect(again.status).toBe(401);

    const client = await connect(server.realtime, ['realtime', `openai-insecure-api-key.${issued.value}`]);
    expect((await client.next('session.created')).session).toMatchObject({
      instructions,
      audio: { output: { speed: 1.25 } },
    });
    await client.close();
  });

  it('lets the agents SDK’s own client in', async () => {
    const { value } = await backend().realtime.clientSecrets.create({ session: { type: 'realtime' } });
    const transport = new OpenAIRealtimeWebSocket({ url: server.realtime });
    const session = new RealtimeSession(new RealtimeAgent({ name: 'Ada' }), { transport });
    const ended = new Promise<string>((resolve) => session.on('agent_end', (_context, _agent, text) => resolve(text)));
    await session.connect({ apiKey: value });
    session.sendMessage('Thank you');
    expect((await ended).length).toBeGreaterThan(5);
    session.close();
  });

  it('is refused with its reason where its settings cannot be', async () => {
    const voice = 'nobody-has-this';
    const refused = backend().realtime.clientSecrets.create({
      session: { type: 'realtime', audio: { output: { voice } } },
    });
    await expect(refused).rejects.toMatchObject({ status: 400, code: 'unknown_voice' });
  });

  it('is none that somebody made up', async () => {
    expect(await handshake('/v1/realtime', ['realtime', 'openai-insecure-api-key.ek_made_up'])).toBe(401);
    const answer = await fetch(`${server.url}/v1/realtime/client_secrets`, { method: 'POST' });
    expect(answer.status).toBe(401);
  });
});
