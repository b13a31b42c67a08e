import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { findWhisper } from '../../src/engines/stt/whisper-package.js';

const MODEL = join(import.meta.dirname, '../fixtures/whisper');

/** A package's folder; with an environment, which may have faster-whisper. */
function rootWith(environment: 'none' | 'empty' | 'whole'): string {
  const root = mkdtempSync(join(tmpdir(), 'parley-whisper-'));
  onTestFinished(() => rmSync(root, { recursive: true }));
  if (environment === 'none') return root;
  const packages = join(root, 'var/speech/lib/python3.12/site-packages');
  mkdirSync(join(root, 'var/speech/bin'), { recursive: true });
  writeFileSync(join(root, 'var/speech/bin/python'), '');
  mkdirSync(environment === 'whole' ? join(packages, 'faster_whisper') : packages, { recursive: true });
  return root;
}

const look = (root: string, python: string | null = null, model: string | null = null) =>
  findWhisper({ root, python, model, dataDir: join(root, 'var') });

it('is found where the set-up puts it', () => {
  const root = rootWith('whole');
  cpSync(MODEL, join(root, 'var/models/whisper/base'), { recursive: true });
  cpSync(MODEL, join(root, 'var/models/whisper/small.en'), { recursive: true });
  const python = join(root, 'var/speech/bin/python');
  expect(look(root)).toEqual({ python, model: join(root, 'var/models/whisper/base') });
  expect(look(root, null, 'small.en')).toEqual({ python, model: join(root, 'var/models/whisper/small.en') });
});

it('is found where the operator has it', () => {
  expect(look(rootWith('none'), '/usr/bin/some-python', MODEL)).toEqual({
    python: '/usr/bin/some-python',
    model: MODEL,
  });
});

it('takes what is set as seen from the folder of Parley, where no worker runs', () => {
  const root = rootWith('none');
  cpSync(MODEL, join(root, 'mine/small'), { recursive: true });
  expect(look(root, 'tmp/python', './mine/small')).toEqual({
    python: join(root, 'tmp/python'),
    model: join(root, 'mine/small'),
  });
  // Without a slash it is a command.
  expect(look(root, 'python3', 'mine/small')).toMatchObject({ python: 'python3' });
});

it.each([
  ['none', null, 'environment', 'npm run setup:local whisper'],
  ['empty', null, 'package', 'pip install faster-whisper==1.2.1'],
  ['whole', null, 'models/whisper/base/config.json is not there', 'npm run setup:local whisper'],
  ['whole', 'small', 'models/whisper/small/config.json', 'WHISPER_MODEL=small npm run setup:local whisper'],
  ['whole', '/nowhere/mine', '/nowhere/mine/config.json', 'WHISPER_MODEL=the folder'],
] as const)('says what is missing (%s, %s), and what brings it', (environment, model, why, enable) => {
  expect(look(rootWith(environment), null, model)).toEqual({
    why: expect.stringContaining(why),
    enable: expect.stringContaining(enable),
  });
});
