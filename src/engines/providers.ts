/** Every provider, by the job that it does and from the best to the one that always works. The only file that names them. */
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import type { Logger } from 'pino';
import { type Config, OPENAI_URL } from '../config.js';
import type { Persona } from '../persona.js';
import { shownKey } from '../secrets.js';
import type { Engine, FaceEngine, Llm, SttEngine, TtsEngine, Vad } from './contract.js';
import { drawnFace } from './face/drawn.js';
import { museTalkFace } from './face/musetalk.js';
import { findMuseTalk } from './face/musetalk-package.js';
import { simulatedFace } from './face/simulated.js';
import { openAiLlm } from './llm/openai.js';
import { scriptedLlm } from './llm/scripted.js';
import type { Candidate } from './resilience/line-up.js';
import { openAiStt } from './stt/openai.js';
import { sphinxChoice } from './stt/pocketsphinx-choice.js';
import { elevenLabsSocket } from './tts/elevenlabs.js';
import { configured } from './tts/elevenlabs-configured.js';
import { elevenLabsHttp } from './tts/elevenlabs-http.js';
import type { ElevenLabsSettings } from './tts/elevenlabs-settings.js';
import { espeakTts } from './tts/espeak.js';
import { loudnessVad } from './vad/loudness.js';
import { sileroVad } from './vad/silero.js';
import { sileroObstacle } from './vad/silero-package.js';
import type { Ollama } from './vendors/ollama.js';

export interface ProviderTools {
  /** The package's own folder: worker programs are run from its dist/. */
  readonly root: string;
  readonly persona: Persona;
  readonly log: Logger;
  readonly stopping: AbortSignal;
  /** What voices keep as sound, in phrases. */
  readonly byHeart: { readonly phrases: readonly string[]; readonly voiceLost: readonly string[] };
}

export function vadCandidates({ root, log }: ProviderTools): Candidate<Engine<Vad>>[] {
  return [
    {
      name: 'silero',
      why: 'a small neural network, in a thread of its own for all callers',
      obstacle: sileroObstacle(),
      start: () => [sileroVad({ workerFile: join(root, 'dist/engines/vad/silero-worker.js'), log })],
    },
    {
      name: 'loudness',
      why: 'whatever is louder than the steady noise counts as speech; needs nothing',
      obstacle: null,
      start: () => [loudnessVad()],
    },
  ];
}

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
    whisperServer(config),
    { name: 'pocketsphinx', ...sphinxChoice(tools) },
    { name: 'none', why: 'callers type', obstacle: null, start: () => [] },
  ];
}

/** Whoever speaks OpenAI's API for transcriptions, on this machine or elsewhere. */
function whisperServer(config: Config): Candidate<SttEngine> {
  const { WHISPER_BASE_URL: baseUrl, WHISPER_API_KEY: apiKey, WHISPER_MODEL: model } = config;
  const name = 'whisper';
  if (baseUrl === undefined) {
    const enable = 'WHISPER_BASE_URL=http://127.0.0.1:8000/v1';
    const why = 'a server that transcribes through the same API as OpenAI';
    return {
      name,
      why,
      obstacle: { why: 'it needs the address of a server that transcribes', enable },
      start: () => [],
    };
  }
  const timeoutMs = milliseconds(config.REQUEST_TIMEOUT);
  return {
    name,
    why: `the model ${model} at ${hostOf(baseUrl)}`,
    obstacle: null,
    start: () => [openAiStt({ name, apiKey: apiKey ?? null, baseUrl, timeoutMs, model })],
    ...keyOf('WHISPER_API_KEY', apiKey),
  };
}

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

export function ttsCandidates(config: Config, { root, log, stopping }: ProviderTools): Candidate<TtsEngine>[] {
  const apiKey = config.ELEVENLABS_API_KEY;
  const missing = {
    why: 'its package is not installed',
    enable: 'npm install --save-optional @echogarden/espeak-ng-emscripten@0.3.5',
  };
  return [
    {
      name: 'elevenlabs',
      why: `the model ${config.ELEVENLABS_MODEL} at ${hostOf(config.ELEVENLABS_BASE_URL)}`,
      obstacle: apiKey === undefined ? { why: 'it needs a key', enable: 'ELEVENLABS_API_KEY=...' } : null,
      start: () => {
        const settings = elevenLabsSettings(config, apiKey ?? '', log);
        const asSet = configured(settings);
        return [elevenLabsSocket(settings, asSet), elevenLabsHttp(settings, asSet)];
      },
      ...keyOf('ELEVENLABS_API_KEY', apiKey),
    },
    {
      name: 'espeak',
      why: 'espeak-ng in a process of its own; needs no key and no network',
      obstacle: isInstalled('@echogarden/espeak-ng-emscripten') ? null : missing,
      start: () => [espeakTts({ workerFile: join(root, 'dist/engines/tts/espeak-worker.js'), log, signal: stopping })],
    },
    { name: 'none', why: 'answers are text', obstacle: null, start: () => [] },
  ];
}

