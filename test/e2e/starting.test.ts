import { once } from 'node:events';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { connect } from './client.js';
import { type RunningServer, spawnServer, startServer } from './server.js';

/** Starts it in the expectation that it does not: its exit code, and what it said. */
async function refusal(environment: Record<string, string>): Promise<{ code: number; said: string }> {
  const child = spawnServer(environment);
  let said = '';
  child.stderr!.on('data', (data) => {
    said += data;
  });
  // Not 'exit': what it said may still be on its way then.
  const [code] = await once(child, 'close');
  return { code: code as number, said };
}

const running: RunningServer[] = [];
afterEach(async () => {
  await Promise.all(running.splice(0).map((server) => server.stop()));
});

describe('a start that cannot succeed ends with one plain sentence', () => {
  it('for a port that is taken', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const { port } = other.address() as { port: number };
    const { code, said } = await refusal({ PORT: String(port), LOG_LEVEL: 'silent' });
    other.close();
    expect(code).toBe(1);
    expect(said).toContain(`PORT=${port} on HOST=127.0.0.1 is taken`);
  });

  it.each([
    ['a wrong variable', { PORT: 'eighty' }, /PORT="eighty" is wrong: expected a whole number/],
    ['an unknown persona', { PERSONA: 'nobody' }, /PERSONA="nobody" is not one of: parley/],
    ['an unknown voice', { VOICE: 'nobody' }, /VOICE="nobody" is not one of: /],
    ['an unknown avatar', { AVATAR: 'nobody' }, /AVATAR="nobody" is not one of: ada/],
    ['an address of another machine', { HOST: '192.0.2.1' }, /HOST=192\.0\.2\.1 is not an address of this machine/],
    [
      'an avatar that was never drawn',
      { DATA_DIR: mkdtempSync(join(tmpdir(), 'parley-')) },
      /No avatar has been drawn/,
    ],
  ])('for %s', async (_what, environment, sentence) => {
    const { code, said } = await refusal({ ...environment, LOG_LEVEL: 'silent' });
    expect(code).toBe(1);
    expect(said).toMatch(sentence);
    expect(said.trim().split('\n').length).toBe(1);
  });

  it('for a persona with a mistake, with its file, line and reason', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'parley-'));
    writeFileSync(join(folder, 'parley.json'), '{\n  "name": "Ada",\n  "description": 7\n}\n');
    const { code, said } = await refusal({ PERSONAS_DIR: folder, LOG_LEVEL: 'silent' });
    expect(code).toBe(1);
    expect(said).toMatch(/parley\.json:\d+:\d+ /);
  });
});

describe('a server without a part', () => {
  it('without a voice answers as text, and says so in its table', async () => {
    const server = await startServer({ TTS: 'none' });
    running.push(server);
    expect(server.output().out).toMatch(/voice +none +answers are text/);
    const client = await connect(server.realtime);
    client.ask('Thank you');
    const done = await client.next('response.done');
    expect(done.response.output_modalities).toEqual(['text']);
    expect(done.response.output[0]).toMatchObject({ content: [{ type: 'output_text' }] });
    await client.close();
  });

  it('without a face answers as voice', async () => {
    const server = await startServer({ FACE: 'none' });
    running.push(server);
    const client = await connect(server.realtime);
    client.ask('Thank you');
    await client.next('response.done');
    expect(client.types()).not.toContain('avatar.announced');
    expect(new Set(client.media.map(({ kind }) => kind))).toEqual(new Set(['audio']));
    await client.close();
  });
});

describe('a server that is stopped', () => {
  it('tells its callers, and ends', async () => {
    const server = await startServer();
    const client = await connect(server.realtime);
    client.ask('Tell me a story');
    await client.next('avatar.response');
    expect(await server.stop()).toBe(0);
    expect((await client.closed).code).toBe(1001);
    expect(client.events.at(-1)).toMatchObject({ type: 'error', error: { code: 'shutting_down' } });
  });
});
