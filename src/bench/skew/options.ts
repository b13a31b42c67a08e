/** The command line of `npm run bench -- --skew`. */
import { parseArgs } from 'node:util';
import { ParleyError } from '../../errors.js';

export interface SkewOptions {
  /** Answers, each of so many seconds. */
  readonly turns: number;
  readonly seconds: number;
  readonly seed: number;
  /** Where everything that was measured is written. */
  readonly json: string | null;
}

export const SKEW_USAGE = 'npm run bench -- --skew [--turns 4] [--seconds 30] [--seed 1] [--json FILE]';

/** Throws bad_settings. */
export function readSkewOptions(args: readonly string[]): SkewOptions {
  const values = parsed(args);
  return {
    turns: wholeNumber('turns', values.turns, 1, 1000),
    // A second holds two clicks, of which a row cannot be told; 600 is the longest answer that a page was seen with.
    seconds: wholeNumber('seconds', values.seconds, 5, 600),
    seed: wholeNumber('seed', values.seed, 0, 1_000_000),
    json: values.json ?? null,
  };
}

function parsed(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        skew: { type: 'boolean' },
        turns: { type: 'string', default: '4' },
        seconds: { type: 'string', default: '30' },
        seed: { type: 'string', default: '1' },
        json: { type: 'string' },
      },
    }).values;
  } catch (thrown) {
    throw wrong(thrown instanceof Error ? thrown.message : String(thrown));
  }
}

function wholeNumber(name: string, text: string, min: number, max: number): number {
  const number = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  if (number >= min && number <= max) return number;
  throw wrong(`--${name} ${text} is not a whole number from ${min} to ${max}.`);
}

const wrong = (why: string) => new ParleyError('bad_settings', `${why}\n\n${SKEW_USAGE}`);
