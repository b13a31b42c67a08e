/** The rows of Python environments: what an engine that is asked for lacks there is a fault, whoever made it. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { beforeEach, expect, it, onTestFinished } from 'vitest';
import { readConfig } from '../../src/config.js';
import { environments } from '../../src/doctor/machine.js';
import { pythons } from '../../src/doctor/places.js';

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'parley-pythons-'));
  onTestFinished(() => rmSync(root, { recursive: true }));
});

/** Says that it has these packages, and none of the others that it is asked for. */
function python(at: string, packages: Record<string, string>): string {
  const file = join(root, at);
  mkdirSync(dirname(file), { recursive: true });
  const cases = Object.entries(packages).map(([name, version]) => `${name}) at='"${version}"' ;;`);
  const program = `#!/bin/sh
shift 2
for one; do
  case "$one" in ${cases.join(' ')} *) at=null ;; esac
  told="$told,\\"$one\\":$at"
done
echo "{\\"python\\":\\"3.11.9\\",\\"packages\\":{\${told#,}}}"
`;
  writeFileSync(file, program, { mode: 0o755 });
  return file;
}

async function rows(settings: Record<string, string>, name = 'var/speech') {
  const found = await environments(root, pythons(root, readConfig(settings)));
  return found.filter((one) => one.name === name);
}

const WHOLE = { 'faster-whisper': '1.2.1', 'kokoro-onnx': '0.6.1', misaki: '0.9.4', en_core_web_sm: '3.8.0' };

it('are well where everything is there that is asked for', async () => {
  python('var/speech/bin/python', WHOLE);
  expect(await rows({ TTS: 'kokoro', STT: 'whisper' })).toMatchObject([
    { state: 'well', says: expect.stringContaining('Python 3.11.9: faster-whisper 1.2.1, no ctranslate2'), mend: null },
  ]);
});

it('are wrong where a voice is asked for whose package is not there, and say what brings it', async () => {
  const own = python('mine/python', { 'faster-whisper': '1.2.1' });
  const [mine] = (await rows({ TTS: 'kokoro', STT: 'whisper', KOKORO_PYTHON: own })).filter(({ says }) =>
    says.startsWith(own),
  );
  expect(mine).toMatchObject({ state: 'wrong', isAsked: true, says: expect.stringContaining('no kokoro-onnx') });
  expect(mine?.mend).toContain('no KOKORO_PYTHON, then npm run setup:local kokoro; or: ');
  python('var/speech/bin/python', { 'kokoro-onnx': '0.6.1' });
  expect(await rows({ STT: 'whisper', TTS: 'none' })).toMatchObject([
    { state: 'wrong', mend: 'rm -rf var/speech; npm run setup:local whisper' },
  ]);
});

it('bear what nobody asks for, and what another Python is for', async () => {
  python('var/speech/bin/python', { 'faster-whisper': '1.2.1' });
  expect(await rows({ STT: 'whisper', TTS: 'espeak' })).toMatchObject([{ state: 'well' }]);
  const own = python('mine/python', WHOLE);
  const found = await rows({ STT: 'whisper', TTS: 'kokoro', KOKORO_PYTHON: own });
  expect(found.map(({ state }) => state)).toEqual(['well', 'well']);
  const server = { STT: 'whisper', TTS: 'none', WHISPER_BASE_URL: 'http://127.0.0.1:8000/v1' };
  python('var/speech/bin/python', {});
  expect(await rows(server)).toMatchObject([{ state: 'well' }]);
});

it('name the command for the dictionary of English', async () => {
  const { en_core_web_sm: _, ...without } = WHOLE;
  python('var/speech/bin/python', without);
  expect(await rows({}, 'dictionary')).toMatchObject([
    {
      state: 'absent',
      says: 'var/speech has no en_core_web_sm: Kokoro says English by rule (espeak-ng)',
      mend: 'npm run setup:local kokoro',
      isAsked: false,
    },
  ]);
  python('var/speech/bin/python', WHOLE);
  expect(await rows({}, 'dictionary')).toEqual([]);
  // A Python that misaki does not know has no use for one.
  python('var/speech/bin/python', { 'kokoro-onnx': '0.6.1' });
  expect(await rows({}, 'dictionary')).toEqual([]);
});
