/** Who thinks, from the best to the one that always works. */
import { type Config, OPENAI_URL } from '../../config.js';
import type { Engine, Llm } from '../contract.js';
import { openAiLlm } from '../llm/openai.js';
import { scriptedLlm } from '../llm/scripted.js';
import type { Candidate } from '../resilience/line-up.js';
import type { Ollama } from '../vendors/ollama.js';
import { hostOf, keyOf, openAiAccess, type ProviderTools } from './tools.js';

export function llmCandidates(
  config: Config,
  { persona }: ProviderTools,
  ollama: Ollama | null,
): Candidate<Engine<Llm>>[] {
  return [
    {
      name: 'openai',
      why: `the model ${config.OPENAI_CHAT_MODEL} at ${hostOf(config.OPENAI_BASE_URL)}`,
      obstacle: thinkingObstacle(config, ollama),
      start: () => [
        openAiLlm({
          ...openAiAccess(config),
          model: config.OPENAI_CHAT_MODEL,
          maxTokens: config.OPENAI_MAX_TOKENS,
          temperature: config.OPENAI_TEMPERATURE,
          contextTokens: config.LLM_CONTEXT_TOKENS,
        }),
      ],
      ...keyOf('OPENAI_API_KEY', config.OPENAI_API_KEY),
    },
    {
      name: 'scripted',
      why: `follows the script of personas/${persona.id}.json; needs nothing`,
      obstacle: null,
      start: (place) => [scriptedLlm({ persona, now: () => new Date(), isStandIn: place === 'fallback' })],
      isStandIn: true,
    },
  ];
}

/** Servers other than OpenAI's own may want no key. */
function thinkingObstacle({ OPENAI_API_KEY, OPENAI_BASE_URL }: Config, ollama: Ollama | null) {
  if (OPENAI_API_KEY !== undefined || OPENAI_BASE_URL !== OPENAI_URL) return null;
  const key = 'OPENAI_API_KEY=sk-...';
  if (ollama === null) return { why: 'it needs a key, or the address of a server like it', enable: key };
  const { url, models } = ollama;
  const model = models[0] ?? 'llama3.2';
  const has =
    models.length === 0
      ? 'has no model yet; `ollama pull llama3.2` fetches one'
      : `has ${models.slice(0, 3).join(', ')}`;
  return { why: `a local Ollama answers, and ${has}`, enable: `OPENAI_BASE_URL=${url} OPENAI_CHAT_MODEL=${model}` };
}
