/** Which Python can read recordings here: one that has PyAV, looked for without starting anything. */
import { existsSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { type Obstacle, pythonOf } from '../engines/python-environment.js';

/** Those of the set-up that have PyAV, each for its own reasons. */
const ENVIRONMENTS = ['coqui', 'speech', 'musetalk', 'python'];

/** `wanted`: those that the operator has named, in any order. */
export function findDecoder(root: string, wanted: readonly (string | undefined)[]): string | Obstacle {
  const places = [...wanted, ...ENVIRONMENTS.map((name) => pythonOf(join(root, 'var', name)))];
  const found = places.find((python) => python != null && hasPyAv(python));
  if (found != null) return found;
  return { why: 'no Python environment here can read recordings (PyAV)', enable: 'npm run setup:local whisper' };
}

/** An environment keeps its packages beside the folder of its program. */
function hasPyAv(python: string): boolean {
  const environment = dirname(dirname(python));
  const libraries = [join(environment, 'Lib'), ...subfolders(join(environment, 'lib'))];
  return libraries.some((library) => existsSync(join(library, 'site-packages/av')));
}

function subfolders(folder: string): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder).map((name) => join(folder, name));
}
