/** The command line of `npm run bench`. */
import { parseArgs } from 'node:util';
import { ParleyError } from '../errors.js';
import type { Scenario } from './scenario.js';
import { loadScenario } from './scenario-files.js';
import { SKEW_USAGE } from './skew/options.js';
import { type VendorProfile, vendorProfile } from './vendor-profile.js';

export interface Options {
  readonly scenario: Scenario;
  /** At the same time; of a ramp the most. */
  readonly callers: number;
  /** Of each caller, in each step of a ramp; null: as many as there is time for. */
  readonly turns: number | null;
  readonly minutes: number | null;
  /** The socket of a server that runs already; null: one of our own is started. */
  readonly url: string | null;
  readonly token: string | null;
  readonly typed: boolean;
  readonly seed: number;
  /** Simulated vendors do the server's work, at this pace; null: the server's own settings say who does. */
  readonly vendors: VendorProfile | null;
  /** Measured beside the server: the same engines, each waiting for the end of the one before. */
  readonly baseline: 'sequential' | null;
  /** Whether the rules that end a turn are scored, too. */
  readonly endings: boolean;
  /** Where everything that was measured is written. */
  readonly json: string | null;
  /** Where a page about it is written. */
  readonly html: string | null;
}

export const USAGE = `npm run bench -- [--scenario NAME|FILE.json | --interrupt] [--callers N] [--turns N | --minutes N]
                 [--typed] [--seed 1] [--json FILE] [--html FILE]
                 [--url https://HOST:PORT [--token TOKEN] | --vendors seed|quick [--pace STAGE=PACE]...]
                 [--baseline sequential] [--endings]
${SKEW_USAGE}
npm run bench -- --list
npm run bench -- --compare A.json B.json [--html FILE]

  Of a ramp, N callers are the last step.
  Stages: transcriptions, chat, speech (as for npm run simulate), face (as SIMULATED_FACE, or drawn), as in --pace chat=400,20`;

/** `root`: the package's folder, where the scenarios are. Throws bad_settings. */
export function readOptions(args: readonly string[], root: string): Options {
  const values = parsed(args);
  const scenario = scaled(chosen(values, root), values);
  checkTyped(scenario, values);
  const url = values.url === undefined ? null : socketAddress(values.url);
  const { vendors, baseline } = simulated(values);
  if (vendors !== null && url !== null) throw wrong('--url and --vendors cannot both be: that server has its own.');
  if (baseline !== null) checkPlain(scenario, values);
  return {
    scenario,
    callers: scenario.callers ?? Math.max(...(scenario.ramp?.callers ?? [])),
    turns: scenario.turns ?? scenario.ramp?.turns ?? null,
    minutes: scenario.minutes ?? null,
    url,
    token: values.token ?? null,
    typed: values.typed,
    seed: wholeNumber('seed', values.seed, 0, 1_000_000),
    vendors,
    baseline,
    endings: values.endings,
    json: values.json ?? null,
    html: values.html ?? null,
  };
}

/** Where a server whose socket is at `url` has everything else. */
export function httpAddress(url: string): string {
  return new URL(url).origin.replace(/^ws/, 'http');
}

/** What is given to `--compare`. Throws bad_settings. */
export function readComparison(args: readonly string[]): { files: [string, string]; html: string | null } {
  const { compare, html, rest } = parsed(args);
  if (compare === undefined || rest.length !== 1) throw wrong('--compare takes two files that --json has written.');
  return { files: [compare, rest[0]!], html: html ?? null };
}

function parsed(args: readonly string[]) {
  try {
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: args.includes('--compare'),
      options: {
        scenario: { type: 'string' },
        interrupt: { type: 'boolean', default: false },
        callers: { type: 'string' },
        turns: { type: 'string' },
        minutes: { type: 'string' },
        url: { type: 'string' },
        token: { type: 'string' },
        typed: { type: 'boolean', default: false },
        seed: { type: 'string', default: '1' },
        vendors: { type: 'string' },
        pace: { type: 'string', multiple: true, default: [] },
        baseline: { type: 'string' },
        endings: { type: 'boolean', default: false },
        json: { type: 'string' },
        html: { type: 'string' },
        compare: { type: 'string' },
      },
    });
    return { ...values, rest: positionals };
  } catch (thrown) {
    throw wrong(thrown instanceof Error ? thrown.message : String(thrown));
  }
}

