import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import OpenAI from 'openai';
import { OpenAIRealtimeWS } from 'openai/realtime/ws';
import type { RealtimeServerEvent } from 'openai/resources/realtime/realtime';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { pcmBytes } from '../../src/audio/pcm.js';
import { createAuthority, issue, writePair } from '../fixtures/certificate.js';
import { joined } from '../fixtures/hearing/recordings.js';
import { COMPLETED, deaf, FAILED, questions, silent, untilInTime } from './recogniser.js';
import { type RunningServer, startServer } from './server.js';

const token = 'a-token-of-the-tests';

let server: RunningServer;
let ca: string;
let caFile: string;
beforeAll(async () => {
  const authority = await createAuthority();
  const { TLS_CERT, TLS_KEY } = writePair(await issue(authority));
  ca = authority.cert;
  caFile = writePair(authority).TLS_CERT;
  server = await startServer({ TLS_CERT, TLS_KEY, ACCESS_TOKEN: token }, ca);
});
afterAll(async () => {
  await server.stop();
});

type EventOf<Type> = Extract<RealtimeServerEvent, { type: Type }>;

/** The SDK's own client, with nothing changed but its address, its key and whom it trusts. */
function dial(apiKey = token) {
  const client = new OpenAI({ apiKey, baseURL: `${server.url}/v1` });
  const realtime = new OpenAIRealtimeWS({ model: 'parley', options: { ca } }, client);
  const events: RealtimeServerEvent[] = [];
  const errors: Error[] = [];
  let wake = () => {};
  let looked = 0;
  realtime.on('event', (event) => {
    events.push(event);
    wake();
  });
  realtime.on('error', (error) => {
    errors.push(error);
    wake();
  });
  /** Waits in turn for what comes: an event of one of these types after those that were waited for before. */
  async function next<Type extends RealtimeServerEvent['type']>(...types: readonly Type[]): Promise<EventOf<Type>> {
    for (;;) {
      const at = events.findIndex((event, index) => index >= looked && types.some((type) => type === event.type));
      if (at >= 0) {
        looked = at + 1;
        return events[at] as EventOf<Type>;
      }
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    }
  }
  async function failure(): Promise<Error> {
    while (errors.length === 0) {
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    }
    return errors[0]!;
  }
  const ask = (text: string) => {
    const content = [{ type: 'input_text' as const, text }];
    realtime.send({ type: 'conversation.item.create', item: { type: 'message', role: 'user', content } });
    realtime.send({ type: 'response.create' });
  };
  /** As fast as the line takes it, 100 ms a message. */
  const speak = (samples: Int16Array) => {
    for (let at = 0; at < samples.length; at += 2400) {
      const audio = Buffer.from(pcmBytes(samples.slice(at, at + 2400))).toString('base64');
      realtime.send({ type: 'input_audio_buffer.append', audio });
    }
  };
  const audioBytes = () =>
    events
      .filter((event) => event.type === 'response.output_audio.delta')
      .reduce((sum, { delta }) => sum + Buffer.from(delta, 'base64').length, 0);
  async function close(): Promise<void> {
    const closed = once(realtime.socket, 'close');
    realtime.close();
    expect((await closed)[0]).toBe(1000);
  }
  return { realtime, events, errors, next, failure, ask, speak, audioBytes, close };
}

/** What it sends before it is connected, the SDK throws away. */
async function callIn() {
  const call = dial();
  await call.next('session.created');
  return call;
}

describe('the openai SDK, with only its address changed', () => {
  it('has a typed turn answered with text and voice', async () => {
    const { next, ask, audioBytes, errors, close } = dial();
    expect((await next('session.created')).session).toMatchObject({ type: 'realtime', model: 'parley' });
    ask('Thank you');
    const { transcript } = await next('response.output_audio_transcript.done');
    const { response } = await next('response.done');
    expect(response.status).toBe('completed');
    expect(transcript!.length).toBeGreaterThan(5);
    expect(audioBytes()).toBeGreaterThan(24_000);
    expect(errors).toEqual([]);
    await close();
  });

  it('is told which of its events was wrong, and goes on', async () => {
    const { realtime, next, failure, ask, errors, close } = await callIn();
    realtime.send({ type: 'response.made_up', event_id: 'mine' } as never);
    expect(await failure()).toMatchObject({ error: { code: 'unknown_event', event_id: 'mine' } });
    ask('Thank you');
    expect((await next('response.done')).response.status).toBe('completed');
    expect(errors).toHaveLength(1);
    await close();
  });

  it('cancels an answer', async () => {
    const { realtime, next, ask, errors, close } = await callIn();
    ask('Tell me a story');
    await next('response.output_audio.delta');
    realtime.send({ type: 'response.cancel' });
    const { response } = await next('response.done');
    expect(response.status).toBe('cancelled');
    expect(errors).toEqual([]);
    await close();
  });

  it('is refused plainly with a wrong key', async () => {
    const { failure, events } = dial('another-token-than-that');
    expect((await failure()).message).toContain('Unexpected server response: 401');
    expect(events).toEqual([]);
  });
});

