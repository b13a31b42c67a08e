import { execFile } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { variables } from '../../src/config.js';
import { SPEECHLESS, speechPython, tinyKokoro } from '../fixtures/speech-python.js';

const TINY_WHISPER = join(import.meta.dirname, '../fixtures/whisper');

describe('the doctor', () => {
  let dataDir: string;
  beforeEach(() => {
    dataDir = mkdtempSync(join(tmpdir(), 'parley-doctor-'));
  });
  afterEach(() => rmSync(dataDir, { recursive: true, force: true }));

  function examined(settings: Record<string, string>, ...args: string[]) {
    const own = Object.fromEntries(Object.entries(process.env).filter(([name]) => !variables.includes(name)));
    const env = { ...own, PARLEY_ENV_FILE: 'none', DATA_DIR: dataDir, ...settings };
    return new Promise<{ code: number; out: string; errors: string }>((done) => {
      const child = execFile(process.execPath, ['dist/doctor.js', ...args], { env }, (_, out, errors) =>
        done({ code: child.exitCode ?? 1, out, errors }),
      );
    });
  }

  it('tries what is built in, names what is not here, and shows no key', async () => {
    const key = 'sk-0123456789abcdef0123456789';
    const { code, out, errors } = await examined({ OPENAI_API_KEY: key });
    expect(errors).toBe('');
    expect(out).toMatch(/ok {5}node +\d+\.\d+\.\d+/);
    expect(out).toMatch(/espeak +loaded in [\d.]+ s; first sound after [\d.]+ s, real-time factor [\d.]+/);
    expect(out).toMatch(/kokoro +its model is not here.*\n +-> {2}npm run setup:local kokoro/);
    expect(out).toMatch(/- +elevenlabs +it needs a key\n +-> {2}ELEVENLABS_API_KEY=/);
    expect(out).toContain('OPENAI_API_KEY is set');
    expect(out).not.toContain(key.slice(-4));
    expect(out).not.toContain('\x1b');
    // Nobody has asked for what is missing.
    expect(code).toBe(0);
  });

  it('ends with 1 where the settings ask by name for what is not here', async () => {
    const { code, out } = await examined({ TTS: 'kokoro,espeak', STT: 'none', FACE: 'none' });
    expect(out).toMatch(/wrong {2}kokoro +its model is not here.*\n +-> {2}npm run setup:local kokoro/);
    expect(code).toBe(1);
  });

  it.skipIf(speechPython === null)(
    `hears and speaks through the models that are here${speechPython === null ? SPEECHLESS : ''}`,
    async () => {
      cpSync(TINY_WHISPER, join(dataDir, 'models/whisper/base'), { recursive: true });
      const kokoro = tinyKokoro();
      cpSync(kokoro.folder, join(dataDir, 'models/kokoro'), { recursive: true });
      kokoro.remove();
      const python = { WHISPER_PYTHON: speechPython!, KOKORO_PYTHON: speechPython! };
      const { code, out } = await examined({ ...python, STT: 'whisper', TTS: 'kokoro', FACE: 'none' });
      expect(out).toMatch(/Python 3\.\d+\.\d+: faster-whisper 1\.[\d.]+, .*kokoro-onnx 0\.6/);
      expect(out).toMatch(/ok {5}whisper +loaded in [\d.]+ s; heard ".*" in [\d.]+ s, real-time factor [\d.]+/);
      expect(out).toMatch(/ok {5}kokoro +loaded in [\d.]+ s; first sound after [\d.]+ s, real-time factor [\d.]+/);
      expect(code).toBe(0);
    },
  );

  it.skipIf(speechPython === null)(
    `says what an engine was refused for, and what mends that${speechPython === null ? SPEECHLESS : ''}`,
    async () => {
      cpSync(TINY_WHISPER, join(dataDir, 'models/whisper/base'), { recursive: true });
      writeFileSync(join(dataDir, 'models/whisper/base/model.bin'), 'no model');
      const kokoro = tinyKokoro();
      const python = { WHISPER_PYTHON: speechPython!, KOKORO_PYTHON: speechPython! };
      const nobody = { KOKORO_MODEL: kokoro.folder, KOKORO_VOICE: 'zz_nobody' };
      const { code, out } = await examined({ ...python, ...nobody, STT: 'whisper', TTS: 'kokoro', FACE: 'none' });
      kokoro.remove();
      expect(out).toMatch(/wrong {2}whisper .*model\.bin.*\n +-> {2}rm \S+model\.bin; npm run setup:local whisper\n/);
      expect(out).toMatch(
        /wrong {2}kokoro .*KOKORO_VOICE: there is no voice "zz_nobody".*\n +-> {2}KOKORO_VOICE=[a-z]\w+\n/,
      );
      expect(code).toBe(1);
    },
  );

  it('does not wait for a process that dies again and again', async () => {
    mkdirSync(join(dataDir, 'models/kokoro'), { recursive: true });
    writeFileSync(join(dataDir, 'models/kokoro/kokoro-v1.0.onnx'), 'never read');
    // Node is no Python: it ends at once.
    const settings = { KOKORO_PYTHON: process.execPath, STT: 'none', TTS: 'kokoro', FACE: 'none' };
    const { code, out } = await examined(settings);
    expect(out).toMatch(
      /wrong {2}var\/speech +\S*node: cannot be started: .*\n +-> {2}no setting that leads to .*; npm run setup:local/,
    );
    expect(out).toMatch(/wrong {2}kokoro +.*\n +-> {2}no KOKORO_PYTHON, then npm run setup:local kokoro\n/);
    expect(code).toBe(1);
  });

  it('says how it is used', async () => {
    const { code, errors } = await examined({}, '--slow');
    expect(errors).toContain('npm run doctor [-- --quick]');
    expect(code).toBe(2);
  });
});
