/** What a run leaves in the file of `--json`: everything that a report or a comparison is made of. */
import type { About } from './about.js';
import type { Baseline } from './baseline.js';
import type { Endings } from './endings/scoring.js';
import type { Interruption } from './interruption-result.js';
import type { Leftovers } from './leftovers.js';
import type { Summary } from './summary.js';
import type { TurnResult } from './turn-result.js';
import type { WrittenOptions } from './written-options.js';

export interface RunFile {
  /** Parley's version. */
  readonly bench: string;
  readonly at: string;
  /** Of the working copy that the bench ran in, changed since or not; null: there is none, or the server was another. */
  readonly commit: string | null;
  /** Settings of the bench's own server that are not the defaults, hidden ones by their names; null: nobody knows them. */
  readonly settings: Readonly<Record<string, string>> | null;
  readonly options: WrittenOptions;
  readonly machine: Machine;
  readonly about: About;
  readonly scenario: { readonly name: string; readonly about: string };
  /** Of the whole run. */
  readonly summary: Summary;
  /** One for each number of callers that a ramp stood at; a run without a ramp has one. */
  readonly steps: readonly Step[];
  readonly results: readonly TurnResult[];
  readonly interruptions: readonly Interruption[];
  /** How the server was, every second; empty if nobody can tell. One that the bench has not started tells of its own
   * process only. */
  readonly samples: readonly Sample[];
  /** What its sessions left in the server's heap; null: nobody has counted it. */
  readonly leftovers: Leftovers | null;
  readonly baseline: Baseline | null;
  /** Of the rules that end a turn; null: they were not scored. */
  readonly endings: Endings | null;
  /** Whether somebody has stopped it before its end. */
  readonly isStopped: boolean;
}

export interface Machine {
  readonly platform: string;
  readonly node: string;
  readonly cores: number;
  readonly processor: string;
  readonly gigabytes: number;
}

export interface Step {
  readonly callers: number;
  readonly summary: Summary;
}

export interface Sample {
  /** Seconds since the run began. */
  readonly at: number;
  readonly cores: number;
  readonly megabytes: number;
  /** Open ones; null: unknown. */
  readonly sessions: number | null;
  /** Sessions that had ended by then. */
  readonly ended: number;
  /** Of the server's event loop since the sample before, at most; null: unknown. */
  readonly lagMs: number | null;
  /** What others took of this machine's processors since the sample before, as a share of what was wanted; null: unknown. */
  readonly stolen: number | null;
  /** Of its main process; null: unknown. */
  readonly heapMegabytes: number | null;
  /** The same as the last collection of all of it had left it; null: unknown. */
  readonly heapLeftMegabytes: number | null;
}