describe.skipIf(deaf !== null)(`the openai SDK, with a microphone${deaf === null ? '' : `, ${deaf}`}`, () => {
  const input = { transcription: { model: 'whisper-1' } };

  it('has a spoken turn answered', async () => {
    const { realtime, next, speak, audioBytes, errors, close } = await callIn();
    realtime.send({ type: 'session.update', session: { type: 'realtime', audio: { input } } });
    await next('session.updated');
    const understood = await untilInTime(server, async () => {
      speak(joined(questions.whatIsParley, silent(2000)));
      await next('input_audio_buffer.speech_started');
      await next('input_audio_buffer.speech_stopped');
      const event = await next(COMPLETED, FAILED);
      return event.type === COMPLETED ? event : null;
    });
    expect(understood.transcript).toBe('What is Parley');
    expect((await next('response.output_audio_transcript.done')).transcript).toMatch(/Parley/);
    expect((await next('response.done')).response.status).toBe('completed');
    expect(audioBytes()).toBeGreaterThan(24_000);
    expect(errors).toEqual([]);
    await close();
  });

  it('says by itself when its turn is over', async () => {
    const { realtime, next, speak, errors, events, close } = await callIn();
    const audio = { input: { ...input, turn_detection: null } };
    realtime.send({ type: 'session.update', session: { type: 'realtime', audio } });
    await next('session.updated');
    const answered = await untilInTime(server, async () => {
      speak(questions.whatIsParley);
      realtime.send({ type: 'input_audio_buffer.commit' });
      await next('input_audio_buffer.committed');
      realtime.send({ type: 'response.create' });
      const event = await next('response.output_audio_transcript.done', FAILED);
      return event.type === FAILED ? null : event;
    });
    expect(answered.transcript).toMatch(/Parley/);
    expect((await next('response.done')).response.status).toBe('completed');
    expect(events.map(({ type }) => type)).not.toContain('input_audio_buffer.speech_started');
    expect(errors).toEqual([]);
    await close();
  });
});

/** Runs a program that trusts the test's authority, as an operator would have it trust a certificate of his own. */
async function run(program: string): Promise<{ code: number; out: string; said: string }> {
  // Inside the repository, where the packages are.
  const folder = mkdtempSync('var/sdk-');
  writeFileSync(join(folder, 'program.mjs'), program);
  const env = { ...process.env, NODE_EXTRA_CA_CERTS: caFile };
  const child = spawn(process.execPath, [join(folder, 'program.mjs')], { env });
  let [out, said] = ['', ''];
  child.stdout.on('data', (text) => {
    out += text;
  });
  child.stderr.on('data', (text) => {
    said += text;
  });
  const [code] = await once(child, 'close');
  rmSync(folder, { recursive: true });
  return { code: code as number, out, said };
}

/** Shorter to listen to than the story that they ask for. */
const question = 'Thank you';

const examples = readFileSync('docs/embedding.md', 'utf8')
  .split('```ts\n')
  .slice(1)
  .map((rest) => rest.slice(0, rest.indexOf('```')));

/** The example that is about this module, made to call the server of this test. */
function exampleOf(module: string): string {
  const example = examples.find((text) => text.includes(`'${module}'`))!;
  const address = new URL(server.url).host;
  return example
    .replace('parley.example', address)
    .replace("'TOKEN'", `'${token}'`)
    .replace('Tell me a story', question);
}

describe('the examples of docs/embedding.md', () => {
  it.each(['openai/realtime/ws', '@openai/agents-realtime'])('do what they say: %s', async (module) => {
    const { code, out, said } = await run(exampleOf(module));
    expect(said).toBe('');
    expect(code).toBe(0);
    expect(out.length).toBeGreaterThan(5);
  });
});

// Node has one from version 22 on; before, there is nothing to try.
if ('WebSocket' in globalThis) {
  describe('the openai SDK’s client for browsers', () => {
    it('has a typed turn answered', async () => {
      const example = exampleOf('openai/realtime/ws').replaceAll('OpenAIRealtimeWS', 'OpenAIRealtimeWebSocket');
      const { code, out, said } = await run(example.replace('openai/realtime/ws', 'openai/realtime/websocket'));
      expect(said).toBe('');
      expect(code).toBe(0);
      expect(out.length).toBeGreaterThan(5);
    });
  });
}
