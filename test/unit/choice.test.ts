import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { readConfig } from '../../src/config.js';
import { chooseEngines } from '../../src/engines/choose.js';
import type { ParleyError } from '../../src/errors.js';
import { createMetrics } from '../../src/observe/metrics.js';
import { loadPersona } from '../../src/persona.js';
import { all, given } from '../contract/tts.js';
import { silentLog } from '../fixtures/engines.js';
import { caller, forTurn } from './elevenlabs-fixture.js';
import { KEY, vendor } from './vendor-elevenlabs-fixture.js';

const LINE = 'Good morning.';
/** Needs nobody but those that a test names. */
const ALONE = { VAD: 'loudness', STT: 'none', LLM: 'scripted', TTS: 'none', FACE: 'none' };

async function choice(environment: Record<string, string>) {
  const data = mkdtempSync(join(tmpdir(), 'parley-choice-'));
  const stop = new AbortController();
  const made = await chooseEngines(
    readConfig({ ...ALONE, DATA_DIR: data, ...environment }),
    {
      root: resolve('.'),
      persona: await loadPersona(resolve('personas/parley.json')),
      log: silentLog,
      stopping: stop.signal,
      byHeart: { phrases: [LINE], voiceLost: [] },
    },
    createMetrics().observer,
  ).finally(() => rmSync(data, { recursive: true, force: true }));
  onTestFinished(async () => {
    stop.abort();
    const { vad, stt, llm, tts, face } = made.engines;
    await Promise.all([vad, stt, llm, tts, face].map((engine) => engine?.close()));
  });
  return made;
}

describe('who is named, and cannot start,', () => {
  it.each([
    [{ STT: 'whisper' }, 'STT="whisper" cannot start: whisper: ', 'WHISPER_BASE_URL=http://'],
    [{ STT: 'openai,whisper' }, 'STT="openai,whisper" cannot start: openai: it needs a key', 'OPENAI_API_KEY=sk-...'],
    [{ TTS: 'elevenlabs' }, 'TTS="elevenlabs" cannot start: elevenlabs: it needs a key', 'ELEVENLABS_API_KEY=...'],
    [{ LLM: 'openai' }, 'LLM="openai" cannot start: openai: ', 'enables openai; or leave LLM out.'],
  ])('ends the start of %j, which says what enables it', async (environment, sentence, enable) => {
    const refused = await choice(environment).catch((thrown: ParleyError) => thrown);
    expect(refused).toMatchObject({ code: 'bad_settings', message: expect.stringContaining(sentence) });
    expect(refused).toMatchObject({ message: expect.stringContaining(enable) });
  });

  it.each([[{ STT: 'whisper,none', TTS: 'elevenlabs,none' }], [{ STT: 'none', TTS: 'none' }]])(
    'is done without where %j allows it',
    async (environment) => {
      const { engines } = await choice(environment);
      expect([engines.stt, engines.tts]).toEqual([null, null]);
    },
  );
});

it('operators see that the vendor does not know the voice that is set, and it is asked all the same', async () => {
  const simulated = await vendor();
  const { engines, states, troubles } = await choice({
    TTS: 'elevenlabs',
    ELEVENLABS_API_KEY: KEY,
    ELEVENLABS_BASE_URL: `${simulated.url}/v1`,
    ELEVENLABS_VOICE_ID: 'nobodynobodynobody12',
  });
  expect(troubles()).toEqual([]);
  const voice = engines.tts!.voices[0]!.id;
  const say = () => all(engines.tts!.run(given([LINE]), { voice, speed: 1 }, forTurn(caller())));
  // As at every start. It is the first engine's refusal, and holds for the second one.
  await engines.tts!.learn({ voice, speed: 1 }, new AbortController().signal);
  const trouble = 'it does not know the voice "nobodynobodynobody12" (ELEVENLABS_VOICE_ID)';
  expect(states().filter(({ job }) => job === 'voice')).toEqual([
    { job: 'voice', engine: 'elevenlabs', trouble },
    { job: 'voice', engine: 'elevenlabs-http', trouble },
  ]);
  const asked = simulated.requests.length;
  await expect(say()).rejects.toMatchObject({ code: 'unknown_voice' });
  expect(simulated.requests.length).toBeGreaterThan(asked);
});

it('ends the start where a face is named that cannot start, and does without one where it may', async () => {
  const nowhere = { MUSETALK_PYTHON: process.execPath, MUSETALK_MODELS_DIR: '/nowhere' };
  await expect(choice({ ...nowhere, FACE: 'musetalk' })).rejects.toMatchObject({
    code: 'bad_settings',
    message: expect.stringMatching(/FACE="musetalk" cannot start: .*unet\.safetensors is not there/),
  });
  expect((await choice({ ...nowhere, FACE: 'musetalk,none' })).engines.face).toBeNull();
  expect((await choice({ ...nowhere, FACE: 'auto' })).engines.face?.name).toBe('drawn');
});
