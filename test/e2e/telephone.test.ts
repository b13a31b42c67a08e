import { readFileSync } from 'node:fs';
import { OpenAIRealtimeWebSocket, RealtimeAgent, RealtimeSession } from '@openai/agents-realtime';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { pcmSamples } from '../../src/audio/pcm.js';
import { readWav } from '../../src/bench/wav.js';
import { rms, standardALaw, standardMuLaw, thinned } from '../fixtures/telephone.js';
import { connect } from './client.js';
import { deaf, FAILED, untilInTime } from './recogniser.js';
import { type RunningServer, startServer } from './server.js';

const laws = [
  { type: 'audio/pcmu', sdkName: 'g711_ulaw', law: standardMuLaw },
  { type: 'audio/pcma', sdkName: 'g711_alaw', law: standardALaw },
] as const;
const PCM = { type: 'audio/pcm', rate: 24_000 };
/** 20 ms, what a telephone sends at a time. */
const PACKET = 160;
/** 40 ms, what is sent and counted at a time. */
const FRAME = 320;

let server: RunningServer;
beforeAll(async () => {
  server = await startServer();
});
afterAll(async () => {
  await server.stop();
});

/** How much of it is high tones, as the step from each sample to the next. */
const sharpness = (samples: Int16Array): number =>
  rms(Array.from(samples, (value, n) => value - (samples[n - 1] ?? 0))) / rms(samples);

/** The same question, answered to a stock client in this format: the audio as it came. */
async function answerIn(format: object) {
  const client = await connect(server.realtime, ['realtime']);
  client.send({
    type: 'conversation.item.create',
    item: { type: 'message', role: 'user', content: [{ type: 'input_text', text: 'Count to ten' }] },
  });
  client.send({ type: 'response.create', response: { audio: { output: { format } } } });
  const { response } = await client.next('response.done');
  const deltas = client.events.flatMap((event) =>
    event.type === 'response.output_audio.delta' ? [Buffer.from(event.delta, 'base64')] : [],
  );
  return { client, response, deltas, bytes: Buffer.concat(deltas) };
}

describe.each(laws)('an answer in $type', ({ type, law }) => {
  it('is the answer in PCM, as a telephone lets it through', async () => {
    const [wide, narrow] = await Promise.all([answerIn(PCM), answerIn({ type })]);
    expect(narrow.response).toMatchObject({ status: 'completed', audio: { output: { format: { type } } } });
    // Espeak's own noise, which is new every time, may move an edge of its silence into the next frame.
    expect(Math.abs(narrow.bytes.length - wide.bytes.length / 2 / 3)).toBeLessThanOrEqual(FRAME);
    expect(narrow.deltas.map(({ length }) => length % PACKET)).toEqual(narrow.deltas.map(() => 0));
    const meant = thinned(pcmSamples(wide.bytes), 24_000, 3);
    const heard = Int16Array.from(narrow.bytes, law.decode);
    expect(rms(meant)).toBeGreaterThan(500);
    expect(Math.abs(rms(heard) / rms(meant) - 1)).toBeLessThan(0.02);
    // Espeak never says a thing twice in the same samples; but what folds down from above 4 kHz, or clicks, is sharp.
    expect(Math.abs(sharpness(heard) / sharpness(meant) - 1)).toBeLessThan(0.03);
    await Promise.all([wide.client.close(), narrow.client.close()]);
  });
});

