/** `npm run simulate`: its control, and the real program, which runs from dist/. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { type AddressInfo, connect, createServer } from 'node:net';
import OpenAI from 'openai';
import { describe, expect, it, onTestFinished } from 'vitest';
import { type Simulated, simulateControl } from '../../src/bench/simulate-control.js';
import { OPENAI_ENDPOINTS } from '../../src/bench/vendors/openai/routes.js';
import { clientOf, vendorOf, wav } from './vendor-openai-fixture.js';

describe('the control', () => {
  async function controlled() {
    const vendors: Simulated[] = [];
    const { vendor, client } = await vendorOf(undefined, { control: simulateControl(() => vendors) });
    vendors.push({ name: 'OpenAI', endpoints: OPENAI_ENDPOINTS, vendor, environment: '' });
    const url = vendor.url.replace('/v1', '/simulate');
    const post = async (body: unknown, headers: Record<string, string> = { 'content-type': 'application/json' }) => {
      const answer = await fetch(url, {
        method: 'POST',
        headers,
        body: typeof body === 'string' ? body : JSON.stringify(body),
      });
      return { status: answer.status, body: (await answer.json()) as Record<string, unknown> };
    };
    return { vendor, client, url, post };
  }

  it('shows what was asked, and what is to go wrong', async () => {
    const { vendor, client, url } = await controlled();
    await client.models.list();
    await expect.poll(() => vendor.open()).toBe(0);
    vendor.faults.set('chat', { kind: 'half_open' }, 2);
    expect(await (await fetch(url)).json()).toEqual({
      OpenAI: {
        url: vendor.url,
        open: 0,
        faults: [{ endpoint: 'chat', fault: { kind: 'half_open' }, times: 2 }],
        requests: [{ endpoint: 'models', body: null, state: 'done' }],
      },
    });
    expect(vendor.requests).toHaveLength(1);
  });

  it('makes things go wrong, and right again', async () => {
    const { vendor, client, post } = await controlled();
    const planned = await post({ endpoint: 'models', fault: { kind: 'status', status: 503 }, times: 3 });
    expect(planned).toMatchObject({ status: 200, body: { OpenAI: { faults: [{ endpoint: 'models', times: 3 }] } } });
    await expect(client.models.list()).rejects.toThrow(OpenAI.InternalServerError);
    expect(await post({ clear: true })).toMatchObject({ status: 200, body: { OpenAI: { faults: [] } } });
    await client.models.list();
    expect(vendor.faults.pending()).toEqual([]);
  });

  it.each([
    ['{', /expected object/],
    [{}, /^endpoint: /],
    [{ clear: false }, /^clear: /],
    [{ clear: true, endpoint: 'chat' }, /Unrecognized key/],
    [{ endpoint: 'chat' }, /^fault: /],
    [{ endpoint: 'chat', fault: { kind: 'status', status: 200 } }, /^fault\.status: /],
    [{ endpoint: 'chat', fault: { kind: 'status', status: 429, retryAfter: '1\r\nx: y' } }, /^fault\.retryAfter: /],
    [{ endpoint: 'chat', fault: { kind: 'half_open' }, times: 0 }, /^times: /],
    [{ endpoint: 'speech', fault: { kind: 'half_open' } }, /^endpoint: nothing that runs here has speech/],
    [{ endpoint: 'chat', fault: { kind: 'half_open' }, note: 'x'.repeat(10_000) }, /expected object/],
  ])('refuses %j with a sentence', async (body, sentence) => {
    const { vendor, post } = await controlled();
    expect(await post(body)).toMatchObject({ status: 400, body: { error: expect.stringMatching(sentence) } });
    expect(vendor.faults.pending()).toEqual([]);
  });

  it('takes nothing that a page of the web could send', async () => {
    const { url, post, vendor } = await controlled();
    const body = { endpoint: 'chat', fault: { kind: 'half_open' } };
    expect(await post(body, { 'content-type': 'text/plain' })).toMatchObject({ status: 415 });
    const asking = { origin: 'https://example.com', 'access-control-request-method': 'POST' };
    const preflight = await fetch(url, { method: 'OPTIONS', headers: asking });
    expect(preflight.status).toBe(405);
    expect(preflight.headers.get('access-control-allow-origin')).toBeNull();
    expect(await hostedAs('rebound.example', url)).toMatch(/^HTTP\/1\.1 403 /);
    expect(await hostedAs('localhost:1', url)).toMatch(/^HTTP\/1\.1 200 /);
    expect(vendor.faults.pending()).toEqual([]);
  });
});

/** fetch sets the Host by itself. */
async function hostedAs(host: string, url: string): Promise<string> {
  const socket = connect(Number(new URL(url).port), '127.0.0.1');
  socket.end(`GET /simulate HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`);
  const [answer] = await once(socket, 'data');
  socket.destroy();
  return String(answer);
}

