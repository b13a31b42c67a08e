/** Simulated vendors in this process, and the real server in its own that takes them for the real ones. */
import { mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { startElevenLabsVendor } from '../../src/bench/vendors/elevenlabs/server.js';
import type { Pace } from '../../src/bench/vendors/faults.js';
import { startOpenAiVendor } from '../../src/bench/vendors/openai/server.js';
import { scriptedLlm } from '../../src/engines/llm/scripted.js';
import { espeakTts } from '../../src/engines/tts/espeak.js';
import { loadPersona } from '../../src/persona.js';
import { silentLog } from '../fixtures/engines.js';
import { type RunningServer, startServer } from './server.js';

export const OPENAI_KEY = 'sk-proj-Zm9yLXRoZS10ZXN0cy1vbmx5';
export const ELEVENLABS_KEY = 'xi-0a1b2c3d4e5f60718293a4b5c6d7';

const SOON: Pace = { firstMs: 20, everyMs: 5, jitter: 0 };

export async function startVendors(hears = 'Tell me a story.') {
  const persona = await loadPersona(resolve('personas/parley.json'));
  const answer = scriptedLlm({ persona, now: () => new Date(), pace: 0 });
  const openAi = await startOpenAiVendor({
    key: OPENAI_KEY,
    answer,
    hears: () => hears,
    pace: { models: SOON, chat: SOON, transcriptions: SOON },
  });
  const speak = espeakTts({ workerFile: resolve('dist/engines/tts/espeak-worker.js'), log: silentLog });
  await speak.ready(new AbortController().signal);
  const elevenLabs = await startElevenLabsVendor({
    key: ELEVENLABS_KEY,
    speak,
    pace: { voices: SOON, speech: SOON, socket: SOON },
    log: silentLog,
  });
  return {
    openAi,
    elevenLabs,
    environment: {
      OPENAI_API_KEY: OPENAI_KEY,
      OPENAI_BASE_URL: openAi.url,
      ELEVENLABS_API_KEY: ELEVENLABS_KEY,
      ELEVENLABS_BASE_URL: elevenLabs.url,
    },
    clear() {
      openAi.faults.clear();
      elevenLabs.faults.clear();
    },
    close: () => Promise.all([openAi.close(), elevenLabs.close(), speak.close()]),
  };
}

export type Vendors = Awaited<ReturnType<typeof startVendors>>;

/** Quick where no time is measured; but who stands still for a second or two, as a busy machine does, is not late. */
const HASTE = {
  INITIAL_RETRY_DELAY: '0.05',
  LLM_DEADLINE: '20',
  LLM_IDLE_TIMEOUT: '5',
  TTS_DEADLINE: '8',
  FILLER_AFTER: '0',
};

/** What it keeps, it keeps in a folder of its own, but for the avatars, which take a while to draw. */
export async function startCloudServer(environment: Record<string, string>): Promise<RunningServer> {
  const data = mkdtempSync(join(tmpdir(), 'parley-cloud-'));
  symlinkSync(resolve('var/avatars'), join(data, 'avatars'));
  const server = await startServer({ DATA_DIR: data, LOG_LEVEL: 'trace', ...HASTE, ...environment });
  return {
    ...server,
    async stop() {
      const code = await server.stop();
      rmSync(data, { recursive: true, force: true });
      return code;
    },
  };
}