describe('an answer on the telephone', () => {
  it('is as long as its bytes say, when its caller says how much was heard', async () => {
    const { client, response, bytes } = await answerIn({ type: 'audio/pcmu' });
    const item_id = response.output[0]!.id;
    const truncate = (audio_end_ms: number) =>
      client.send({ type: 'conversation.item.truncate', item_id, content_index: 0, audio_end_ms });
    truncate(bytes.length / 8 + 1);
    expect((await client.next('error')).error.code).toBe('truncate_beyond_end');
    // The last frame is filled up with silence.
    const ms = bytes.length / 8 - 40;
    truncate(ms);
    expect((await client.next('conversation.item.truncated')).audio_end_ms).toBe(ms);
    await client.close();
  });

  it('is PCM in media frames all the same', async () => {
    const client = await connect(server.realtime);
    const output = { format: { type: 'audio/pcmu' } };
    client.send({ type: 'session.update', session: { type: 'realtime', audio: { output } } });
    client.ask('Thank you');
    const end = await client.next('avatar.end');
    const samples = client.media.reduce((sum, frame) => sum + (frame.kind === 'audio' ? frame.pcm.length / 2 : 0), 0);
    expect(samples).toBe(end.position);
    expect(client.types()).not.toContain('response.output_audio.delta');
    await client.close();
  });

  it.each([
    ['rate', { type: 'audio/pcm', rate: 16_000 }, '24000'],
    ['rate', { type: 'audio/pcmu', rate: 16_000 }, '8000'],
    ['type', { type: 'audio/opus' }, 'audio/pcmu'],
  ])('in a format that there is not is refused by the name of its %s: %j', async (field, format, right) => {
    const client = await connect(server.realtime, ['realtime']);
    for (const side of ['input', 'output']) {
      client.send({ type: 'session.update', session: { type: 'realtime', audio: { [side]: { format } } } });
      const { error } = await client.next('error');
      expect(error).toMatchObject({ code: 'invalid_value', param: `session.audio.${side}.format.${field}` });
      expect(error.message).toContain(right);
    }
    await client.close();
  });
});

describe.skipIf(deaf !== null)(`a spoken turn on the telephone${deaf === null ? '' : `, ${deaf}`}`, () => {
  it.each(laws)(
    'is understood and answered in $type, by the agents SDK’s own client',
    async ({ type, sdkName, law }) => {
      const transport = new OpenAIRealtimeWebSocket({ url: server.realtime, useInsecureApiKey: true });
      const config = { audio: { input: { format: sdkName }, output: { format: sdkName } } };
      const session = new RealtimeSession(new RealtimeAgent({ name: 'Ada', instructions: 'Be brief.' }), {
        transport,
        config,
      });
      const errors: unknown[] = [];
      const answer: number[] = [];
      let format: unknown;
      session.on('error', (error) => errors.push(error));
      transport.on('audio', ({ data }) => answer.push(...Array.from(new Uint8Array(data), law.decode)));
      transport.on('*', (event) => {
        if (event.type === 'response.done') format = event.response.audio?.output?.format;
      });
      const ended = new Promise<string>((resolve) => {
        session.on('agent_end', (_context, _agent, text) => resolve(text));
      });
      await session.connect({ apiKey: 'none' });
      const recording = readWav(readFileSync('src/bench/voices/what-time-is-it.wav'));
      const question = Uint8Array.from(thinned(recording.samples, recording.rate, 2), law.encode);
      const line = new Uint8Array(question.length + 2 * 8000).fill(law.encode(0));
      line.set(question);
      const speak = async () => {
        const began = performance.now();
        for (let at = 0; at < line.length; at += PACKET) {
          await new Promise((resolve) => setTimeout(resolve, Math.max(0, began + at / 8 - performance.now())));
          session.sendAudio(line.slice(at, at + PACKET).buffer);
        }
      };
      const text = await untilInTime(server, async () => {
        const tooLate = new Promise<null>((resolve) => {
          transport.on('*', (event) => {
            if (event.type === FAILED) resolve(null);
          });
        });
        await speak();
        return Promise.race([ended, tooLate]);
      });
      expect(session.history.findLast((item) => 'role' in item && item.role === 'user')).toMatchObject({
        content: [{ type: 'input_audio', transcript: 'What time is it' }],
      });
      expect(format).toEqual({ type });
      // Espeak says 10 to 20 characters a second, and fewer where they are a time in digits.
      expect(answer.length / 8000).toBeGreaterThan(text.length / 25);
      expect(answer.length / 8000).toBeLessThan(text.length / 4);
      expect(rms(answer)).toBeGreaterThan(500);
      expect(errors).toEqual([]);
      session.close();
    },
  );
});
