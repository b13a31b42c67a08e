import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { pcmBytes, pcmSamples } from '../../src/audio/pcm.js';
import { joined } from '../fixtures/hearing/recordings.js';
import { connect } from './client.js';
import { COMPLETED, deaf, questions, silent, understood, untilInTime } from './recogniser.js';
import { type RunningServer, startServer, untilReady } from './server.js';
import { ear } from './speech-under-test.js';
import { pidsOf, workersOf } from './workers-of.js';

/** A question may have to be said several times on a busy machine. */
vi.setConfig({ testTimeout: 180_000 });

const persona = JSON.parse(readFileSync('personas/parley.json', 'utf8')) as { fallback: string[] };
const WITH_TRANSCRIPTS = {
  type: 'session.update',
  session: { type: 'realtime', audio: { input: { transcription: {} } } },
};

/** The question, and the silence of a microphone that stays open. */
const asked = (question: Int16Array, pauseMs = 2000) => joined(question, silent(pauseMs));

const base64 = (samples: Int16Array) => Buffer.from(pcmBytes(samples)).toString('base64');

describe.skipIf(deaf !== null)(`a spoken turn with the real engines${deaf === null ? '' : `, ${deaf}`}`, () => {
  let server: RunningServer;
  beforeAll(async () => {
    server = await startServer();
  });
  afterAll(async () => {
    expect(await server.stop()).toBe(0);
  });

  async function hearing() {
    const client = await connect(server.realtime);
    client.send(WITH_TRANSCRIPTS);
    await client.next('session.updated');
    return client;
  }

  it('is heard, understood and answered with voice and pictures', async () => {
    const client = await hearing();
    const { transcript, item_id } = await understood(server, client, () => client.speak(asked(questions.tellMeAStory)));
    expect(transcript).toBe(ear.hears.tellMeAStory);
    const started = await client.seen('input_audio_buffer.speech_started');
    const stopped = await client.seen('input_audio_buffer.speech_stopped');
    expect([started.item_id, stopped.item_id]).toEqual([item_id, item_id]);
    const spokenMs = stopped.audio_end_ms - started.audio_start_ms;
    expect(spokenMs).toBeGreaterThan(1000);
    expect(spokenMs).toBeLessThan(questions.tellMeAStory.length / 24 + 2000);
    await client.next('avatar.response');
    const isSeen = () => client.media.some((frame) => frame.kind === 'patch' && frame.jpeg.length > 0);
    while (!isSeen()) await once(client.socket, 'message');
    client.send({ type: 'response.cancel' });
    const { marks } = await client.next('avatar.timings');
    // The clock of a spoken turn runs from the last sound of the question.
    expect(marks.answered).toBeGreaterThan(200);
    expect(
      client.media.some((frame) => frame.kind === 'audio' && pcmSamples(frame.pcm).some((sample) => sample !== 0)),
    ).toBe(true);
    await client.close();
  });

  it('is not guessed at when it is none of the script', async () => {
    const client = await hearing();
    const { transcript } = await understood(server, client, () => client.speak(asked(questions.capitalOfFrance, 4000)));
    expect(transcript).toBe(ear.hears.capitalOfFrance);
    const { item } = await client.next('response.output_item.done');
    const said = item.type === 'message' ? item.content.map((part) => 'transcript' in part && part.transcript) : [];
    expect(persona.fallback).toContain(said[0]);
    await client.close();
  });

  it('cuts off an answer that sounds, and is answered itself', async () => {
    const client = await hearing();
    client.ask('Tell me a story');
    const { response_id } = await client.next('avatar.response');
    const { transcript } = await understood(server, client, () =>
      client.speak(joined(silent(500), asked(questions.whatIsParley, 4000))),
    );
    expect(transcript).toBe(ear.hears.whatIsParley);
    expect(client.types()).toContain('input_audio_buffer.speech_started');
    expect(await client.seen('avatar.flush')).toMatchObject({ response_id, reason: 'turn_detected' });
    expect((await client.seen('response.done')).response).toMatchObject({
      id: response_id,
      status: 'cancelled',
      status_details: { reason: 'turn_detected' },
    });
    const cut = await client.seen('conversation.item.truncated');
    expect(cut.audio_end_ms).toBeGreaterThan(300);
    const sentMs = client.media.filter((frame) => frame.kind === 'audio').length * 40;
    expect(cut.audio_end_ms).toBeLessThanOrEqual(sentMs);
    while (client.types().filter((type) => type === 'avatar.response').length < 2) await client.next('avatar.response');
    await client.close();
  });

  it('comes as base64 from a stock client, all at once', async () => {
    const client = await connect(server.realtime, ['realtime']);
    client.send(WITH_TRANSCRIPTS);
    const { transcript } = await understood(server, client, async () =>
      client.send({ type: 'input_audio_buffer.append', audio: base64(asked(questions.tellMeAStory)) }),
    );
    expect(transcript).toBe(ear.hears.tellMeAStory);
    await client.next('response.output_audio.delta');
    await client.close();
  });

  it('is committed by a client that detects turns itself', async () => {
    const client = await connect(server.realtime, ['realtime']);
    client.send({ type: 'input_audio_buffer.commit', event_id: 'too soon' });
    expect((await client.next('error')).error).toMatchObject({
      code: 'input_audio_buffer_commit_empty',
      event_id: 'too soon',
    });
    const input = { turn_detection: null, transcription: { language: 'en' } };
    client.send({ type: 'session.update', session: { type: 'realtime', audio: { input } } });
    const response = await untilInTime(server, async () => {
      client.send({ type: 'input_audio_buffer.append', audio: base64(questions.whatIsParley) });
      client.send({ type: 'input_audio_buffer.commit' });
      client.send({ type: 'response.create', response: { output_modalities: ['text'] } });
      const { response } = await client.next('response.done');
      return response.status === 'failed' ? null : response;
    });
    expect(response.status).toBe('completed');
    expect(client.types()).not.toContain('input_audio_buffer.speech_started');
    expect(await client.seen(COMPLETED)).toMatchObject({ transcript: ear.hears.whatIsParley });
    await client.close();
  });

  it('is heard to its end although the process that hears it is killed', async () => {
    // Where there is only one, the turn waits until it is back.
    const areUp = () => pidsOf(server, ear.name);
    await vi.waitUntil(() => areUp().length >= ear.processes, { timeout: 60_000 });
    const client = await hearing();
    const { transcript } = await understood(server, client, async () => {
      const speaking = client.speak(asked(questions.tellMeAStory));
      await client.next('input_audio_buffer.speech_started');
      process.kill(areUp().at(-1)!, 'SIGKILL');
      await speaking;
    });
    expect(transcript).toBe(ear.hears.tellMeAStory);
    await untilReady(server.url);
    await client.close();
  });

  it('leaves nothing running when its caller vanishes in the middle of a word', async () => {
    const before = workersOf(server.process.pid).length;
    const clients = await Promise.all(Array.from({ length: 6 }, hearing));
    await Promise.all(
      clients.map(async (client) => {
        void client.speak(asked(questions.tellMeAStory));
        await client.next('input_audio_buffer.speech_started');
        client.socket.terminate();
        await client.closed;
      }),
    );
    const client = await hearing();
    await understood(server, client, () => client.speak(asked(questions.tellMeAStory)));
    await client.close();
    expect(workersOf(server.process.pid).length).toBe(before);
  });
});

describe('a server without a recogniser', () => {
  it('says so once, shows what is missing, and answers what is typed', async () => {
    const server = await startServer({ STT: 'none' });
    const client = await connect(server.realtime);
    expect((await client.next('session.created')).session.audio.input.turn_detection).toBeNull();
    await client.speak(silent(200));
    client.ask('Thank you');
    expect((await client.next('response.done')).response.status).toBe('completed');
    expect(client.types().filter((type) => type === 'error').length).toBe(1);
    expect(client.events.find((event) => event.type === 'error')).toMatchObject({ error: { code: 'cannot_hear' } });
    await client.close();
    expect(server.output().out).toMatch(/recogniser +none +\S/);
    await server.stop();
  });
});
