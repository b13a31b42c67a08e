import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { type IncomingMessage, request } from 'node:http';
import { createConnection } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import WebSocket from 'ws';
import {
  type Authority,
  createAuthority,
  daysFromNow,
  type Issued,
  issue,
  writePair,
} from '../fixtures/certificate.js';
import { connect } from './client.js';
import { get } from './https.js';
import { type RunningServer, spawnServer, startServer } from './server.js';

const token = 'a-token-of-the-tests';
const bearer = { authorization: `Bearer ${token}` };
/** Where nobody speaks, a server is up in a moment. */
const quick = { VAD: 'loudness', STT: 'none', TTS: 'none', FACE: 'none' };

let authority: Authority;
let issued: Issued;
let files: ReturnType<typeof writePair>;
beforeAll(async () => {
  authority = await createAuthority();
  issued = await issue(authority, { hosts: ['lobby.example'] });
  files = writePair(issued);
});

const settings = () => ({ TLS_CERT: files.TLS_CERT, TLS_KEY: files.TLS_KEY });

describe('a server with a certificate', () => {
  let server: RunningServer;
  let ca: string;
  beforeAll(async () => {
    ca = authority.cert;
    server = await startServer({ ...settings(), ACCESS_TOKEN: token, LOG_LEVEL: 'trace' }, ca);
  });
  afterAll(async () => {
    expect(await server.stop()).toBe(0);
  });

  const page = (path: string, headers: Record<string, string> = {}) =>
    get(server.url + path, { ca, headers, servername: 'localhost' });

  it('prints a link by https, which opens the page', async () => {
    expect(server.url).toMatch(/^https:\/\/127\.0\.0\.1:\d+$/);
    const { status, headers, body } = await page('/', bearer);
    expect(status).toBe(200);
    expect(headers['content-type']).toContain('text/html');
    expect(body).toContain('<parley-avatar');
    expect((await page('/readyz')).status).toBe(200);
  });

  it('turns the link into a cookie that no browser sends over plain HTTP, and that opens the socket', async () => {
    const { status, headers } = await page(`/?token=${token}`, { accept: 'text/html' });
    expect(status).toBe(303);
    const cookie = headers['set-cookie']![0]!;
    expect(cookie).toMatch(/; Secure$/);
    const sent = { cookie: cookie.split(';')[0]!, origin: server.url };
    const client = await connect(server.realtime, ['realtime'], { ca, headers: sent });
    await client.next('session.created');
    await client.close();
  });

  it('answers with voice and face over wss', async () => {
    const client = await connect(server.realtime, ['parley.media.v1'], { ca, headers: bearer });
    client.ask('Thank you');
    const { response } = await client.next('response.done');
    expect(response.status).toBe('completed');
    expect(new Set(client.media.map(({ kind }) => kind))).toEqual(new Set(['audio', 'patch']));
    await client.close();
  });

  it('knows the names of its certificate, and neither other names nor foreign pages', async () => {
    const status = async (headers: Record<string, string>) =>
      (await page('/v1/about', { ...bearer, ...headers })).status;
    const port = new URL(server.url).port;
    const host = `lobby.example:${port}`;
    expect(await status({ host, origin: `https://${host}` })).toBe(200);
    expect(await status({ host: `evil.example:${port}` })).toBe(403);
    expect(await status({ host, origin: 'https://evil.example' })).toBe(403);
  });

  it('leads on whoever comes without TLS', async () => {
    const plain = server.url.replace('https', 'http');
    const answer = await fetch(`${plain}/kiosk?silence=20`, { redirect: 'manual' });
    expect(answer.status).toBe(307);
    expect(answer.headers.get('location')).toBe(`${server.url}/kiosk?silence=20`);
    expect(await answer.text()).toBe(`This server speaks https: ${server.url}/kiosk?silence=20\n`);
    const socket = new WebSocket(server.realtime.replace('wss', 'ws'));
    const [error] = (await once(socket, 'error')) as [Error];
    expect(error.message).toBe('Unexpected server response: 307');
  });

  it('stays well when somebody speaks neither', async () => {
    const plain = request(server.url.replace('https', 'http'), { headers: { host: 'a b' } }).end();
    const [answer] = (await once(plain, 'response')) as [IncomingMessage];
    expect(answer.statusCode).toBe(400);
    answer.resume();
    await expect(get(server.url, {})).rejects.toThrow(/certificate/);
    expect((await page('/healthz')).status).toBe(200);
  });

  it('is well to the probe of the container', async () => {
    expect(await probe(server, settings())).toBe(0);
    expect(await probe(server, {})).toBe(1);
  });

  // Each has processes of its own, and the first talks in real time.
  it('is measured by the bench, which trusts whom Node trusts', { timeout: 60_000 }, async () => {
    const args = ['--url', server.url, '--token', token, '--callers', '1', '--turns', '1', '--typed'];
    expect(await bench(args, { NODE_EXTRA_CA_CERTS: writePair(authority).TLS_CERT })).toMatchObject({ code: 0 });
    expect(await bench(args, {})).toEqual({
      code: 2,
      said: expect.stringMatching(/The certificate of https:\S+ is not trusted here \([A-Z_]+\)\. NODE_EXTRA_CA_CERTS/),
    });
    const plain = await bench(['--url', server.url.replace('https', 'http')], {});
    expect(plain).toEqual({
      code: 2,
      said: expect.stringContaining(`/v1/about answers 307. It leads to ${server.url}/`),
    });
  });

  it('shows the key nowhere', () => {
    const { out, log } = server.output();
    expect(log).toContain('"level":');
    const [, secret] = issued.key.split('\n');
    expect(secret!.length).toBeGreaterThan(40);
    expect(out + log).not.toContain(secret!);
  });

  it('takes a renewed pair at SIGHUP, keeps it when the next one is bad, and loses no caller', async () => {
    const client = await connect(server.realtime, ['parley.media.v1'], { ca, headers: bearer });
    await client.next('session.created');
    const first = (await page('/healthz')).fingerprint;

    const newName = { host: 'face.lobby.example' };
    expect((await page('/healthz', newName)).status).toBe(403);
    writePair(await issue(authority, { hosts: ['*.lobby.example'] }), files.folder);
    await hangUp(server, 'the certificate was read again');
    expect((await page('/healthz', newName)).status).toBe(200);
    const second = (await page('/healthz')).fingerprint;
    expect(second).not.toBe(first);

    writePair({ ...(await issue(authority)), key: issued.key }, files.folder);
    await hangUp(server, 'The certificate was not renewed, the old one stays. TLS_KEY=');
    expect((await page('/healthz')).fingerprint).toBe(second);

    client.ask('Thank you');
    expect((await client.next('response.done')).response.status).toBe('completed');
    await client.close();
    writePair(issued, files.folder);
  });
});

