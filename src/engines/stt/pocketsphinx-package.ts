/** Whether PocketSphinx is there: looked for in the Python environment that the set-up makes, without starting it. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Obstacle, pythonOf } from '../python-environment.js';

export interface SphinxPackage {
  readonly python: string;
  /** Comes with the package: a word and its phones on each line. */
  readonly dictionaryFile: string;
}

/** `environment` is the folder that `python -m venv` made. */
export function findSphinx(environment: string): SphinxPackage | Obstacle {
  const python = pythonOf(environment);
  if (python === null) {
    return {
      why: 'there is no Python environment',
      enable: 'install Python with venv (apt install python3-venv), then start again',
    };
  }
  const dictionaryFile = packageFolders(environment)
    .map((folder) => join(folder, 'pocketsphinx/model/en-us/cmudict-en-us.dict'))
    .find(existsSync);
  if (dictionaryFile === undefined) {
    return { why: 'its package is not installed', enable: `${python} -m pip install "pocketsphinx>=5.1,<6"` };
  }
  return { python, dictionaryFile };
}

/** Every word of the dictionary; `read(2)`, a second way to say one, is the same word. */
export function dictionaryWords(file: string): Set<string> {
  const names = readFileSync(file, 'utf8').match(/^[^\s(]+/gm) ?? [];
  return new Set(names);
}

/** Where the environment has its packages. */
export function packageFolders(environment: string): string[] {
  const lib = join(environment, 'lib');
  const versions = existsSync(lib) ? readdirSync(lib).filter((name) => name.startsWith('python3')) : [];
  return [...versions.map((name) => join(lib, name, 'site-packages')), join(environment, 'Lib/site-packages')];
}
