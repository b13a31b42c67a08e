/** The command line of `npm run bench`. */
import { parseArgs } from 'node:util';
import { ParleyError } from '../errors.js';
import { type VendorProfile, vendorProfile } from './vendor-profile.js';

export interface Options {
  readonly callers: number;
  readonly turns: number;
  /** The socket of a server that runs already; null: one of our own is started. */
  readonly url: string | null;
  readonly token: string | null;
  readonly typed: boolean;
  /** Over every answer something is heard: a question, or a noise. */
  readonly interrupt: boolean;
  readonly seed: number;
  /** Simulated vendors do the server's work, at this pace; null: the server's own settings say who does. */
  readonly vendors: VendorProfile | null;
  /** Measured beside the server: the same engines, each waiting for the end of the one before. */
  readonly baseline: 'sequential' | null;
  /** Where everything that was measured is written. */
  readonly json: string | null;
}

export const USAGE = `npm run bench -- [--callers 4] [--turns 5] [--typed | --interrupt] [--seed 1] [--json FILE]
                 [--url https://HOST:PORT [--token TOKEN] | --vendors seed|quick [--pace STAGE=PACE]...]
                 [--baseline sequential]

  Stages: transcriptions, chat, speech (as for npm run simulate), face (as SIMULATED_FACE), as in --pace chat=400,20`;

/** Throws bad_settings. */
export function readOptions(args: readonly string[]): Options {
  const values = parsed(args);
  if (values.typed && values.interrupt)
    throw wrong('--typed and --interrupt cannot both be: interruptions are spoken.');
  const url = values.url === undefined ? null : socketAddress(values.url);
  const { vendors, baseline } = simulated(values);
  if (vendors !== null && url !== null) throw wrong('--url and --vendors cannot both be: that server has its own.');
  if (baseline !== null && (values.typed || values.interrupt)) throw wrong('--baseline is for spoken turns.');
  return {
    callers: wholeNumber('callers', values.callers, 1, 1000),
    turns: wholeNumber('turns', values.turns, 1, 10_000),
    url,
    token: values.token ?? null,
    typed: values.typed,
    interrupt: values.interrupt,
    seed: wholeNumber('seed', values.seed, 0, 1_000_000),
    vendors,
    baseline,
    json: values.json ?? null,
  };
}

/** Where a server whose socket is at `url` has everything else. */
export function httpAddress(url: string): string {
  return new URL(url).origin.replace(/^ws/, 'http');
}

function parsed(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        callers: { type: 'string', default: '4' },
        turns: { type: 'string', default: '5' },
        url: { type: 'string' },
        token: { type: 'string' },
        typed: { type: 'boolean', default: false },
        interrupt: { type: 'boolean', default: false },
        seed: { type: 'string', default: '1' },
        vendors: { type: 'string' },
        pace: { type: 'string', multiple: true, default: [] },
        baseline: { type: 'string' },
        json: { type: 'string' },
      },
    }).values;
  } catch (thrown) {
    throw wrong(thrown instanceof Error ? thrown.message : String(thrown));
  }
}

/** A baseline needs vendors whose stages take a known time. */
function simulated({ vendors, pace, baseline }: ReturnType<typeof parsed>): Pick<Options, 'vendors' | 'baseline'> {
  if (baseline !== undefined && baseline !== 'sequential') throw wrong(`--baseline ${baseline} is not sequential.`);
  const name = vendors ?? (baseline === undefined ? undefined : 'seed');
  if (name === undefined && pace.length > 0) throw wrong('--pace is for --vendors.');
  return { vendors: name === undefined ? null : vendorProfile(name, pace), baseline: baseline ?? null };
}

function wholeNumber(name: string, text: string, min: number, max: number): number {
  const number = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  if (number >= min && number <= max) return number;
  throw wrong(`--${name} ${text} is not a whole number from ${min} to ${max}.`);
}

/** Of a server (`https://parley.example`) or of its socket, which is then taken as it is. */
function socketAddress(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url?.protocol === 'ws:' || url?.protocol === 'wss:') return text;
  if ((url?.protocol === 'http:' || url?.protocol === 'https:') && url.pathname === '/') {
    return `${url.origin.replace(/^http/, 'ws')}/v1/realtime`;
  }
  throw wrong(`--url ${text} is not the address of a server, as http://127.0.0.1:8080, or of its socket, as ws://…`);
}

function wrong(why: string): ParleyError {
  return new ParleyError('bad_settings', `${why}\n\n${USAGE}`);
}
