/** The settings as an operator wrote them. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseEnv } from 'node:util';
import { variables } from './config.js';
import { ParleyError } from './errors.js';

export type Environment = Readonly<Record<string, string | undefined>>;

/** The environment, over what stands in `.env`. The tests run without the latter. */
export function readSettings(root: string, environment: Environment): Environment {
  const file = join(root, '.env');
  if (environment.PARLEY_ENV_FILE === 'none' || !existsSync(file)) return environment;
  const set = parseEnv(readFileSync(file, 'utf8'));
  const unknown = Object.keys(set).find((name) => !variables.includes(name));
  if (unknown !== undefined) {
    throw new ParleyError(
      'bad_settings',
      `.env sets ${unknown}, which Parley does not know; .env.example has them all.`,
    );
  }
  return { ...set, ...environment };
}
