/** `npm run test:live` as a process: beside simulated vendors, with a key that is wrong, and without any. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { pino } from 'pino';
import { describe, expect, it, onTestFinished } from 'vitest';
import { loadRecordings } from '../../src/bench/questions.js';
import { recordingRecogniser } from '../../src/bench/recording-recogniser.js';
import { saying } from '../../src/bench/saying.js';
import { startElevenLabsVendor } from '../../src/bench/vendors/elevenlabs/server.js';
import { startOpenAiVendor } from '../../src/bench/vendors/openai/server.js';
import { variables } from '../../src/config.js';
import { espeakTts } from '../../src/engines/tts/espeak.js';
import { SPEECHLESS, speechPython, tinyKokoro } from '../fixtures/speech-python.js';

const log = pino({ level: 'silent' });
const environment = Object.fromEntries(Object.entries(process.env).filter(([name]) => !variables.includes(name)));
const KEYS = { OPENAI_API_KEY: 'sk-live-0123456789abcdef', ELEVENLABS_API_KEY: 'xi-live-fedcba9876543210' };

async function live(settings: Record<string, string>, ...args: string[]): Promise<{ code: number; out: string }> {
  const child = spawn(process.execPath, ['dist/bench/main.js', '--live', ...args], {
    env: { ...environment, PARLEY_ENV_FILE: 'none', ...settings },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  onTestFinished(() => void child.kill());
  let out = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (data) => {
      out += data;
    });
  }
  const [code] = await once(child, 'close');
  return { code: code as number, out };
}

async function simulated() {
  const at = { firstMs: 0, everyMs: 0, jitter: 0 };
  const voice = espeakTts({ workerFile: 'dist/engines/tts/espeak-worker.js', log });
  await voice.ready(new AbortController().signal);
  const openAi = await startOpenAiVendor({
    key: KEYS.OPENAI_API_KEY,
    answer: saying('It is noon.'),
    hears: recordingRecogniser(loadRecordings('.')),
    pace: { models: at, chat: at, transcriptions: at },
  });
  const elevenLabs = await startElevenLabsVendor({
    key: KEYS.ELEVENLABS_API_KEY,
    speak: voice,
    pace: { voices: at, speech: at, socket: at },
    log,
  });
  onTestFinished(async () => {
    await Promise.all([openAi.close(), elevenLabs.close(), voice.close()]);
  });
  return { openAi, elevenLabs, settings: { OPENAI_BASE_URL: openAi.url, ELEVENLABS_BASE_URL: elevenLabs.url } };
}

describe('the live proof', { timeout: 120_000 }, () => {
  it('gives every engine that has a key a turn, counts what it used, and finds the wires alike', async () => {
    const { settings } = await simulated();
    const prices = ['minute=60', 'input=0', 'output=0', 'characters=0'].flatMap((price) => ['--price', price]);
    const { code, out } = await live({ ...settings, ...KEYS }, ...prices);
    expect(code, out).toBe(0);
    expect(out).toMatch(/transcript +openai +\d+ +\d+ +500 +"What time is it\?"\n/);
    expect(out).toMatch(/answer +openai +\d+ +\d+ +1000 +11 characters\n/);
    expect(out).toMatch(/speech +elevenlabs +\d+ +\d+ +500 +\d\.\d s of sound\n/);
    expect(out).toMatch(/speech +elevenlabs-http +\d+ +\d+ +500 +\d\.\d s of sound\n/);
    expect(out).toMatch(/pictures +drawn +\d+ +\d+ +1000 +\d\d+ pictures\n/);
    const [, seconds, cost] = /used (\d+\.\d) s of audio.*, 22 characters spoken; costs (\d+\.\d+)/.exec(out)!;
    expect(Number(cost)).toBeCloseTo(Number(seconds), 1);
    expect(out.match(/the same headers and fields/g), out).toHaveLength(6);
    for (const key of Object.values(KEYS)) expect(out).not.toContain(key);
  });

  it('says what failed, goes on with the rest, and ends with 1', async () => {
    const { settings, openAi } = await simulated();
    openAi.faults.set('chat', { kind: 'status', status: 401 }, 100);
    const { code, out } = await live({ ...settings, ...KEYS });
    expect(code, out).toBe(1);
    expect(out).toMatch(/answer +openai +1000 +FAILED: bad_key: /);
    expect(out).toMatch(/OpenAI chat +FAILED: it answers 401: /);
    expect(out).toMatch(/speech +elevenlabs +\d+ +\d+ +500 +\d\.\d s of sound/);
    expect(out).toMatch(/needs --price minute=\.\.\. --price characters=\.\.\./);
    for (const key of Object.values(KEYS)) expect(out).not.toContain(key);
  });

  it('shows in what a vendor is not like its simulator', async () => {
    const vendor = createServer((request, response) => {
      request.resume();
      response.setHeader('content-type', 'application/json').setHeader('openai-version', '2020-10-01');
      if (request.url !== '/v1/models') response.statusCode = 404;
      const model = { id: 'model', object: 'model', created: '1', shared: true };
      response.end(JSON.stringify({ object: 'list', data: [model] }));
    });
    onTestFinished(() => void vendor.close());
    vendor.listen(0, '127.0.0.1');
    await once(vendor, 'listening');
    const url = `http://127.0.0.1:${(vendor.address() as AddressInfo).port}/v1`;
    const { code, out } = await live({ OPENAI_BASE_URL: url, OPENAI_API_KEY: KEYS.OPENAI_API_KEY });
    expect(code, out).toBe(1);
    const told = out.slice(out.indexOf('OpenAI models'), out.indexOf('OpenAI chat'));
    expect(told).toMatch(/headers of the vendor alone: openai-version/);
    expect(told).toMatch(/fields of the vendor alone: data\[\]\.shared\n/);
    expect(told).toMatch(/headers of the simulator alone: .*x-request-id/);
    expect(told).toMatch(/fields of the simulator alone: data\[\]\.owned_by\n/);
    expect(told).toMatch(/values of other kinds: data\[\]\.created \(string\)\n/);
  });

  it('names what has no key, and ends with 2 when that is everything', async () => {
    const { code, out } = await live({});
    expect(code, out).toBe(2);
    expect(out).toMatch(/transcript +openai +500 +skipped: .* -> +OPENAI_API_KEY=sk-\.\.\.\n/);
    expect(out).toMatch(/speech +elevenlabs +500 +skipped: .* -> +ELEVENLABS_API_KEY=\.\.\.\n/);
    expect(out).toMatch(/pictures +drawn +1000 +skipped: nothing was spoken/);
    expect(out).toContain('no wire was compared');
  });

  it.skipIf(speechPython === null)(
    `lets the voices of this machine speak, has Whisper write it down, and fails who is not understood${speechPython === null ? SPEECHLESS : ''}`,
    async () => {
      const model = tinyKokoro();
      onTestFinished(() => model.remove());
      const { code, out } = await live({
        KOKORO_PYTHON: speechPython!,
        KOKORO_MODEL: model.folder,
        WHISPER_PYTHON: speechPython!,
        WHISPER_MODEL: 'test/fixtures/whisper',
      });
      expect(code, out).toBe(1);
      const figures =
        'first sound p50 \\d+ ms, p95 \\d+ ms, real-time factor \\d+\\.\\d\\d, \\d+\\.\\d % of 85 words wrong';
      // It only hums.
      const failed = 'kokoro +FAILED: engine_failed: More than half of it was not understood: ';
      expect(out).toMatch(new RegExp(`${failed}${figures}\\.\n`));
      expect(out).not.toMatch(/whisper +FAILED/);
      expect(out).toMatch(/coqui +skipped: .* -> +COQUI_TOS_AGREED=1 npm run setup:local coqui/);
    },
  );

  it('says why a voice of this machine cannot speak', async () => {
    const { code, out } = await live({ KOKORO_PYTHON: process.execPath, KOKORO_MODEL: '.', DATA_DIR: 'var/none' });
    expect(code, out).toBe(2);
    expect(out).toMatch(/kokoro +skipped: .+ is no model of Kokoro/);
  });

  it('goes on without pictures where no avatar has been drawn', async () => {
    const { code, out } = await live({ DATA_DIR: 'var/none' });
    expect(code, out).toBe(2);
    expect(out).toMatch(/pictures +drawn +1000 +skipped: no avatar has been drawn yet +-> +npm start\n/);
  });

  it('refuses a price that is none, and shows those that there are', async () => {
    const { code, out } = await live({}, '--price', 'coffee=3');
    expect(code).toBe(2);
    expect(out).toMatch(/--price coffee=3 is no price\.\n\nnpm run test:live/);
  });
});
