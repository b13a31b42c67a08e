/** The language model engine against a simulated OpenAI, whose answers are the scripted host's. */
import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { startOpenAiVendor } from '../../src/bench/vendors/openai/server.js';
import type { Engine, Llm } from '../../src/engines/contract.js';
import { openAiLlm } from '../../src/engines/llm/openai.js';
import { scriptedLlm } from '../../src/engines/llm/scripted.js';
import { loadPersona, type Persona } from '../../src/persona.js';
import { personaOf } from '../unit/persona-fixture.js';
import { llmContract } from './llm.js';

const QUICK = { firstMs: 0, everyMs: 0, jitter: 0 };
const key = 'sk-for-the-tests-0123';
const now = () => new Date(2026, 10, 20, 10, 42);

/** Closes with the engine, as far as the contract is concerned. */
async function engineOver(persona: Persona): Promise<Engine<Llm>> {
  const vendor = await startOpenAiVendor({
    key,
    answer: scriptedLlm({ persona, now, pace: 0 }),
    hears: () => '',
    pace: { models: QUICK, chat: QUICK, transcriptions: QUICK },
  });
  const engine = openAiLlm({
    name: 'openai',
    apiKey: key,
    baseUrl: vendor.url,
    timeoutMs: 5000,
    model: 'gpt-4o-mini',
    maxTokens: 1000,
    temperature: 0.7,
    contextTokens: 8000,
  });
  return {
    ...engine,
    close: async () => {
      await engine.close();
      await vendor.close();
    },
  };
}

llmContract('openai', async () => ({
  engine: await engineOver(await loadPersona(resolve('personas/parley.json'))),
  question: 'Tell me a story',
}));

llmContract('openai with a tool', async () => ({ engine: await engineOver(personaOf()), question: 'who are you' }), {
  name: 'get_weather',
  question: 'what is the weather like',
  output: '"sunny"',
  word: 'sunny',
});

describe('openai', () => {
  it('is asked for the list of its models by a probe', async () => {
    const engine = await engineOver(personaOf());
    await expect(engine.probe!(new AbortController().signal)).resolves.toBeUndefined();
    await engine.close();
  });
});
