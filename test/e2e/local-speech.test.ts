/** Voices and ears of this machine in a whole server: on tiny models, with the processes that they really run in. */
import { once } from 'node:events';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { pcmSamples } from '../../src/audio/pcm.js';
import { SPEECHLESS, speechPython, tinyKokoro } from '../fixtures/speech-python.js';
import { connect } from './client.js';
import { type RunningServer, startServer, untilReady } from './server.js';
import { pidsOf } from './workers-of.js';

type Client = Awaited<ReturnType<typeof connect>>;

/** The tiny model's voices hum as loudly as 0.2 (af_heart), 0.3, 0.4 (am_adam) and 0.5 of full scale. */
function loudest({ media }: Client): number {
  let peak = 0;
  for (const frame of media) {
    if (frame.kind === 'audio') for (const sample of pcmSamples(frame.pcm)) peak = Math.max(peak, Math.abs(sample));
  }
  return peak / 32_767;
}

const withVoice = (voice: string) => ({
  type: 'session.update',
  session: { type: 'realtime', audio: { output: { voice } } },
});

describe.skipIf(speechPython === null)(`local speech${speechPython === null ? SPEECHLESS : ''}`, () => {
  let model: ReturnType<typeof tinyKokoro>;
  let server: RunningServer;
  const running = () => pidsOf(server, 'kokoro').length;
  beforeAll(async () => {
    model = tinyKokoro();
    server = await startServer({
      TTS: 'kokoro,espeak',
      KOKORO_PYTHON: speechPython!,
      KOKORO_MODEL: model.folder,
      STT: 'whisper',
      WHISPER_PYTHON: speechPython!,
      WHISPER_MODEL: join(import.meta.dirname, '../fixtures/whisper'),
    });
    // Whoever is to take over has to be there, too.
    await vi.waitUntil(() => running() > 0 && pidsOf(server, 'espeak').length > 0, { timeout: 60_000 });
  });
  afterAll(async () => {
    expect(await server.stop()).toBe(0);
    model.remove();
  });

  it('stands in the start-up table, with what takes over', () => {
    const { out } = server.output();
    expect(out).toMatch(/recogniser +whisper +hears whatever is said, on this machine/);
    expect(out).toMatch(/voice +kokoro +a natural voice on this machine/);
  });

  it.each([
    ['am_adam', 0.4],
    ['af_heart:1,am_adam:1', 0.3],
  ])('speaks as %s, if a session asks for that', async (voice, level) => {
    const client = await connect(server.realtime);
    client.send(withVoice(voice));
    await client.next('session.updated');
    client.ask('Thank you');
    expect((await client.next('response.done')).response.status).toBe('completed');
    expect(loudest(client)).toBeCloseTo(level, 2);
    await client.close();
  });

  it('knows a voice that it has not', async () => {
    const client = await connect(server.realtime);
    client.send(withVoice('af_heart,nobody'));
    expect((await client.next('error')).error.code).toBe('unknown_voice');
    await client.close();
  });

  /** A story whose voice is killed in the middle; told until another one has taken over. */
  async function bereaved(client: Client) {
    const before = { running: running(), takenOver: await takenOver(server) };
    client.media.length = 0;
    client.ask('Tell me a story');
    await client.next('avatar.response');
    while (client.media.length < 10) await once(client.socket, 'message');
    process.kill(pidsOf(server, 'kokoro').at(-1)!, 'SIGKILL');
    await vi.waitUntil(async () => (await takenOver(server)) > before.takenOver, { timeout: 60_000, interval: 100 });
    const heard = client.media.length;
    while (client.media.length < heard + 10) await once(client.socket, 'message');
    client.send({ type: 'response.cancel' });
    const { response } = await client.next('response.done');
    expect(response).toMatchObject({ status: 'cancelled', status_details: { reason: 'client_cancelled' } });
    expect(client.types()).not.toContain('error');
    await vi.waitUntil(() => running() > before.running, { timeout: 60_000 });
  }

  it('goes on with another voice when its process is killed in the middle of an answer', async () => {
    const client = await connect(server.realtime);
    await bereaved(client);
    await untilReady(server.url);
    client.ask('Thank you');
    expect((await client.next('response.done')).response.status).toBe('completed');
    await client.close();
  });

  it('tells the operator how fast it is', async () => {
    await vi.waitUntil(
      async () => /parley_worker\{worker="kokoro",stat="real_time_factor_p50"\}/.test(await metricsOf(server)),
      {
        timeout: 60_000,
        interval: 500,
      },
    );
    expect(await metricsOf(server)).toMatch(/parley_worker\{worker="whisper",stat="rss_bytes"\} \d+/);
  });
});

const metricsOf = async ({ url }: RunningServer): Promise<string> => (await fetch(`${url}/metrics`)).text();

/** How often espeak spoke on. */
async function takenOver(server: RunningServer): Promise<number> {
  return Number(/\{job="tts",from="kokoro",to="espeak"\} (\d+)/.exec(await metricsOf(server))?.[1] ?? 0);
}
