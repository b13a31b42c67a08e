/** Environments of Python, as `python -m venv` makes them, looked at without starting anything. */
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';

/** Why a provider cannot start here, and the line that would change it. */
export interface Obstacle {
  readonly why: string;
  readonly enable: string;
}

/** Null: there is no such environment. */
export const pythonOf = (environment: string): string | null =>
  [join(environment, 'bin/python'), join(environment, 'Scripts/python.exe')].find(existsSync) ?? null;

/** Workers run in a folder of their own: what an operator has set as seen from ours would be lost there. */
export const pythonSet = (root: string, python: string): string =>
  /[\\/]/.test(python) ? resolve(root, python) : python;
