/** Engines of local speech as their settings have them: what the set-up makes for them, and what is the operator's own. */
import { join, resolve } from 'node:path';
import type { Config } from '../config.js';
import { pythonOf, pythonSet } from '../engines/python-environment.js';
import { coquiModel } from '../engines/tts/coqui-package.js';
import { findKokoro, kokoroModelsIn } from '../engines/tts/kokoro-package.js';

export interface LocalEngine {
  /** Its settings begin with it. */
  readonly prefix: 'WHISPER' | 'KOKORO' | 'COQUI';
  /** The command that makes its environment and fetches its weights. */
  readonly fetch: string;
  /** Where the set-up makes its Python. */
  readonly environment: string;
  /** In python/pyproject.toml. */
  readonly extras: readonly string[];
  /** Set by the operator; null: the set-up's. */
  readonly python: string | null;
  readonly model: string | null;
  /** Which Python runs it; null: none. */
  readonly runs: string | null;
}

export const XTTS = 'COQUI_TOS_AGREED=1 npm run setup:local coqui';
export const KOKORO = 'npm run setup:local kokoro';
export const KOKORO_TORCH = `${KOKORO} -- --torch`;

export function localEngine(name: string, root: string, config: Config): LocalEngine | null {
  switch (name) {
    case 'whisper':
      return whisper(root, config);
    case 'kokoro':
      return kokoro(root, config);
    case 'coqui':
      return coqui(root, config);
    default:
      return null;
  }
}

/** Null: none that runs here. */
export const whisperSize = ({ WHISPER_BASE_URL, WHISPER_MODEL = 'base' }: Config): string | null =>
  WHISPER_BASE_URL !== undefined || /[\\/]/.test(WHISPER_MODEL) ? null : WHISPER_MODEL;

export const fetchWhisper = (size: string): string =>
  `npm run setup:local whisper${size === 'base' ? '' : ` -- --model ${size}`}`;

function whisper(root: string, config: Config): LocalEngine {
  const size = whisperSize(config);
  return {
    prefix: 'WHISPER',
    fetch: fetchWhisper(size ?? 'base'),
    environment: 'var/speech',
    extras: ['whisper'],
    ...pythons(root, config.WHISPER_PYTHON, 'var/speech'),
    model: size === null ? (config.WHISPER_MODEL ?? null) : null,
  };
}

function kokoro(root: string, config: Config): LocalEngine {
  const { KOKORO_PYTHON: python = null, KOKORO_MODEL: model = null } = config;
  const found = findKokoro({ root, python, model, dataDir: resolve(root, config.DATA_DIR) });
  const runs = 'enable' in found ? null : found.python;
  const forTorch = runs !== null && runs === pythonOf(join(root, 'var/kokoro'));
  const kinds = model === null ? [] : kokoroModelsIn(resolve(root, model));
  const isTorch = kinds.includes('torch') && !kinds.includes('onnx');
  const hasTorch = forTorch || isTorch || wantsTorch(config);
  return {
    prefix: 'KOKORO',
    fetch: hasTorch ? KOKORO_TORCH : KOKORO,
    environment: hasTorch ? 'var/kokoro' : 'var/speech',
    extras: hasTorch ? ['kokoro', 'kokoro-torch'] : ['kokoro'],
    python,
    model,
    runs,
  };
}

/** The model for ONNX Runtime, as it is installed here, knows no GPU. */
const wantsTorch = ({ KOKORO_DEVICE: device }: Config): boolean => device !== 'cpu' && device !== 'auto';

function coqui(root: string, config: Config): LocalEngine {
  const dataDir = resolve(root, config.DATA_DIR);
  const { isOurs } = coquiModel({ root, model: config.COQUI_MODEL, dataDir });
  return {
    prefix: 'COQUI',
    fetch: XTTS,
    environment: 'var/coqui',
    extras: ['coqui'],
    ...pythons(root, config.COQUI_PYTHON, 'var/coqui'),
    model: isOurs ? null : config.COQUI_MODEL,
  };
}

const pythons = (root: string, python: string | undefined, environment: string) => ({
  python: python ?? null,
  runs: python === undefined ? pythonOf(join(root, environment)) : pythonSet(root, python),
});
