/** Whether Whisper can hear on this machine: its Python environment and its model, looked for without starting anything. */
import { existsSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { type Obstacle, pythonOf, pythonSet } from '../python-environment.js';
import { packageFolders } from './pocketsphinx-package.js';

export interface WhisperPlaces {
  readonly python: string;
  /** The folder of a model that was converted for CTranslate2. */
  readonly model: string;
}

export interface WhisperSettings {
  /** The package's own folder. */
  readonly root: string;
  /** Where the operator has it; null: where the set-up puts it. */
  readonly python: string | null;
  /** A folder, or the name of a size: `base`, `small.en`, ... */
  readonly model: string | null;
  readonly dataDir: string;
}

/** The smallest that is worth talking to. */
const USUAL_MODEL = 'base';
const FETCH = 'npm run setup:local whisper';
/** The vocabulary is the one or, in older models, the other. */
const NEEDED: readonly (readonly string[])[] = [
  ['config.json'],
  ['model.bin'],
  ['tokenizer.json'],
  ['vocabulary.json', 'vocabulary.txt'],
];

export function findWhisper({ root, python, model, dataDir }: WhisperSettings): WhisperPlaces | Obstacle {
  const found = python === null ? pythonOf(join(root, 'var/speech')) : pythonSet(root, python);
  if (found === null) return { why: 'its Python environment has not been made (0.5 GB)', enable: FETCH };
  if (lacksPackage(found)) {
    return { why: 'its package is not installed', enable: `${found} -m pip install faster-whisper==1.2.1` };
  }
  const name = model ?? USUAL_MODEL;
  const folder = isFolder(name) ? resolve(root, name) : join(dataDir, 'models/whisper', name);
  const missing = NEEDED.find((files) => !files.some((file) => existsSync(join(folder, file))));
  if (missing === undefined) return { python: found, model: folder };
  return { why: `${join(folder, missing[0]!)} is not there`, enable: asking(model, name) };
}

/** A Python that belongs to no environment is believed; the worker says what it lacks. */
function lacksPackage(python: string): boolean {
  const folders = packageFolders(dirname(dirname(python))).filter(existsSync);
  return folders.length > 0 && !folders.some((folder) => existsSync(join(folder, 'faster_whisper')));
}

const isFolder = (name: string) => /[\\/]/.test(name);

function asking(model: string | null, name: string): string {
  if (model === null) return FETCH;
  if (isFolder(name)) return 'WHISPER_MODEL=the folder of a model that was converted for CTranslate2';
  return `WHISPER_MODEL=${name} ${FETCH}`;
}
