/** The engines at OpenAI's, or at a server like it, before they are asked: each has a connection open in a session. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, it, onTestFinished } from 'vitest';
import { HEARING_RATE } from '../../src/audio/pcm.js';
import type { Engine, EngineContext, Llm, SessionScope, SttEngine } from '../../src/engines/contract.js';
import { openAiLlm } from '../../src/engines/llm/openai.js';
import { linkOf } from '../../src/engines/resilience/chain.js';
import { llmChain } from '../../src/engines/resilience/llm-chain.js';
import { sttChain } from '../../src/engines/resilience/stt-chain.js';
import { openAiStt } from '../../src/engines/stt/openai.js';
import { openConnections } from '../../src/engines/vendors/connections.js';
import { ParleyError } from '../../src/errors.js';
import { silentLog } from '../fixtures/engines.js';
import { eventually } from '../fixtures/eventually.js';

const session: SessionScope = { id: 'sess_1', gone: new AbortController().signal };
const context: EngineContext = { signal: new AbortController().signal, log: silentLog, turn: 'resp_1', session };
const patience = { attempts: 1, delayMs: 1, factor: 1, budgetMs: 10_000, idleMs: 10_000 };

const CHUNKS = [
  { choices: [{ index: 0, delta: { content: 'Hello.' } }] },
  { choices: [{ index: 0, delta: {}, finish_reason: 'stop' }] },
];

async function vendor() {
  const asked: string[] = [];
  let opened = 0;
  const server = createServer((request, response) => {
    request.resume();
    request.once('end', () => {
      asked.push(`${request.method} ${request.url} ${request.headers.authorization}`);
      if (request.url!.endsWith('/transcriptions'))
        response.setHeader('content-type', 'application/json').end('{"text":"Hello."}');
      else if (request.url!.endsWith('/completions')) {
        response.setHeader('content-type', 'text/event-stream');
        response.end(
          [...CHUNKS.map((chunk) => JSON.stringify(chunk)), '[DONE]'].map((data) => `data: ${data}\n\n`).join(''),
        );
      } else response.writeHead(404).end('no such model');
    });
  });
  server.keepAliveTimeout = 0;
  server.on('connection', () => {
    opened += 1;
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`;
  const access = { name: 'openai', apiKey: 'sk-0123456789', baseUrl, timeoutMs: 10_000 };
  const [toHear, toThink] = [openConnections(), openConnections()];
  const stt = openAiStt({ ...access, connections: toHear, model: 'whisper-1' });
  const llm = openAiLlm({
    ...access,
    connections: toThink,
    model: 'org/own',
    maxTokens: 50,
    temperature: 0.7,
    contextTokens: 8000,
  });
  onTestFinished(async () => void (await Promise.all([stt.close(), llm.close()])));
  return { stt, llm, toHear, toThink, asked, opened: () => opened };
}

async function hear(engine: SttEngine) {
  const tone = Int16Array.from({ length: HEARING_RATE }, (_, n) => 8000 * Math.sin(n / 5));
  const audio = (async function* () {
    yield tone;
  })();
  const texts: string[] = [];
  for await (const heard of engine.run(audio, { language: null, prompt: null, voicedMs: () => 900 }, context)) {
    if (heard.kind === 'final') texts.push(heard.text);
  }
  return texts.join();
}

async function think(engine: Engine<Llm>) {
  let text = '';
  const request = { tools: [], toolChoice: 'auto', maxTokens: 'inf', presenter: null } as const;
  for await (const event of engine.run({ ...request, messages: [{ role: 'user', text: 'Hello' }] }, context)) {
    if (event.kind === 'text') text += event.text;
  }
  return text;
}

it('hears over a connection that was there before', async () => {
  const { stt, toHear, asked, opened } = await vendor();
  stt.warm!(session);
  await eventually(() => expect(toHear.idle()).toHaveLength(1));
  expect(asked).toEqual(['GET /v1/models/whisper-1 Bearer sk-0123456789']);
  expect(await hear(stt)).toBe('Hello.');
  expect(await hear(stt)).toBe('Hello.');
  expect({ opened: opened(), asked: asked.length }).toEqual({ opened: 1, asked: 3 });
});

it('thinks over a connection that was there before, and that outlives its answers', async () => {
  const { llm, toThink, asked, opened } = await vendor();
  llm.warm!(session);
  await eventually(() => expect(toThink.idle()).toHaveLength(1));
  expect(asked).toEqual(['GET /v1/models/org%2Fown Bearer sk-0123456789']);
  expect(await think(llm)).toBe('Hello.');
  expect(await think(llm)).toBe('Hello.');
  expect({ opened: opened(), asked: asked.length }).toEqual({ opened: 1, asked: 3 });
});

it('has one connection to hear and one to think, at the same vendor', async () => {
  const { stt, llm, asked, opened } = await vendor();
  stt.warm!(session);
  llm.warm!(session);
  await eventually(() => expect(asked).toHaveLength(2));
  expect(opened()).toBe(2);
});

it('opens none when it is closed', async () => {
  const { stt, llm, asked } = await vendor();
  await stt.close();
  stt.warm!(session);
  llm.warm!(session);
  await eventually(() => expect(asked).toHaveLength(1));
  expect(asked[0]).toContain('org%2Fown');
});

it('is warmed behind a chain if it is the one who would be asked', async () => {
  const warmed: string[] = [];
  const engine = (name: string) => ({
    ...{ name, readAhead: 0, health: () => 'up' as const, close: async () => {}, givesPartials: false },
    async *run() {},
    probe: async () => {
      throw new ParleyError('bad_key');
    },
    warm: ({ id }: SessionScope) => void warmed.push(`${name} ${id}`),
  });
  const links = ['first', 'second'].map((name) => linkOf(engine(name), false, silentLog));
  const chains = [llmChain(links, patience), sttChain(links, patience)];
  for (const chain of chains) chain.warm!(session);
  expect(warmed).toEqual(['first sess_1', 'first sess_1']);
  await links[0]!.breaker!.check();
  for (const chain of chains) chain.warm!(session);
  expect(warmed.slice(2)).toEqual(['second sess_1', 'second sess_1']);
  await Promise.all(chains.map((chain) => chain.close()));
});