describe('the program', () => {
  function started(...args: string[]): ChildProcess & { said: string } {
    const child = Object.assign(spawn(process.execPath, ['dist/bench/simulate.js', ...args]), { said: '' });
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (data) => {
        child.said += data;
      });
    }
    onTestFinished(() => void child.kill('SIGKILL'));
    return child;
  }

  it('says what to paste, answers with the script, goes wrong as told, and ends when it is told to', async () => {
    const child = started(
      '--fault',
      'models=401',
      '--chat',
      '0,0',
      '--transcriptions',
      '0,0',
      '--hears',
      'Hello|What is your name?',
    );
    await expect.poll(() => child.said).toMatch(/npm start\n$/);
    const url =
      /^OPENAI_BASE_URL=(\S+) OPENAI_API_KEY=sk-simulated ELEVENLABS_BASE_URL=http:\S+ ELEVENLABS_API_KEY=\S+ npm start$/m.exec(
        child.said,
      )![1]!;
    const client = clientOf(url, { apiKey: 'sk-simulated' });
    await expect(client.models.list()).rejects.toThrow(OpenAI.AuthenticationError);
    const hear = async () => (await client.audio.transcriptions.create({ file: wav(), model: 'whisper-1' })).text;
    expect([await hear(), await hear(), await hear()]).toEqual(['Hello', 'What is your name?', 'Hello']);
    const messages = [{ role: 'user' as const, content: 'What is your name?' }];
    const answer = await client.chat.completions.create({ model: 'gpt-4o-mini', messages });
    expect(answer.choices[0]!.message.content).toMatch(/\bAda\b/);
    const shown = await (await fetch(url.replace('/v1', '/simulate'))).json();
    expect(shown).toMatchObject({ OpenAI: { url, open: 0, faults: [] }, ElevenLabs: { faults: [] } });
    // Somebody who still waits for an answer does not keep it.
    await fetch(url.replace('/v1', '/simulate'), {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ endpoint: 'chat', fault: { kind: 'stall', after: 0 } }),
    });
    const stream = await client.chat.completions.create({ model: 'gpt-4o-mini', messages, stream: true });
    const waiting = expect(
      (async () => {
        for await (const _ of stream);
      })(),
    ).rejects.toThrow('terminated');
    child.kill('SIGTERM');
    expect(await once(child, 'exit')).toEqual([0, null]);
    await waiting;
  });

  it('shows how it is used', async () => {
    const child = started('--help');
    expect(await once(child, 'close')).toEqual([0, null]);
    expect(child.said).toMatch(/^npm run simulate -- .*--fault/s);
  });

  it('says why it cannot run', async () => {
    const taken = createServer().listen(0, '127.0.0.1');
    onTestFinished(() => void taken.close());
    await once(taken, 'listening');
    const { port } = taken.address() as AddressInfo;
    for (const [args, sentence] of [
      [['--chat', 'fast'], /--chat fast is not a pace/],
      [['--openai-port', String(port)], /EADDRINUSE/],
    ] as const) {
      const child = started(...args);
      expect(await once(child, 'close')).toEqual([2, null]);
      expect(child.said).toMatch(sentence);
      expect(child.said).toMatch(/^Nothing can be simulated: /);
    }
  });
});
