/** Environments of Python: made beside the one that is in use, and what was put into them later falls with them. */
import { existsSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { calling, type SetupCopy, setupCopy } from './setup-fixture.js';

const KOKORO = calling('speech.mjs', "setUpLocal(['kokoro'])");
const WHISPER = calling('speech.mjs', "setUpLocal(['whisper'])");

/** As another version of Parley has it. */
function changePin({ root }: SetupCopy, from: string, to: string): void {
  const file = join(root, 'python/pyproject.toml');
  writeFileSync(file, readFileSync(file, 'utf8').replace(from, to));
}

const environments = ({ root }: SetupCopy): string[] =>
  readdirSync(join(root, 'var')).filter((name) => name !== 'setup.json');

it('fetches the dictionary of English again where the environment was made again, and nothing twice', async () => {
  const copy = setupCopy();
  expect((await copy.run(KOKORO)).code).toBe(0);
  const dictionary = copy.has('var/speech', 'en_core_web_sm');
  expect(existsSync(dictionary)).toBe(true);
  const installed = () => copy.asked().filter((line) => line.includes('pip install'));
  const once = installed();
  await copy.run(KOKORO);
  expect(installed()).toEqual(once);
  rmSync(join(copy.root, 'var/speech'), { recursive: true });
  const { out, code } = await copy.run(KOKORO);
  expect(out).toContain('Fetching the dictionary of English');
  expect(existsSync(dictionary)).toBe(true);
  expect(code).toBe(0);
});

it('puts what tests need into an environment that was made again', async () => {
  const copy = setupCopy();
  const prepare = calling('speech.mjs', 'prepareSpeechTests()');
  await copy.run(prepare);
  rmSync(join(copy.root, 'var/speech'), { recursive: true });
  await copy.run(prepare);
  expect(existsSync(copy.has('var/speech', 'onnx'))).toBe(true);
  const python = calling('python.mjs', 'preparePython().then(setup.preparePythonTests)');
  await copy.run(python);
  rmSync(join(copy.root, 'var/python'), { recursive: true });
  await copy.run(python);
  expect(existsSync(copy.has('var/python', 'pytest'))).toBe(true);
});

it('keeps an environment that works where its update fails, and says so', async () => {
  const copy = setupCopy();
  await copy.run(KOKORO);
  changePin(copy, 'faster-whisper==1.2.1', 'faster-whisper==9.9.9');
  const { out, code } = await copy.run(WHISPER, { FAKE_REFUSES: 'faster-whisper==9.9.9' });
  expect(out).toContain('passed over: ERROR: no index can be reached; var/speech stays as it was');
  expect(code).toBe(1);
  expect(existsSync(copy.has('var/speech', 'en_core_web_sm'))).toBe(true);
  expect(environments(copy)).toEqual(['speech']);
});

it('puts a new environment in the place of the old one, with the dictionary that it had', async () => {
  const copy = setupCopy();
  await copy.run(KOKORO);
  const mine = join(copy.root, 'var/speech/mine');
  writeFileSync(mine, '');
  changePin(copy, 'faster-whisper==1.2.1', 'faster-whisper==9.9.9');
  const { code } = await copy.run(WHISPER);
  expect(code).toBe(0);
  expect(existsSync(mine)).toBe(false);
  expect(existsSync(copy.has('var/speech', 'en_core_web_sm'))).toBe(true);
  expect(environments(copy)).toEqual(['speech']);
  // Its scripts name the place that it has now, not the one that it was made in.
  expect(readFileSync(join(copy.root, 'var/speech/bin/pip'), 'utf8')).toBe(
    `#!${join(copy.root, 'var/speech/bin/python')}\n`,
  );
});

it('takes back the earlier environment when the set-up was ended between the two moves', async () => {
  const copy = setupCopy();
  await copy.run(WHISPER);
  renameSync(join(copy.root, 'var/speech'), join(copy.root, 'var/speech.old'));
  const { out } = await copy.run(WHISPER, { FAKE_REFUSES: 'faster-whisper' });
  expect(out).toContain('var/speech stays as it was');
  expect(environments(copy)).toEqual(['speech']);
});

it('leaves nothing where the first environment cannot be made', async () => {
  const copy = setupCopy();
  const { out, code } = await copy.run(WHISPER, { FAKE_REFUSES: 'faster-whisper' });
  expect(out).toContain('passed over: ERROR: no index can be reached\n');
  expect(environments(copy)).toEqual([]);
  expect(code).toBe(1);
});

it('keeps a recogniser that is there, and starts without one where there is none', async () => {
  const copy = setupCopy();
  const prepare = calling('python.mjs', 'preparePython()');
  const offline = { FAKE_REFUSES: 'pocketsphinx' };
  expect((await copy.run(prepare, offline)).out).toContain('done, without pocketsphinx: ERROR: no index');
  expect(existsSync(join(copy.root, 'var/python/bin/python'))).toBe(true);
  rmSync(join(copy.root, 'var/setup.json'));
  await copy.run(prepare);
  expect(existsSync(copy.has('var/python', 'pocketsphinx'))).toBe(true);
  rmSync(join(copy.root, 'var/setup.json'));
  expect((await copy.run(prepare, offline)).out).toContain('var/python stays as it was');
  expect(existsSync(copy.has('var/python', 'pocketsphinx'))).toBe(true);
});
