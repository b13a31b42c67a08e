import { OpenAIRealtimeWebSocket, RealtimeAgent, RealtimeSession } from '@openai/agents-realtime';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { pcmBytes } from '../../src/audio/pcm.js';
import { joined } from '../fixtures/hearing/recordings.js';
import { connect } from './client.js';
import { deaf, questions, silent } from './recogniser.js';
import { type RunningServer, startServer } from './server.js';

/** The package does not export its parser; it is what silently drops an event with a missing field. */
const PARSER = '../../node_modules/@openai/agents-realtime/dist/openaiRealtimeEvents.mjs';
const { parseRealtimeEvent } = (await import(PARSER)) as {
  parseRealtimeEvent(message: { data: string }): { data: unknown; isGeneric: boolean };
};

let server: RunningServer;
beforeAll(async () => {
  server = await startServer();
});
afterAll(async () => {
  await server.stop();
});

describe('the agents SDK’s own client, with only its address changed', () => {
  it('has a typed turn answered with voice and transcript', async () => {
    const transport = new OpenAIRealtimeWebSocket({ url: server.realtime, useInsecureApiKey: true });
    const session = new RealtimeSession(new RealtimeAgent({ name: 'Ada', instructions: 'Be brief.' }), { transport });
    const errors: unknown[] = [];
    let audioBytes = 0;
    session.on('error', (error) => errors.push(error));
    transport.on('audio', ({ data }) => {
      audioBytes += data.byteLength;
    });
    const ended = new Promise<string>((resolve) => {
      session.on('agent_end', (_context, _agent, text) => resolve(text));
    });
    await session.connect({ apiKey: 'none' });
    session.sendMessage('Thank you');
    const text = await ended;
    expect(text.length).toBeGreaterThan(5);
    expect(audioBytes).toBeGreaterThan(24_000);
    expect(session.history.map((item) => item.type === 'message' && item.role)).toEqual(['user', 'assistant']);
    expect(errors).toEqual([]);
    session.close();
  });
});

describe.skipIf(deaf !== null)(
  `the agents SDK’s own client, with a microphone${deaf === null ? '' : `, ${deaf}`}`,
  () => {
    /** A session with its transport; `speak` lets the microphone hear something, in its own time. */
    async function callIn() {
      const transport = new OpenAIRealtimeWebSocket({ url: server.realtime, useInsecureApiKey: true });
      const session = new RealtimeSession(new RealtimeAgent({ name: 'Ada', instructions: 'Be brief.' }), { transport });
      const errors: unknown[] = [];
      session.on('error', (error) => errors.push(error));
      await session.connect({ apiKey: 'none' });
      const speak = async (samples: Int16Array) => {
        const began = performance.now();
        for (let at = 0; at < samples.length; at += 480) {
          await new Promise((resolve) => setTimeout(resolve, Math.max(0, began + at / 24 - performance.now())));
          session.sendAudio(pcmBytes(samples.slice(at, at + 480)).buffer as ArrayBuffer);
        }
      };
      return { session, transport, errors, speak };
    }

    it('has a spoken turn answered', async () => {
      const { session, errors, speak } = await callIn();
      const ended = new Promise<string>((resolve) => {
        session.on('agent_end', (_context, _agent, text) => resolve(text));
      });
      const sounds = new Promise<void>((resolve) => session.on('audio_start', () => resolve()));
      void speak(joined(questions.whatIsParley, silent(2000)));
      await sounds;
      expect((await ended).length).toBeGreaterThan(20);
      const [question, answer] = session.history;
      expect(question).toMatchObject({
        role: 'user',
        content: [{ type: 'input_audio', transcript: 'What is Parley' }],
      });
      expect(answer).toMatchObject({ role: 'assistant' });
      expect(errors).toEqual([]);
      session.close();
    });

    it('cuts the avatar off by speaking', async () => {
      const { session, transport, errors, speak } = await callIn();
      const interrupted = new Promise<void>((resolve) => session.on('audio_interrupted', () => resolve()));
      const truncated = new Promise<void>((resolve) => {
        transport.on('*', (event) => {
          if (event.type === 'conversation.item.truncated') resolve();
        });
      });
      const sounds = new Promise<void>((resolve) => session.on('audio_start', () => resolve()));
      session.sendMessage('Tell me a story');
      await sounds;
      void speak(joined(silent(500), questions.whatIsParley, silent(2000)));
      await interrupted;
      await truncated;
      const answer = await new Promise<string>((resolve) => {
        session.on('agent_end', (_context, _agent, text) => resolve(text));
      });
      expect(answer).toMatch(/Parley/);
      expect(errors).toEqual([]);
      session.close();
    });
  },
);

describe('every event of a turn', () => {
  it('passes the agents SDK’s own parser, but for those that are ours alone', async () => {
    const client = await connect(server.realtime);
    client.ask('Tell me a story');
    await client.next('avatar.response');
    while (client.types().filter((type) => type === 'avatar.words').length < 3) await client.next('avatar.words');
    client.send({ type: 'response.cancel' });
    await client.next('conversation.item.truncated');
    const item_id = client.events.findLast((event) => event.type === 'conversation.item.truncated')!.item_id;
    client.send({ type: 'conversation.item.retrieve', item_id });
    client.send({ type: 'conversation.item.delete', item_id });
    client.send({ type: 'session.update', session: { type: 'realtime', tracing: 'auto' } });
    await client.next('session.updated');
    client.send({ type: 'response.create', response: { output_modalities: ['text'] } });
    await client.next('response.done');
    if (deaf === null) {
      const input = { transcription: {} };
      client.send({ type: 'session.update', session: { type: 'realtime', audio: { input } } });
      void client.speak(joined(questions.tellMeAStory, silent(2000)));
      await client.next('conversation.item.input_audio_transcription.completed');
      client.send({ type: 'input_audio_buffer.clear' });
      await client.next('input_audio_buffer.cleared');
    }
    await client.close();
    const refused = client.events.filter((event) => {
      if (event.type.startsWith('avatar.')) return false;
      const { data, isGeneric } = parseRealtimeEvent({ data: JSON.stringify(event) });
      return data === null || isGeneric;
    });
    expect(refused).toEqual([]);
    expect(new Set(client.types()).size).toBeGreaterThan(18);
  });
});
