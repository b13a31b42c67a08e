/** Whether MuseTalk can run here: its Python environment and its models, looked for without starting anything. */
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { type Obstacle, pythonOf, pythonSet } from '../python-environment.js';

export interface MuseTalkPlaces {
  readonly python: string;
  readonly models: string;
}

/** What the worker reads; each may also be there as the pickle that it is made from. */
const MODEL_FILES = ['musetalkV15/unet', 'sd-vae/diffusion_pytorch_model', 'whisper/pytorch_model'];

export interface MuseTalkSettings {
  /** The package's own folder. */
  readonly root: string;
  /** Where the operator has them; null: where the set-up puts them. */
  readonly python: string | null;
  readonly models: string | null;
  readonly dataDir: string;
}

export function findMuseTalk({ root, python, models, dataDir }: MuseTalkSettings): MuseTalkPlaces | Obstacle {
  const found = python === null ? pythonOf(join(root, 'var/musetalk')) : pythonSet(root, python);
  if (found === null) {
    return { why: 'its Python environment has not been made (6 GB)', enable: 'node setup.mjs musetalk' };
  }
  const folder = models === null ? join(dataDir, 'models/musetalk') : resolve(root, models);
  const missing = MODEL_FILES.find((file) => !existsSync(join(folder, `${file}.safetensors`)));
  if (missing !== undefined) {
    return {
      why: `${join(folder, missing)}.safetensors is not there`,
      enable: 'node setup.mjs musetalk fetch, or MUSETALK_MODELS_DIR=the folder that has the models',
    };
  }
  return { python: found, models: folder };
}
