/**
 * A run's file as a report reads it. Files are kept for months and compared with later ones: what an older bench did not
 * write is unknown, never a reason to fail.
 */
import type { Baseline } from '../baseline.js';
import type { Endings } from '../endings/scoring.js';
import { answersOf, type Interruption } from '../interruption-result.js';
import type { Leftovers } from '../leftovers.js';
import type { Machine, RunFile, Sample, Step } from '../run-file.js';
import { JUDGED } from '../stage-rows.js';
import type { Summary } from '../summary.js';
import type { TurnResult } from '../turn-result.js';

export interface Reading {
  readonly bench: string;
  readonly at: string;
  /** Of the server, if the bench has started it; null: unknown. */
  readonly commit: string | null;
  /** Those of the server that are not the defaults; null: unknown. */
  readonly settings: Readonly<Record<string, string>> | null;
  readonly scenario: { readonly name: string; readonly about: string };
  /** By the names of the command line; those of a profile as `vendors.chat`. */
  readonly options: Readonly<Record<string, string>>;
  readonly machine: Machine | null;
  readonly engines: readonly { readonly job: string; readonly engine: string; readonly why: string }[];
  readonly version: string;
  readonly summary: Summary;
  readonly steps: readonly Step[];
  readonly turns: readonly Turn[];
  /** The turns, and the answers to what was asked over an answer. */
  readonly answers: readonly Turn[];
  readonly interruptions: readonly Interruption[];
  readonly samples: readonly Sample[];
  readonly leftovers: Leftovers | null;
  readonly baseline: Baseline | null;
  readonly endings: Endings | null;
  readonly isStopped: boolean;
}

export interface Turn {
  readonly result: TurnResult;
  readonly caller: Readonly<Partial<Record<string, number>>>;
  /** The server's own marks; none if it told none. */
  readonly server: Readonly<Partial<Record<string, number>>>;
  readonly responseId: string | null;
}

export function readRun(run: RunFile): Reading {
  const file: Partial<RunFile> = run;
  const options = flattened(file.options ?? {});
  const { results: turns = [], interruptions = [] } = file;
  return {
    bench: run.bench ?? 'unknown',
    at: run.at ?? 'unknown',
    commit: file.commit ?? null,
    settings: file.settings ?? null,
    scenario: file.scenario ?? { name: formerScenario(options), about: '' },
    options,
    machine: file.machine ?? null,
    engines: (file.about?.engines ?? []).map(({ job, engine, why }) => ({
      job,
      engine: engine ?? 'none',
      why: typeof why === 'string' ? why : '',
    })),
    version: file.about?.version ?? 'unknown',
    summary: run.summary,
    steps: file.steps ?? [],
    turns: turns.map(readTurn),
    answers: answersOf(turns, interruptions).map(readTurn),
    interruptions,
    samples: file.samples ?? [],
    leftovers: file.leftovers ?? null,
    baseline: file.baseline ?? null,
    endings: file.endings ?? null,
    isStopped: file.isStopped ?? false,
  };
}

/** What files of before have not. */
interface Later {
  readonly server?: Readonly<Record<string, number>> | null;
  readonly responseId?: string | null;
}

function readTurn(result: TurnResult & Later): Turn {
  const { server, responseId } = result;
  return {
    result,
    caller: known(result.marks),
    server: known(server ?? {}),
    responseId: responseId ?? null,
  };
}

export function judged({ caller }: Turn): number | null {
  return JUDGED.flatMap((mark) => caller[mark] ?? [])[0] ?? null;
}

/** From the first voiced sample of an interrupting question to the standstill that lasted. */
export function stops({ interruptions }: Reading): number[] {
  const questions = interruptions.filter(({ kind, outcome }) => kind === 'question' && outcome === 'cut_off');
  return questions.flatMap(({ stillMs }) => stillMs ?? []);
}

/** Marks come from a server that need not be ours. */
function known(marks: Readonly<Record<string, unknown>>): Record<string, number> {
  const numbers = Object.entries(marks).filter((mark): mark is [string, number] => Number.isFinite(mark[1]));
  return Object.fromEntries(numbers);
}

/**
 * Where files were written, and what ran when the server had ended, changed nothing of what was measured. Of the scenario
 * the rest is said elsewhere.
 */
const LEFT_OUT = new Set([
  ...['json', 'html', 'baseline', 'endings', 'token'],
  ...['name', 'about', 'callers', 'turns', 'minutes', 'ramp'].map((name) => `scenario.${name}`),
]);

function flattened(options: Readonly<Record<string, unknown>>, before = ''): Record<string, string> {
  const entries = Object.entries(options).filter(([name]) => !LEFT_OUT.has(`${before}${name}`));
  const flat = entries.map(([name, value]): Record<string, string> => {
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
      return flattened(value as Record<string, unknown>, `${before}${name}.`);
    }
    return {
      [`${before}${name}`]: typeof value === 'string' ? value : value === null ? 'none' : JSON.stringify(value),
    };
  });
  return Object.assign({}, ...flat);
}

/** Before there were scenarios, there were three kinds of turn. */
function formerScenario({ typed, interrupt }: Readonly<Record<string, string>>): string {
  if (interrupt === 'true') return 'interruptions';
  return typed === 'true' ? 'typed questions' : 'questions';
}
