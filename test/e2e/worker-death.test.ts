import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connect } from './client.js';
import { type RunningServer, startServer } from './server.js';
import { workersOf } from './workers-of.js';

let server: RunningServer;
beforeAll(async () => {
  server = await startServer();
});
afterAll(async () => {
  await server.stop();
});

async function readyAgain(): Promise<number> {
  const started = performance.now();
  while (!(await fetch(`${server.url}/readyz`)).ok) await new Promise((resolve) => setTimeout(resolve, 20));
  return performance.now() - started;
}

describe.skipIf(process.platform !== 'linux')('a voice that is killed in the middle of a word', () => {
  it('costs the sound of that answer, and the next one has its voice again', async () => {
    const client = await connect(server.realtime);
    client.ask('Tell me a story');
    await client.next('avatar.response');
    const voice = workersOf(server.process.pid).find(({ command }) => command.includes('espeak-worker'));
    process.kill(voice!.pid, 'SIGKILL');
    const { error } = await client.next('error');
    expect(error).toMatchObject({ type: 'server_error', code: 'tts_failed' });
    const done = await client.next('response.done');
    expect(done.response.status).toBe('completed');
    // Two seconds are promised, and half a second is usual; the bound leaves room for a busy machine.
    expect(await readyAgain()).toBeLessThan(4000);
    const heard = client.media.length;
    client.ask('Thank you');
    expect((await client.next('response.done')).response.status).toBe('completed');
    expect(client.media.length).toBeGreaterThan(heard + 10);
    await client.close();
  });
});
