import { OpenAIRealtimeWebSocket, RealtimeAgent, RealtimeSession, tool } from '@openai/agents-realtime';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { z } from 'zod';
import { pcmBytes } from '../../src/audio/pcm.js';
import { isUnderstood } from '../fixtures/agents-parser.js';
import { joined } from '../fixtures/hearing/recordings.js';
import { wireEvents } from '../fixtures/wire-events.js';
import { connect } from './client.js';
import { deaf, FAILED, questions, silent, understood, untilInTime } from './recogniser.js';
import { type RunningServer, startServer } from './server.js';
import { ear } from './speech-under-test.js';

/** The host asks for this by name when somebody asks about the weather. */
const getWeather = tool({
  name: 'get_weather',
  description: 'The weather outside.',
  parameters: z.object({}),
  execute: async () => 'It rains cats and dogs.',
});

/** A question may have to be said several times on a busy machine. */
vi.setConfig({ testTimeout: 180_000 });

let server: RunningServer;
beforeAll(async () => {
  server = await startServer();
});
afterAll(async () => {
  await server.stop();
});

/** A session of the SDK’s with its transport. */
async function callIn() {
  const transport = new OpenAIRealtimeWebSocket({ url: server.realtime, useInsecureApiKey: true });
  const agent = new RealtimeAgent({ name: 'Ada', instructions: 'Be brief.', tools: [getWeather] });
  const session = new RealtimeSession(agent, { transport });
  const errors: unknown[] = [];
  let audioBytes = 0;
  session.on('error', (error) => errors.push(error));
  transport.on('audio', ({ data }) => {
    audioBytes += data.byteLength;
  });
  await session.connect({ apiKey: 'none' });
  /** Lets the microphone hear it, in its own time. */
  const speak = async (samples: Int16Array) => {
    const began = performance.now();
    for (let at = 0; at < samples.length; at += 480) {
      await new Promise((resolve) => setTimeout(resolve, Math.max(0, began + at / 24 - performance.now())));
      session.sendAudio(pcmBytes(samples.slice(at, at + 480)).buffer as ArrayBuffer);
    }
  };
  /** Says it, and again if the recogniser was too late for it, until it has been heeded. */
  const speakUntil = (heeded: Promise<unknown>, samples: Int16Array) =>
    untilInTime(server, async () => {
      const tooLate = new Promise<null>((resolve) => {
        transport.on('*', ({ type }) => {
          if (type === FAILED) resolve(null);
        });
      });
      const said = speak(samples);
      const outcome = await Promise.race([heeded.then(() => true), tooLate]);
      if (outcome === null) await said;
      return outcome;
    });
  /** The next answer in words; a response that only calls a function ends without any. */
  const answer = () =>
    new Promise<string>((resolve) => {
      session.on('agent_end', (_context, _agent, text) => {
        if (text !== '') resolve(text);
      });
    });
  return { session, transport, errors, speakUntil, answer, audioBytes: () => audioBytes };
}

describe('the agents SDK’s own client, with only its address changed', () => {
  it('has a typed turn answered with voice and transcript', async () => {
    const { session, errors, answer, audioBytes } = await callIn();
    const ended = answer();
    session.sendMessage('Thank you');
    const text = await ended;
    expect(text.length).toBeGreaterThan(5);
    expect(audioBytes()).toBeGreaterThan(24_000);
    expect(session.history.map((item) => item.type === 'message' && item.role)).toEqual(['user', 'assistant']);
    expect(errors).toEqual([]);
    session.close();
  });

  it('runs its function, and has the result spoken', async () => {
    const { session, errors, answer } = await callIn();
    const ended = answer();
    session.sendMessage('How is the weather?');
    expect(await ended).toMatch(/cats and dogs/);
    const kinds = session.history.map((item) => (item.type === 'message' ? item.role : item.type));
    expect(kinds).toEqual(['user', 'function_call', 'assistant']);
    expect(session.history[1]).toMatchObject({ name: 'get_weather', output: 'It rains cats and dogs.' });
    expect(errors).toEqual([]);
    session.close();
  });
});

