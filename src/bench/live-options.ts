/** The command line of `npm run test:live`, and the settings that it goes by. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs, parseEnv } from 'node:util';
import { ParleyError } from '../errors.js';

/** What a vendor's price list says, in the money that it names. */
export const PRICES = {
  minute: 'a minute of audio that is transcribed',
  input: 'a million tokens that a model reads',
  output: 'a million tokens that a model writes',
  characters: 'a thousand characters that are spoken',
} as const;

export type Prices = Readonly<Partial<Record<keyof typeof PRICES, number>>>;

export const LIVE_USAGE = `npm run test:live -- [--price NAME=NUMBER]...

${Object.entries(PRICES)
  .map(([name, what]) => `  --price ${name}=...`.padEnd(26) + what)
  .join('\n')}`;

/** Throws bad_settings. */
export function readPrices(args: readonly string[]): Prices {
  return Object.fromEntries(
    parsed(args).map((text) => {
      const [, name, number] = /^(\w+)=(\d+(?:\.\d+)?)$/.exec(text) ?? [];
      if (name === undefined || !Object.hasOwn(PRICES, name)) throw wrong(`--price ${text} is no price.`);
      return [name, Number(number)];
    }),
  );
}

/** The environment, over what stands in `.env`, as for the server. */
export function liveSettings(root: string, environment: Readonly<Record<string, string | undefined>>) {
  const file = join(root, '.env');
  if (environment.PARLEY_ENV_FILE === 'none' || !existsSync(file)) return environment;
  return { ...parseEnv(readFileSync(file, 'utf8')), ...environment };
}

function parsed(args: readonly string[]): string[] {
  try {
    return parseArgs({ args: [...args], options: { price: { type: 'string', multiple: true, default: [] } } }).values
      .price;
  } catch (thrown) {
    throw wrong(thrown instanceof Error ? thrown.message : String(thrown));
  }
}

function wrong(why: string): ParleyError {
  return new ParleyError('bad_settings', `${why}\n\n${LIVE_USAGE}`);
}