type Values = ReturnType<typeof parsed>;

function chosen({ scenario, interrupt }: Values, root: string): Scenario {
  if (interrupt && scenario !== undefined) throw wrong('--interrupt is a name of the scenario interruptions.');
  return loadScenario(root, scenario ?? (interrupt ? 'interruptions' : 'questions'));
}

/** With the numbers of the command line in the place of its own. */
function scaled(scenario: Scenario, values: Values): Scenario {
  const callers = values.callers === undefined ? null : wholeNumber('callers', values.callers, 1, 1000);
  const turns = values.turns === undefined ? null : wholeNumber('turns', values.turns, 1, 10_000);
  const minutes = values.minutes === undefined ? null : wholeNumber('minutes', values.minutes, 1, 10_000);
  const { ramp } = scenario;
  if (turns !== null && minutes !== null) throw wrong('--turns and --minutes cannot both be.');
  if (ramp !== undefined) {
    if (minutes !== null) throw wrong(`The scenario ${scenario.name} is a ramp, which has turns: --minutes cannot be.`);
    return { ...scenario, ramp: { callers: rampTo(callers, ramp.callers), turns: turns ?? ramp.turns } };
  }
  const { turns: ownTurns, minutes: ownMinutes, ...rest } = scenario;
  const [t, m] = turns === null && minutes === null ? [ownTurns ?? null, ownMinutes ?? null] : [turns, minutes];
  return {
    ...rest,
    ...(callers === null ? {} : { callers }),
    ...(t === null ? {} : { turns: t }),
    ...(m === null ? {} : { minutes: m }),
  };
}

/** So many callers are its last step, whether it went on beyond them or never came as far. */
function rampTo(most: number | null, callers: readonly number[]): number[] {
  return most === null ? [...callers] : [...callers.filter((each) => each < most), most];
}

function checkTyped({ name, script }: Scenario, { typed }: Values): void {
  if (!typed) return;
  const steps = script.flat();
  if (steps.some(({ over }) => over !== undefined))
    throw wrong('--typed cannot be with interruptions: interruptions are spoken.');
  if (steps.some(({ echo, noise }) => echo !== undefined || noise !== undefined))
    throw wrong(`--typed cannot be with the scenario ${name}: what it is about needs a microphone.`);
}

function checkPlain({ ramp, minutes, tools, recordings, script }: Scenario, { typed }: Values): void {
  const isSaid = !typed && script.flat().every(({ say }) => say !== undefined);
  if (!isSaid || [ramp, minutes, tools].some((each) => each !== undefined))
    throw wrong('--baseline is for spoken turns.');
  if (recordings !== undefined)
    throw wrong('--baseline asks the shipped questions: it cannot be with recordings of your own.');
}

/** A baseline needs vendors whose stages take a known time. */
function simulated({ vendors, pace, baseline }: Values): Pick<Options, 'vendors' | 'baseline'> {
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
  const isSocket = url?.protocol === 'ws:' || url?.protocol === 'wss:';
  const isServer = url?.protocol === 'http:' || url?.protocol === 'https:';
  // `origin` knows no address of a socket's.
  if ((isSocket || isServer) && url.pathname === '/')
    return `${url.protocol.replace('http', 'ws')}//${url.host}/v1/realtime`;
  if (isSocket) return text;
  throw wrong(`--url ${text} is not the address of a server, as http://127.0.0.1:8080, or of its socket, as ws://…`);
}

function wrong(why: string): ParleyError {
  return new ParleyError('bad_settings', `${why}\n\n${USAGE}`);
}