describe.skipIf(deaf !== null)(
  `the agents SDK’s own client, with a microphone${deaf === null ? '' : `, ${deaf}`}`,
  () => {
    it('has a spoken turn answered', async () => {
      const { session, errors, speakUntil, answer } = await callIn();
      const ended = answer();
      const sounds = new Promise<void>((resolve) => session.on('audio_start', () => resolve()));
      await speakUntil(sounds, joined(questions.whatIsParley, silent(2000)));
      expect((await ended).length).toBeGreaterThan(20);
      const [question, reply] = session.history.slice(-2);
      expect(question).toMatchObject({
        role: 'user',
        content: [{ type: 'input_audio', transcript: ear.hears.whatIsParley }],
      });
      expect(reply).toMatchObject({ role: 'assistant' });
      expect(errors).toEqual([]);
      session.close();
    });

    it('runs its function in a spoken turn, and has the result spoken', async () => {
      const { session, errors, speakUntil, answer, audioBytes } = await callIn();
      const ended = answer();
      await speakUntil(ended, joined(questions.howIsTheWeather, silent(2000)));
      expect(await ended).toMatch(/cats and dogs/);
      expect(audioBytes()).toBeGreaterThan(24_000);
      expect(errors).toEqual([]);
      session.close();
    });

    it('cuts the avatar off by speaking', async () => {
      const { session, transport, errors, speakUntil } = await callIn();
      let isInterrupted = false;
      session.on('audio_interrupted', () => {
        isInterrupted = true;
      });
      const truncated = new Promise<void>((resolve) => {
        transport.on('*', (event) => {
          if (event.type === 'conversation.item.truncated') resolve();
        });
      });
      const sounds = new Promise<void>((resolve) => session.on('audio_start', () => resolve()));
      session.sendMessage('Tell me a story');
      await sounds;
      // The story ends first, cut off; no story is about Parley.
      const answered = new Promise<void>((resolve) => {
        session.on('agent_end', (_context, _agent, text) => {
          if (text.includes('Parley')) resolve();
        });
      });
      await speakUntil(answered, joined(silent(500), questions.whatIsParley, silent(2000)));
      expect(isInterrupted).toBe(true);
      await truncated;
      expect(errors).toEqual([]);
      session.close();
    });
  },
);

/** What a session like the one below cannot provoke: a recogniser that fails, a caller who says nothing for 5 s. */
const RARE = ['conversation.item.input_audio_transcription.failed', 'input_audio_buffer.timeout_triggered'];
/** What is sent to those alone who have a microphone, and a recogniser behind it. */
const HEARD = /^input_audio_buffer\.(?!cleared)|input_audio_transcription/;

describe('every event that the server sends', () => {
  it('passes the agents SDK’s own parser, but for those that are ours alone', async () => {
    const client = await connect(server.realtime, []);
    client.ask('Tell me a story');
    await client.next('response.output_audio.delta');
    client.send({ type: 'response.cancel' });
    await client.next('conversation.item.truncated');
    const item_id = client.events.findLast((event) => event.type === 'conversation.item.truncated')!.item_id;
    client.send({ type: 'conversation.item.retrieve', item_id });
    client.send({ type: 'conversation.item.delete', item_id });
    client.send({ type: 'conversation.item.delete', item_id });
    const tools = [{ type: 'function', name: 'get_weather' }];
    client.send({ type: 'session.update', session: { type: 'realtime', tracing: 'auto', tools } });
    await client.next('session.updated');
    client.send({ type: 'response.create', response: { output_modalities: ['text'] } });
    await client.next('response.done');
    client.ask('How is the weather?');
    await client.next('response.function_call_arguments.done');
    await client.next('response.done');
    if (deaf === null) {
      const input = { transcription: {} };
      client.send({ type: 'session.update', session: { type: 'realtime', audio: { input } } });
      await understood(server, client, () => client.speak(joined(questions.tellMeAStory, silent(2000))));
    }
    client.send({ type: 'input_audio_buffer.clear' });
    await client.next('input_audio_buffer.cleared');
    await client.close();
    const sent = client.events.filter((event) => !event.type.startsWith('avatar.'));
    expect(sent.filter((event) => !isUnderstood(event))).toEqual([]);
    const wanted = Object.keys(wireEvents).filter(
      (type) => !RARE.includes(type) && (deaf === null || !HEARD.test(type)),
    );
    expect(wanted.filter((type) => !sent.some((event) => event.type === type))).toEqual([]);
  });
});
