/** Who speaks, from the best to the one that always works. */
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import type { Logger } from 'pino';
import type { Config } from '../../config.js';
import type { TtsEngine } from '../contract.js';
import { type LearntVoices, NONE_LEARNT } from '../learnt.js';
import type { Candidate } from '../resilience/line-up.js';
import { coquiTts } from '../tts/coqui.js';
import { findCoqui } from '../tts/coqui-package.js';
import { elevenLabsSocket } from '../tts/elevenlabs.js';
import { configured } from '../tts/elevenlabs-configured.js';
import { elevenLabsHttp } from '../tts/elevenlabs-http.js';
import type { ElevenLabsSettings } from '../tts/elevenlabs-settings.js';
import { espeakTts } from '../tts/espeak.js';
import { kokoroTts } from '../tts/kokoro.js';
import { findKokoro } from '../tts/kokoro-package.js';
import { hostOf, keyOf, milliseconds, type ProviderTools, type WorkerTools } from './tools.js';

export function ttsCandidates(config: Config, tools: ProviderTools): Candidate<TtsEngine>[] {
  const { root, log, stopping, learnt = NONE_LEARNT } = tools;
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
        const settings = { ...elevenLabsSettings(config, apiKey ?? '', log), learnt };
        const asSet = configured(settings);
        return [elevenLabsSocket(settings, asSet), elevenLabsHttp(settings, asSet)];
      },
      ...keyOf('ELEVENLABS_API_KEY', apiKey),
    },
    kokoro(config, { root, log, stopping }),
    coqui(config, { root, log, stopping }, learnt),
    {
      name: 'espeak',
      why: 'espeak-ng in a process of its own; needs no key and no network',
      obstacle: isInstalled('@echogarden/espeak-ng-emscripten') ? null : missing,
      start: () => [espeakTts({ workerFile: join(root, 'dist/engines/tts/espeak-worker.js'), log, signal: stopping })],
    },
    { name: 'none', why: 'answers are text', obstacle: null, start: () => [] },
  ];
}

function kokoro(config: Config, { root, log, stopping }: WorkerTools): Candidate<TtsEngine> {
  const found = findKokoro({
    root,
    python: config.KOKORO_PYTHON ?? null,
    model: config.KOKORO_MODEL ?? null,
    dataDir: resolve(root, config.DATA_DIR),
  });
  const about = { name: 'kokoro', why: 'a natural voice on this machine; needs no key and no network' };
  if ('enable' in found) return { ...about, obstacle: found, start: () => [] };
  const options = {
    ...found,
    pythonFolder: join(root, 'python'),
    repository: config.KOKORO_REPO_ID,
    device: config.KOKORO_DEVICE,
    voice: config.KOKORO_VOICE,
    language: config.KOKORO_LANGUAGE ?? null,
    splitPattern: config.KOKORO_SPLIT_PATTERN ?? null,
    speed: config.KOKORO_SPEED,
  };
  return { ...about, obstacle: null, start: () => [kokoroTts({ ...options, log, signal: stopping })] };
}

function coqui(config: Config, { root, log, stopping }: WorkerTools, learnt: LearntVoices): Candidate<TtsEngine> {
  const agreed = config.COQUI_TOS_AGREED === '1';
  const found = findCoqui({
    root,
    python: config.COQUI_PYTHON ?? null,
    model: config.COQUI_MODEL,
    agreed,
    dataDir: resolve(root, config.DATA_DIR),
  });
  const about = { name: 'coqui', why: 'XTTS v2 on this machine, for a GPU; its weights are non-commercial' };
  if ('enable' in found) return { ...about, obstacle: found, start: () => [] };
  const options = {
    ...found,
    pythonFolder: join(root, 'python'),
    device: config.COQUI_DEVICE,
    language: config.COQUI_LANGUAGE,
    voice: config.COQUI_VOICE ?? null,
    speed: config.COQUI_SPEED,
    agreed,
    learnt,
  };
  const start = () => {
    if (config.COQUI_DEVICE === 'cpu' && config.TTS_DEADLINE < 15) {
      log.warn(
        'XTTS on a CPU has no sound before TTS_DEADLINE: COQUI_DEVICE=cuda, or TTS_DEADLINE=30 for trying it out',
      );
    }
    return [coquiTts({ ...options, log, signal: stopping })];
  };
  return { ...about, obstacle: null, start };
}

export const elevenLabsSettings = (config: Config, apiKey: string, log: Logger): ElevenLabsSettings => ({
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

/** Looks whether the package is there without loading it. */
function isInstalled(name: string): boolean {
  try {
    createRequire(import.meta.url).resolve(name);
    return true;
  } catch {
    return false;
  }
}
