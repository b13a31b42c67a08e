/** The engines that ask vendors, asking somebody else: as they are set, but for whom they ask, and told of nowhere. */
import type { Logger } from 'pino';
import { type Config, retrying } from '../../config.js';
import type { Engine, Llm, SttEngine, TtsEngine } from '../contract.js';
import { openAiLlm } from '../llm/openai.js';
import { linkOf } from '../resilience/chain.js';
import { llmChain } from '../resilience/llm-chain.js';
import { sttChain } from '../resilience/stt-chain.js';
import { ttsChain } from '../resilience/tts-chain.js';
import { openAiStt } from '../stt/openai.js';
import { elevenLabsSocket } from '../tts/elevenlabs.js';
import { openAiAccess } from './tools.js';
import { elevenLabsSettings } from './tts.js';

export interface RehearsingEngines {
  readonly stt: SttEngine;
  readonly llm: Engine<Llm>;
  readonly tts: TtsEngine;
}

/** For whoever asks for one. */
const NO_KEY = 'rehearsal';

/** `url`: where all of them are asked. Sound comes as PCM. */
export function rehearsingEngines(set: Config, url: string, log: Logger): RehearsingEngines {
  const config: Config = {
    ...set,
    OPENAI_API_KEY: NO_KEY,
    OPENAI_BASE_URL: `${url}/v1`,
    ELEVENLABS_BASE_URL: url,
    ELEVENLABS_OUTPUT_FORMAT: 'pcm_24000',
  };
  const access = openAiAccess(config);
  const { patience, idleMs } = retrying(config);
  const model = openAiLlm({
    ...access,
    model: config.OPENAI_CHAT_MODEL,
    maxTokens: config.OPENAI_MAX_TOKENS,
    temperature: config.OPENAI_TEMPERATURE,
    contextTokens: config.LLM_CONTEXT_TOKENS,
  });
  const recogniser = openAiStt({ ...access, model: config.OPENAI_STT_MODEL });
  const voice = elevenLabsSocket(elevenLabsSettings(config, NO_KEY, log));
  return {
    stt: sttChain([linkOf(recogniser, false, log)], patience(config.STT_DEADLINE)),
    llm: llmChain([linkOf(model, false, log)], { ...patience(config.LLM_DEADLINE), idleMs }),
    tts: ttsChain([linkOf(voice, false, log)], patience(config.TTS_DEADLINE)),
  };
}
