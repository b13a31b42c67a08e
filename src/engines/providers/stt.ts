/** Who recognises speech, from the best to the one that always works. */
import { join, resolve } from 'node:path';
import type { Config } from '../../config.js';
import type { SttEngine } from '../contract.js';
import type { Candidate } from '../resilience/line-up.js';
import { openAiStt } from '../stt/openai.js';
import { sphinxChoice } from '../stt/pocketsphinx-choice.js';
import { whisperStt } from '../stt/whisper.js';
import { findWhisper } from '../stt/whisper-package.js';
import { hostOf, keyOf, milliseconds, openAiAccess, type ProviderTools, type WorkerTools } from './tools.js';

export function sttCandidates(config: Config, tools: ProviderTools): Candidate<SttEngine>[] {
  const missing = { why: 'it needs a key', enable: 'OPENAI_API_KEY=sk-...' };
  return [
    {
      name: 'openai',
      why: `the model ${config.OPENAI_STT_MODEL} at ${hostOf(config.OPENAI_BASE_URL)}`,
      obstacle: config.OPENAI_API_KEY === undefined ? missing : null,
      start: () => [openAiStt({ ...openAiAccess(config), model: config.OPENAI_STT_MODEL })],
      ...keyOf('OPENAI_API_KEY', config.OPENAI_API_KEY),
    },
    config.WHISPER_BASE_URL === undefined ? whisper(config, tools) : whisperServer(config, config.WHISPER_BASE_URL),
    { name: 'pocketsphinx', ...sphinxChoice(tools) },
    { name: 'none', why: 'callers type', obstacle: null, start: () => [] },
  ];
}

function whisper(config: Config, { root, log, stopping }: WorkerTools): Candidate<SttEngine> {
  const found = findWhisper({
    root,
    python: config.WHISPER_PYTHON ?? null,
    model: config.WHISPER_MODEL ?? null,
    dataDir: resolve(root, config.DATA_DIR),
  });
  const about = { name: 'whisper', why: 'hears whatever is said, on this machine; needs no key and no network' };
  if ('enable' in found) {
    const enable = `${found.enable}, or WHISPER_BASE_URL=http://127.0.0.1:8000/v1`;
    return { ...about, obstacle: { why: found.why, enable }, start: () => [] };
  }
  const options = {
    ...found,
    pythonFolder: join(root, 'python'),
    device: config.WHISPER_DEVICE,
    compute: config.WHISPER_COMPUTE,
    beam: config.WHISPER_BEAM,
    language: config.WHISPER_LANGUAGE ?? null,
  };
  return { ...about, obstacle: null, start: () => [whisperStt({ ...options, log, signal: stopping })] };
}

/** Whoever speaks OpenAI's API for transcriptions, on this machine or elsewhere. */
function whisperServer(config: Config, baseUrl: string): Candidate<SttEngine> {
  const { WHISPER_API_KEY: apiKey, WHISPER_MODEL: model = 'whisper-1' } = config;
  const name = 'whisper';
  const timeoutMs = milliseconds(config.REQUEST_TIMEOUT);
  return {
    name,
    why: `the model ${model} at ${hostOf(baseUrl)}`,
    obstacle: null,
    start: () => [openAiStt({ name, apiKey: apiKey ?? null, baseUrl, timeoutMs, model })],
    ...keyOf('WHISPER_API_KEY', apiKey),
  };
}
