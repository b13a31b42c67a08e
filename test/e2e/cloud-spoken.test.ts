import { afterAll, afterEach, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import { pcmBytes } from '../../src/audio/pcm.js';
import { startOpenAiVendor } from '../../src/bench/vendors/openai/server.js';
import { eventually } from '../fixtures/eventually.js';
import { joined } from '../fixtures/hearing/recordings.js';
import { connect } from './client.js';
import { startCloudServer, startVendors, type Vendors } from './cloud.js';
import { questions, silent } from './recogniser.js';
import type { RunningServer } from './server.js';

vi.setConfig({ testTimeout: 120_000 });

const COMPLETED = 'conversation.item.input_audio_transcription.completed';
const DELTA = 'conversation.item.input_audio_transcription.delta';
const FAILED = 'conversation.item.input_audio_transcription.failed';

/** A stock client with transcripts. `detection`: null for one that commits by itself. */
async function listener(server: RunningServer, detection?: null) {
  const client = await connect(server.realtime, ['realtime']);
  onTestFinished(async () => void (await client.close()));
  const input = { transcription: {}, ...(detection === null ? { turn_detection: null } : {}) };
  client.send({ type: 'session.update', session: { type: 'realtime', audio: { input } } });
  await client.next('session.updated');
  return client;
}

const question = joined(questions.tellMeAStory, silent(1500));
const base64 = Buffer.from(pcmBytes(questions.tellMeAStory)).toString('base64');

describe('a caller who is heard by OpenAI', () => {
  let vendors: Vendors;
  let server: RunningServer;
  beforeAll(async () => {
    vendors = await startVendors('Tell me a story.');
    const environment = {
      OPENAI_STT_MODEL: 'gpt-4o-mini-transcribe',
      OPENAI_MAX_TOKENS: '1000',
      STT: 'openai',
      STT_DEADLINE: '6',
    };
    server = await startCloudServer({ ...vendors.environment, ...environment });
  });
  afterEach(() => vendors.clear());
  afterAll(async () => {
    expect(await server.stop()).toBe(0);
    await vendors.close();
  });

  it('is understood, and answered', async () => {
    const client = await listener(server);
    await client.speak(question);
    expect((await client.seen(COMPLETED)).transcript).toBe('Tell me a story.');
    expect((await client.next('response.done')).response.status).toBe('completed');
  });

  it('reads its words as they are recognised', async () => {
    const client = await listener(server, null);
    client.send({ type: 'input_audio_buffer.append', audio: base64 });
    client.send({ type: 'input_audio_buffer.commit' });
    const { transcript } = await client.seen(COMPLETED);
    const deltas = client.events.flatMap((event) => (event.type === DELTA ? [event.delta] : []));
    expect(deltas.length).toBeGreaterThan(1);
    expect(deltas.join('')).toBe(transcript);
  });

  it.each([
    ['the vendor is out of order', { kind: 'status', status: 503 }],
    ['the vendor hangs', { kind: 'half_open' }],
  ] as const)('is told when %s, is not answered, and is heard again afterwards', async (_, fault) => {
    const client = await listener(server);
    vendors.openAi.faults.set('transcriptions', fault, 20);
    await client.speak(question);
    const failed = await client.seen(FAILED);
    expect(failed.error).toMatchObject({ code: 'stt_failed' });
    expect(client.types()).not.toContain('response.created');
    vendors.clear();
    await vi.waitFor(
      async () => {
        await client.speak(question);
        expect(client.types()).toContain(COMPLETED);
      },
      { timeout: 60_000 },
    );
  });
});

describe('a caller who is heard by whoever is there', () => {
  it('is understood by OpenAI, by a Whisper of the house when that fails, and by the embedded recogniser at last', async () => {
    const vendors = await startVendors('Tell me a story.');
    const at = { firstMs: 20, everyMs: 5, jitter: 0 };
    const whisper = await startOpenAiVendor({
      answer: async function* () {},
      hears: () => 'Tell me another story.',
      pace: { models: at, chat: at, transcriptions: at },
    });
    const server = await startCloudServer({
      ...vendors.environment,
      STT: 'openai,whisper,pocketsphinx',
      WHISPER_BASE_URL: whisper.url,
      STT_DEADLINE: '30',
    });
    onTestFinished(async () => {
      await server.stop();
      await Promise.all([vendors.close(), whisper.close()]);
    });
    expect(server.output().out).toMatch(/recogniser +openai +.*; if it fails: whisper, pocketsphinx/);
    const client = await listener(server, null);
    const heard = async () => {
      const before = client.types().filter((type) => type === COMPLETED).length;
      client.send({ type: 'input_audio_buffer.append', audio: base64 });
      client.send({ type: 'input_audio_buffer.commit' });
      await eventually(() => expect(client.types().filter((type) => type === COMPLETED).length).toBe(before + 1));
      return client.events.findLast((event) => event.type === COMPLETED)!.transcript;
    };
    expect(await heard()).toBe('Tell me a story.');
    vendors.openAi.faults.set('transcriptions', { kind: 'status', status: 503 }, 20);
    expect(await heard()).toBe('Tell me another story.');
    whisper.faults.set('transcriptions', { kind: 'cut', after: 0 }, 20);
    expect((await heard()).toLowerCase()).toBe('tell me a story');
  });
});
