/** Voices made of recordings by XTTS, over HTTP and in sessions; the model is tiny, and hums. */
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connect } from '../e2e/client.js';
import { type RunningServer, startServer } from '../e2e/server.js';
import { COQUILESS, coquiPython, tinyXtts } from '../fixtures/coqui-python.js';
import { eventually } from '../fixtures/eventually.js';
import { SPEECHLESS, speechPython } from '../fixtures/speech-python.js';
import { CONSENT, speechFile, voiceForm } from '../fixtures/voice-form.js';

const missing = coquiPython === null ? COQUILESS : speechPython === null ? SPEECHLESS : '';

interface Shown {
  readonly id: string;
  readonly name: string;
  readonly kind: string;
  readonly engine: string;
}

describe.skipIf(missing !== '')(`voices that XTTS has learnt${missing}`, () => {
  let model: ReturnType<typeof tinyXtts>;
  let data: string;
  let server: RunningServer;
  const start = () =>
    startServer({
      DATA_DIR: data,
      STT: 'none',
      TTS: 'coqui',
      FACE: 'none',
      COQUI_TOS_AGREED: '1',
      COQUI_PYTHON: coquiPython!,
      COQUI_MODEL: model.folder,
      COQUI_VOICE: 'Ada Example',
      WHISPER_PYTHON: speechPython!,
      // On a CPU even a tiny model takes its time.
      TTS_DEADLINE: '120',
      REQUEST_TIMEOUT: '120',
    });

  beforeAll(async () => {
    model = tinyXtts();
    data = mkdtempSync(join(tmpdir(), 'parley-learnt-'));
    symlinkSync(resolve('var/avatars'), join(data, 'avatars'));
    server = await start();
  });
  afterAll(async () => {
    await server.stop();
    model.remove();
    rmSync(data, { recursive: true, force: true });
  });

  const post = (form: FormData) => fetch(`${server.url}/v1/voices`, { method: 'POST', body: form });
  const drop = (id: string) => fetch(`${server.url}/v1/voices/${encodeURIComponent(id)}`, { method: 'DELETE' });
  const listed = async () => ((await (await fetch(`${server.url}/v1/voices`)).json()) as { voices: Shown[] }).voices;
  const folder = () => join(data, 'voices');
  const isUp = async () => {
    const { services } = (await (await fetch(`${server.url}/readyz`)).json()) as {
      services: { engine: string; state: string }[];
    };
    return services.find(({ engine }) => engine === 'coqui')?.state;
  };

  async function hears(voice: string): Promise<void> {
    const client = await connect(server.realtime, ['realtime']);
    client.send({ type: 'session.update', session: { type: 'realtime', audio: { output: { voice } } } });
    await client.next('session.updated');
    client.ask('What is Parley?');
    expect((await client.next('response.output_audio.delta')).delta.length).toBeGreaterThan(100);
    await client.close();
  }

  it('are made, listed, spoken with after a restart, too, and deleted', async () => {
    await eventually(async () => expect(await isUp()).toBe('up'));
    const answer = await post(voiceForm({ name: '../../anna' }));
    expect(answer.status).toBe(201);
    const voice = (await answer.json()) as Shown;
    expect(voice).toMatchObject({ name: '../../anna', engine: 'coqui', kind: 'learnt' });
    expect(readdirSync(folder())).toEqual([voice.id]);
    expect(readdirSync(join(folder(), voice.id)).sort()).toEqual(['about.json', 'voice.safetensors']);
    const about = JSON.parse(readFileSync(join(folder(), voice.id, 'about.json'), 'utf8'));
    expect(about).toMatchObject({ consent: { statement: CONSENT }, engine: 'coqui' });
    expect(statSync(join(folder(), voice.id, 'about.json')).mode & 0o077).toBe(0);
    const found = (await listed()).map(({ id, kind, engine }) => [id, kind, engine]);
    expect(found).toContainEqual(['Ada Example', 'built_in', 'coqui']);
    expect(found).toContainEqual([voice.id, 'learnt', 'coqui']);
    await hears(voice.id);

    await server.stop();
    server = await start();
    await eventually(async () => expect(await isUp()).toBe('up'));
    expect((await listed()).map(({ id }) => id)).toContain(voice.id);
    await hears(voice.id);

    expect((await drop('Ada Example')).status).toBe(409);
    expect((await drop(voice.id)).status).toBe(204);
    expect([(await listed()).map(({ id }) => id), readdirSync(folder())]).toEqual([['Ada Example', 'Ben Example'], []]);
    const client = await connect(server.realtime, ['realtime']);
    client.send({ type: 'session.update', session: { type: 'realtime', audio: { output: { voice: voice.id } } } });
    expect((await client.next('error')).error.code).toBe('unknown_voice');
    await client.close();
  });

  it('lets an answer that a voice has begun go on when the voice is deleted', async () => {
    const { id } = (await (await post(voiceForm())).json()) as Shown;
    const client = await connect(server.realtime, ['realtime']);
    client.send({ type: 'session.update', session: { type: 'realtime', audio: { output: { voice: id } } } });
    await client.next('session.updated');
    client.ask('What time is it?');
    await client.next('response.output_audio.delta');
    expect((await drop(id)).status).toBe(204);
    expect((await client.next('response.done')).response.status).toBe('completed');
    expect(client.events.filter(({ type }) => type === 'error')).toEqual([]);
    await client.close();
  });

  it('are not made without consent, nor of what is no recording', async () => {
    const code = async (form: FormData) =>
      ((await (await post(form)).json()) as { error: { code: string } }).error.code;
    expect(await code(voiceForm({ consent: '' }))).toBe('consent_missing');
    expect(await code(voiceForm({}, [['a.wav', new Uint8Array(5000)]]))).toBe('bad_recording');
    expect(await code(voiceForm({}, [['a.wav', speechFile(40)]]))).toBe('recording_clipped');
    expect(await code(voiceForm({ engine: 'elevenlabs' }))).toBe('cannot_learn');
    expect(readdirSync(folder())).toEqual([]);
  });
});
