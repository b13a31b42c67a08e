/** Whether Kokoro can speak here: its Python and its model, looked for without starting anything. */
import { existsSync, readdirSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { type Obstacle, pythonOf, pythonSet } from '../python-environment.js';

export interface KokoroPlaces {
  readonly python: string;
  readonly model: string;
}

export interface KokoroSettings {
  /** The package's own folder. */
  readonly root: string;
  /** Where the operator has them; null: where the set-up puts them. */
  readonly python: string | null;
  readonly model: string | null;
  readonly dataDir: string;
}

const FETCH = 'npm run setup:local kokoro';
const FETCH_TORCH = `${FETCH} -- --torch`;

export function findKokoro({ root, python, model, dataDir }: KokoroSettings): KokoroPlaces | Obstacle {
  const place = model === null ? join(dataDir, 'models/kokoro') : resolve(root, model);
  const kinds = kokoroModelsIn(place);
  if (kinds.length === 0) {
    const enable = model === null ? FETCH : `KOKORO_MODEL=the folder of the model, or its *.onnx or *.pth; ${FETCH}`;
    return { why: model === null ? 'its model is not here (0.4 GB)' : `${place} is no model of Kokoro`, enable };
  }
  if (python !== null) return { python: pythonSet(root, python), model: place };
  // The environment for torch has what the other one has, and torch.
  const withTorch = kinds.includes('torch') ? pythonOf(join(root, 'var/kokoro')) : null;
  if (withTorch !== null) return { python: withTorch, model: place };
  if (!kinds.includes('onnx')) {
    const why = `${place} is the model for torch, and its Python environment has not been made (6 GB)`;
    return { why, enable: FETCH_TORCH };
  }
  const found = pythonOf(join(root, 'var/speech'));
  if (found === null) return { why: 'its Python environment has not been made (0.5 GB)', enable: FETCH };
  return { python: found, model: place };
}

/** What is published for ONNX Runtime, for torch, or both. */
export function kokoroModelsIn(place: string): readonly ('onnx' | 'torch')[] {
  if (!existsSync(place)) return [];
  const names = statSync(place).isDirectory() ? readdirSync(place) : [place];
  const has = (suffix: string) => names.some((name) => name.endsWith(suffix));
  return [...(has('.onnx') ? (['onnx'] as const) : []), ...(has('.pth') ? (['torch'] as const) : [])];
}
