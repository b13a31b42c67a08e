import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { beforeEach, expect, it, onTestFinished } from 'vitest';
import { findCoqui } from '../../src/engines/tts/coqui-package.js';

const NAME = 'tts_models/multilingual/multi-dataset/xtts_v2';

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'parley-coqui-'));
  onTestFinished(() => rmSync(root, { recursive: true }));
});

const look = (given: { python?: string; model?: string; agreed?: boolean } = {}) =>
  findCoqui({
    root,
    python: given.python ?? null,
    model: given.model ?? NAME,
    agreed: given.agreed ?? true,
    dataDir: join(root, 'var'),
  });

function put(...files: string[]): void {
  for (const file of files) {
    mkdirSync(join(root, file, '..'), { recursive: true });
    writeFileSync(join(root, file), '');
  }
}

const model = (folder: string) =>
  ['config.json', 'model.pth', 'vocab.json', 'speakers_xtts.pth'].map((file) => `${folder}/${file}`);
const PYTHON = 'var/coqui/bin/python';

it('is found where the set-up puts it, under its name among the models of Coqui', () => {
  put(PYTHON, ...model('var/models/xtts'));
  expect(look()).toEqual({ python: join(root, PYTHON), model: join(root, 'var/models/xtts') });
});

it('takes what is set as seen from the folder of Parley, where no worker runs', () => {
  put(PYTHON, ...model('mine/xtts_v2'));
  const own = join(root, 'mine/xtts_v2');
  expect(look({ model: 'mine/xtts_v2' })).toEqual({ python: join(root, PYTHON), model: own });
  expect(look({ model: own, python: './tmp/python' })).toEqual({ python: join(root, 'tmp/python'), model: own });
  expect(look({ model: own, python: 'python3' })).toEqual({ python: 'python3', model: own });
});

it('says what is missing, and what brings it', () => {
  expect(look({ agreed: false })).toMatchObject({ why: expect.stringContaining('not for commercial use') });
  expect(look()).toMatchObject({ why: `${join(root, 'var/models/xtts/config.json')} is not there` });
  put(...model('var/models/xtts'));
  expect(look()).toEqual({
    why: 'its Python environment has not been made (5.5 GB)',
    enable: 'COQUI_TOS_AGREED=1 npm run setup:local coqui',
  });
});

it('never takes the model of the set-up for a folder that was mistyped', () => {
  put(PYTHON, ...model('var/models/xtts'));
  for (const typed of ['/srv/x/xtts_v2', 'mine/xtts_v2', 'xtts_v2']) {
    expect(look({ model: typed })).toMatchObject({
      why: `COQUI_MODEL=${typed}: ${resolve(root, typed)} is not there`,
      enable: expect.stringContaining('or without it: '),
    });
  }
  put('mine/xtts_v2/config.json');
  expect(look({ model: 'mine/xtts_v2' })).toMatchObject({
    why: `COQUI_MODEL=mine/xtts_v2: ${join(root, 'mine/xtts_v2/model.pth')} is not there`,
  });
});
