/** Whether XTTS can speak here: whether somebody agreed, its Python and its model, looked for without starting anything. */
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { type Obstacle, pythonOf, pythonSet } from '../python-environment.js';

export interface CoquiPlaces {
  readonly python: string;
  readonly model: string;
}

export interface CoquiSettings {
  /** The package's own folder. */
  readonly root: string;
  /** Where the operator has it; null: where the set-up puts it. */
  readonly python: string | null;
  /** A folder, or the name that the model has among Coqui's. */
  readonly model: string;
  readonly agreed: boolean;
  readonly dataDir: string;
}

const FETCH = 'COQUI_TOS_AGREED=1 npm run setup:local coqui';
const NEEDED = ['config.json', 'model.pth', 'vocab.json', 'speakers_xtts.pth'];
/** Of all that Coqui has published, the one that streams and learns voices; whatever else is set is a folder. */
const NAME = 'tts_models/multilingual/multi-dataset/xtts_v2';

/** `isOurs`: it is the set-up's, which a command fetches. */
export function coquiModel({ root, model, dataDir }: Pick<CoquiSettings, 'root' | 'model' | 'dataDir'>) {
  const own = resolve(root, model);
  const isOurs = model === NAME && !existsSync(own);
  return { folder: isOurs ? join(dataDir, 'models/xtts') : own, isOurs };
}

export function findCoqui({ root, python, model, agreed, dataDir }: CoquiSettings): CoquiPlaces | Obstacle {
  if (!agreed) {
    return {
      why: 'its weights are not for commercial use, and nobody has agreed to that: https://coqui.ai/cpml',
      enable: FETCH,
    };
  }
  const { folder, isOurs } = coquiModel({ root, model, dataDir });
  const missing = NEEDED.find((file) => !existsSync(join(folder, file)));
  if (missing !== undefined && isOurs) {
    return { why: `${join(folder, missing)} is not there`, enable: `${FETCH}, or COQUI_MODEL=the folder that has it` };
  }
  if (missing !== undefined) {
    const gone = existsSync(folder) ? join(folder, missing) : folder;
    // The command fetches nothing while a folder is set.
    return {
      why: `COQUI_MODEL=${model}: ${gone} is not there`,
      enable: `COQUI_MODEL=the model's folder; or without it: ${FETCH}`,
    };
  }
  const found = python === null ? pythonOf(join(root, 'var/coqui')) : pythonSet(root, python);
  if (found === null) return { why: 'its Python environment has not been made (5.5 GB)', enable: FETCH };
  return { python: found, model: folder };
}