export function faceCandidates(config: Config, { root, log, stopping }: ProviderTools): Candidate<FaceEngine>[] {
  return [
    museTalk(config, { root, log, stopping }),
    {
      name: 'drawn',
      why: 'a drawn presenter whose mouth follows the sound; needs no GPU',
      obstacle: null,
      start: () => [drawnFace()],
    },
    { name: 'none', why: 'answers are a voice without a face', obstacle: null, start: () => [] },
    // Behind `none`, which ends every line: `auto` never comes to it.
    {
      name: 'simulated',
      why: 'stands in for a GPU, for benches: its pictures cost what SIMULATED_FACE says',
      obstacle: null,
      start: () => [
        simulatedFace({
          workerFile: join(root, 'dist/engines/face/simulated-worker.js'),
          pace: config.SIMULATED_FACE,
          log,
          signal: stopping,
        }),
      ],
    },
  ];
}

function museTalk(
  config: Config,
  { root, log, stopping }: Pick<ProviderTools, 'root' | 'log' | 'stopping'>,
): Candidate<FaceEngine> {
  const found = findMuseTalk({
    root,
    python: config.MUSETALK_PYTHON ?? null,
    models: config.MUSETALK_MODELS_DIR ?? null,
    dataDir: resolve(root, config.DATA_DIR),
  });
  const about = { name: 'musetalk', why: 'moves the mouths of people who were filmed, on a GPU' };
  if ('enable' in found) return { ...about, obstacle: found, start: () => [] };
  const places = { ...found, pythonFolder: join(root, 'python') };
  const { MUSETALK_DEVICES: devices, MUSETALK_PRECISION: precision } = config;
  const replies = config.MUSETALK_REPLIES ?? null;
  const options = config.MUSETALK_OPTIONS ?? null;
  return {
    ...about,
    obstacle: null,
    start: () => [museTalkFace({ ...places, devices, precision, replies, options, log, signal: stopping })],
  };
}

const milliseconds = (seconds: number): number => Math.round(seconds * 1000);

const openAiAccess = (config: Config) => ({
  name: 'openai',
  apiKey: config.OPENAI_API_KEY ?? null,
  baseUrl: config.OPENAI_BASE_URL,
  timeoutMs: milliseconds(Math.min(config.OPENAI_TIMEOUT, config.REQUEST_TIMEOUT)),
});

const elevenLabsSettings = (config: Config, apiKey: string, log: Logger): ElevenLabsSettings => ({
  apiKey,
  baseUrl: config.ELEVENLABS_BASE_URL,
  timeoutMs: milliseconds(Math.min(config.ELEVENLABS_TIMEOUT, config.REQUEST_TIMEOUT)),
  voice: config.ELEVENLABS_VOICE_ID,
  model: config.ELEVENLABS_MODEL,
  format: config.ELEVENLABS_OUTPUT_FORMAT,
  voiceSettings: {
    stability: config.ELEVENLABS_STABILITY,
    similarityBoost: config.ELEVENLABS_SIMILARITY_BOOST,
    style: config.ELEVENLABS_STYLE,
    speakerBoost: config.ELEVENLABS_SPEAKER_BOOST,
    speed: config.ELEVENLABS_SPEED,
  },
  log,
});

/** Without the path, and without a password that may stand in an address. */
const hostOf = (url: string): string => new URL(url).host;

const keyOf = (setting: string, key: string | undefined) =>
  key === undefined ? {} : { key: { setting, shown: shownKey(key) } };

/** Looks whether the package is there without loading it. */
function isInstalled(name: string): boolean {
  try {
    createRequire(import.meta.url).resolve(name);
    return true;
  } catch {
    return false;
  }
}
