import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { findMuseTalk } from '../../src/engines/face/musetalk-package.js';

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'parley-musetalk-'));
});
afterEach(() => rmSync(root, { recursive: true }));

const find = (given: { python?: string; models?: string } = {}) =>
  findMuseTalk({ root, python: given.python ?? null, models: given.models ?? null, dataDir: join(root, 'var') });

function put(file: string): void {
  mkdirSync(join(root, file, '..'), { recursive: true });
  writeFileSync(join(root, file), '');
}

const MODELS = ['musetalkV15/unet', 'sd-vae/diffusion_pytorch_model', 'whisper/pytorch_model'];
const putModels = (folder: string) => {
  for (const file of MODELS) put(`${folder}/${file}.safetensors`);
};

describe('what MuseTalk needs', () => {
  it('is first of all an environment, which one command makes', () => {
    putModels('var/models/musetalk');
    expect(find()).toMatchObject({ enable: 'node setup.mjs musetalk' });
  });

  it('is found where the set-up puts it', () => {
    put('var/musetalk/bin/python');
    putModels('var/models/musetalk');
    expect(find()).toEqual({
      python: join(root, 'var/musetalk/bin/python'),
      models: join(root, 'var/models/musetalk'),
    });
  });

  it('is found where the operator says', () => {
    putModels('elsewhere');
    const models = join(root, 'elsewhere');
    expect(find({ python: '/opt/python', models })).toEqual({ python: '/opt/python', models });
  });

  it('is found from the folder of Parley, where no worker runs', () => {
    putModels('elsewhere');
    const models = join(root, 'elsewhere');
    expect(find({ python: 'tmp/python', models: './elsewhere' })).toEqual({ python: join(root, 'tmp/python'), models });
    expect(find({ python: 'python3', models: 'elsewhere' })).toEqual({ python: 'python3', models });
  });

  it.each(MODELS)('is missing by name where %s is missing', (missing) => {
    put('var/musetalk/bin/python');
    putModels('var/models/musetalk');
    rmSync(join(root, 'var/models/musetalk', `${missing}.safetensors`));
    expect(find()).toMatchObject({
      why: expect.stringContaining(`${missing}.safetensors is not there`),
      enable: expect.stringContaining('node setup.mjs musetalk fetch'),
    });
  });
});
