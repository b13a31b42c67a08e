import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, expect, it, onTestFinished } from 'vitest';
import { findKokoro } from '../../src/engines/tts/kokoro-package.js';

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'parley-kokoro-'));
  onTestFinished(() => rmSync(root, { recursive: true }));
});

const look = (given: { python?: string; model?: string } = {}) =>
  findKokoro({ root, python: given.python ?? null, model: given.model ?? null, dataDir: join(root, 'var') });

function put(...files: string[]): void {
  for (const file of files) {
    mkdirSync(join(root, file, '..'), { recursive: true });
    writeFileSync(join(root, file), '');
  }
}

const SPEECH = 'var/speech/bin/python';
const TORCH = 'var/kokoro/bin/python';
const GRAPH = 'var/models/kokoro/kokoro-v1.0.onnx';
const WEIGHTS = 'var/models/kokoro/kokoro-v1_0.pth';

it.each([
  ['its graph', [GRAPH, SPEECH, TORCH], SPEECH],
  ['its weights for torch', [WEIGHTS, SPEECH, TORCH], TORCH],
  ['both, and torch', [GRAPH, WEIGHTS, SPEECH, TORCH], TORCH],
  ['both, and no torch', [GRAPH, WEIGHTS, SPEECH], SPEECH],
])('is found where the set-up puts it: %s', (_, files, python) => {
  put(...files);
  expect(look()).toEqual({ python: join(root, python), model: join(root, 'var/models/kokoro') });
});

it.each([
  [[SPEECH], 'its model is not here', 'npm run setup:local kokoro'],
  [[GRAPH], 'environment has not been made (0.5 GB)', 'npm run setup:local kokoro'],
  [[WEIGHTS, SPEECH], 'for torch, and its Python environment', 'npm run setup:local kokoro -- --torch'],
])('says what is missing beside %j, and what brings it', (files, why, enable) => {
  put(...files);
  expect(look()).toEqual({ why: expect.stringContaining(why), enable });
});

it('takes what is set as seen from the folder of Parley, where no worker runs', () => {
  put('mine/a.onnx', 'mine/a.pth', TORCH, SPEECH);
  expect(look({ model: 'mine', python: 'tmp/python' })).toEqual({
    model: join(root, 'mine'),
    python: join(root, 'tmp/python'),
  });
  expect(look({ model: './mine/../mine/a.pth' })).toEqual({
    model: join(root, 'mine/a.pth'),
    python: join(root, TORCH),
  });
  expect(look({ model: 'mine/a.onnx' })).toMatchObject({ python: join(root, SPEECH) });
  // Without a slash it is a command.
  expect(look({ model: 'mine', python: 'python3' })).toMatchObject({ python: 'python3' });
  expect(look({ model: 'mine/b.onnx' })).toMatchObject({ why: `${join(root, 'mine/b.onnx')} is no model of Kokoro` });
});
