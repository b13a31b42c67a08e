/** What all turns of a run come to. Pure. */
import type { Interruption } from './interruption-result.js';
import { type InterruptionSummary, summariseInterruptions } from './interruption-summary.js';
import type { LoadCost } from './load.js';
import type { Usage } from './process-usage.js';
import { type Distribution, distribution } from './statistics.js';
import { MARKS, type MarkName, type TurnResult } from './turn-result.js';

export interface StageRow {
  readonly name: string;
  readonly of: Distribution;
}

export interface Summary {
  readonly turns: { readonly asked: number; readonly answered: number; readonly failed: number };
  /** How often each reason was given. */
  readonly failures: Readonly<Record<string, number>>;
  readonly stages: readonly StageRow[];
  /** Null for typed questions. */
  readonly transcripts: { readonly right: number; readonly wrong: number; readonly missing: number } | null;
  readonly pictures: { readonly expected: number; readonly late: number; readonly missing: number };
  readonly gaps: { readonly count: number; readonly ms: number; readonly audioSeconds: number };
  /** Null for a run without `--interrupt`. */
  readonly interruptions: InterruptionSummary | null;
  readonly load: LoadSummary;
  /** Null for a server that is not ours to look at. */
  readonly server: ServerSummary | null;
}

interface LoadSummary {
  readonly processes: number;
  readonly cores: number;
  readonly late: Distribution | null;
  /** The callers themselves were late, so that the figures are theirs as well as the server's. */
  readonly isBottleneck: boolean;
}

interface ServerSummary {
  readonly cores: number;
  readonly coresPerCaller: number;
  readonly idleMegabytes: number;
  readonly peakMegabytes: number;
  readonly megabytesPerCaller: number;
}

export interface ServerUsage {
  readonly before: Usage;
  readonly after: Usage;
  readonly peakMegabytes: number;
  readonly seconds: number;
}

/** Half a beat: a caller this late sends its frames in pairs. */
const LATE_MS = 10;

/** What the callers have told. */
export interface Measurements {
  readonly results: readonly TurnResult[];
  readonly interruptions: readonly Interruption[];
}

export function summarise(
  { results, interruptions }: Measurements,
  costs: readonly LoadCost[],
  usage: ServerUsage | null,
  callers: number,
): Summary {
  const failures: Record<string, number> = {};
  for (const { failure } of results) if (failure !== null) failures[failure] = (failures[failure] ?? 0) + 1;
  const failed = results.filter(({ failure }) => failure !== null).length;
  const sum = (value: (result: TurnResult) => number) => results.reduce((total, result) => total + value(result), 0);
  return {
    turns: { asked: results.length, answered: results.length - failed, failed },
    failures,
    stages: stageRows(results),
    transcripts: transcripts(results),
    pictures: {
      expected: sum(({ pictures }) => pictures.expected),
      late: sum(({ pictures }) => pictures.late),
      missing: sum(({ pictures }) => pictures.missing),
    },
    gaps: {
      count: sum(({ gaps }) => gaps.count),
      ms: Math.round(sum(({ gaps }) => gaps.ms)),
      audioSeconds: Math.round(sum(({ audioMs }) => audioMs) / 1000),
    },
    interruptions: summariseInterruptions(interruptions),
    load: loadSummary(costs),
    server: usage === null ? null : serverSummary(usage, callers),
  };
}

/** Whatever a failed turn got as far as counts in its stage. */
function stageRows(results: readonly TurnResult[]): StageRow[] {
  const row = (name: string, mark: MarkName, of: readonly TurnResult[]): StageRow[] => {
    const found = distribution(of.flatMap(({ marks }) => marks[mark] ?? []));
    return found === null ? [] : [{ name, of: found }];
  };
  const all = Object.entries(MARKS).flatMap(([mark, name]) => row(name, mark as MarkName, results));
  const first = results.filter(({ turn }) => turn === 0);
  const later = results.filter(({ turn }) => turn > 0);
  const split =
    later.length === 0
      ? []
      : [...row('first sound, 1st turn', 'first_sound', first), ...row('first sound, later', 'first_sound', later)];
  return [...all, ...split];
}

function transcripts(results: readonly TurnResult[]): Summary['transcripts'] {
  const spoken = results.filter(({ transcriptIsRight }) => transcriptIsRight !== null);
  if (spoken.length === 0) return null;
  const missing = spoken.filter(({ transcript }) => transcript === null || transcript === '').length;
  const right = spoken.filter(({ transcriptIsRight }) => transcriptIsRight).length;
  return { right, wrong: spoken.length - right - missing, missing };
}

function loadSummary(costs: readonly LoadCost[]): LoadSummary {
  const late = distribution(costs.flatMap(({ lateness }) => lateness));
  const cores = costs.reduce((sum, { cpuSeconds, seconds }) => sum + cpuSeconds / seconds, 0);
  return { processes: costs.length, cores: round(cores), late, isBottleneck: late !== null && late.p99 > LATE_MS };
}

function serverSummary({ before, after, peakMegabytes, seconds }: ServerUsage, callers: number): ServerSummary {
  const cores = (after.cpuSeconds - before.cpuSeconds) / seconds;
  return {
    cores: round(cores),
    coresPerCaller: round(cores / callers),
    idleMegabytes: Math.round(before.megabytes),
    peakMegabytes: Math.round(peakMegabytes),
    megabytesPerCaller: round((peakMegabytes - before.megabytes) / callers),
  };
}

const round = (value: number) => Math.round(value * 1000) / 1000;
