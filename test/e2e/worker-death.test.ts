import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connect } from './client.js';
import { type RunningServer, startServer, untilReady } from './server.js';
import { workersOf } from './workers-of.js';

let server: RunningServer;
beforeAll(async () => {
  server = await startServer();
});
afterAll(async () => {
  await server.stop();
});

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
    await untilReady(server.url);
    // It was not kept waiting: after a first death the next process is started at once.
    expect(server.output().log).toMatch(/"reason":"killed by SIGKILL","failures":1,"restartMs":0,/);
    const heard = client.media.length;
    client.ask('Thank you');
    expect((await client.next('response.done')).response.status).toBe('completed');
    expect(client.media.length).toBeGreaterThan(heard + 10);
    await client.close();
  });
});
