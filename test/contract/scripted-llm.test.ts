import { resolve } from 'node:path';
import { scriptedLlm } from '../../src/engines/llm/scripted.js';
import { loadPersona } from '../../src/persona.js';
import { personaOf } from '../unit/persona-fixture.js';
import { llmContract } from './llm.js';

const now = () => new Date(2026, 10, 20, 10, 42);

llmContract('the scripted host', async () => ({
  engine: scriptedLlm({ persona: await loadPersona(resolve('personas/parley.json')), now }),
  question: 'Tell me a story',
}));

llmContract(
  'a scripted persona with a tool',
  async () => ({ engine: scriptedLlm({ persona: personaOf(), now, pace: 0 }), question: 'who are you' }),
  { name: 'get_weather', question: 'what is the weather like', output: '"sunny"', word: 'sunny' },
);