describe('a server with a certificate that stops', () => {
  it('does not wait for those who never end their handshake', async () => {
    const stopped = await startServer({ ...settings(), ...quick }, authority.cert);
    const stalled = createConnection(Number(new URL(stopped.url).port), '127.0.0.1');
    stalled.on('error', () => {});
    await once(stalled, 'connect');
    stalled.write(Buffer.from([22, 3, 1, 2, 0]));
    expect(await stopped.stop()).toBe(0);
    stalled.destroy();
  });
});

describe('a server without a certificate', () => {
  it('is well to the probe of the container, and ends at SIGHUP', async () => {
    const server = await startServer(quick);
    expect(await probe(server, {})).toBe(0);
    const ended = once(server.process, 'exit');
    server.process.kill('SIGHUP');
    expect(await ended).toEqual([null, 'SIGHUP']);
  });
});

describe('a certificate that has expired', () => {
  it('is told at the start, which goes on', async () => {
    const dates = { notBeforeDate: daysFromNow(-20), notAfterDate: daysFromNow(-10) };
    const { TLS_CERT, TLS_KEY } = writePair(await issue(authority, dates));
    const child = spawnServer({ TLS_CERT, TLS_KEY, ...quick });
    let out = '';
    for await (const text of child.stdout!) {
      out += text;
      if (/Open .*\n.*\n.*\n/.test(out)) break;
    }
    const ended = once(child, 'exit');
    child.kill('SIGTERM');
    expect(await ended).toEqual([0, null]);
    expect(out).toMatch(/Open https:.*\n.*\n {2}Warning: TLS_CERT=".*cert\.pem" expired on \d{4}-\d\d-\d\d; browsers/);
  });
});

describe('a pair that cannot be used ends the start with one plain sentence', () => {
  it.each([
    ['one without the other', () => ({ TLS_CERT: files.TLS_CERT }), /TLS_CERT is set and TLS_KEY is not/],
    ['a file that is not there', () => ({ ...settings(), TLS_KEY: 'gone.pem' }), /TLS_KEY="gone\.pem" is not there/],
    [
      'what is not PEM',
      () => ({ ...settings(), TLS_CERT: 'LICENSE' }),
      /TLS_CERT="LICENSE" is not a certificate in PEM/,
    ],
    [
      'a key of another certificate',
      () => ({ ...settings(), TLS_KEY: writePair(authority).TLS_KEY }),
      /TLS_KEY=".*" belongs to another certificate/,
    ],
    [
      'a key instead of its path',
      () => ({ ...settings(), TLS_KEY: issued.key }),
      /TLS_KEY is wrong: expected the path/,
    ],
  ])('for %s', async (_what, environment, sentence) => {
    const child = spawnServer(environment());
    let said = '';
    child.stderr!.on('data', (text) => {
      said += text;
    });
    const [code] = await once(child, 'close');
    expect(code).toBe(1);
    expect(said).toMatch(sentence);
    expect(said.trim().split('\n')).toHaveLength(1);
  });
});

/** Resolves when the server has written `line` into its log, after a signal. */
async function hangUp(server: RunningServer, line: string): Promise<void> {
  const from = server.output().log.length;
  server.process.kill('SIGHUP');
  while (!server.output().log.slice(from).includes(line)) await once(server.process.stderr!, 'data');
}

async function bench(args: string[], environment: Record<string, string>): Promise<{ code: number; said: string }> {
  const env = { ...process.env, PARLEY_ENV_FILE: 'none', ...environment };
  const child = spawn(process.execPath, ['dist/bench/main.js', ...args], { env, stdio: ['ignore', 'ignore', 'pipe'] });
  let said = '';
  child.stderr.on('data', (text) => {
    said += text;
  });
  const [code] = await once(child, 'close');
  return { code: code as number, said };
}

/** What the HEALTHCHECK of the Dockerfile ends with, for a server with these settings. */
async function probe(server: RunningServer, environment: Record<string, string>): Promise<number> {
  const command = /HEALTHCHECK .*\\\n +CMD (\[.*\])\n/.exec(readFileSync('Dockerfile', 'utf8'))![1]!;
  const [, ...args] = JSON.parse(command) as string[];
  const child = spawn(process.execPath, args, { env: { PORT: new URL(server.url).port, ...environment } });
  const [code] = await once(child, 'exit');
  return code as number;
}
