/** What all turns of a run come to. Pure. */
import type { ProcessorLook } from './calm.js';
import { type Disturbance, disturbanceOf } from './disturbance.js';
import { type HeapSlope, heapSlope } from './heap-slope.js';
import { answersOf, type Interruption } from './interruption-result.js';
import { type InterruptionSummary, summariseInterruptions } from './interruption-summary.js';
import type { Bytes } from './line.js';
import type { StepCost } from './load-processes.js';
import { lagBetween, type Speculations, speculationsBetween } from './prometheus.js';
import { type StageRow, serverStages } from './server-stages.js';
import { type ServerSummary, serverSummary } from './server-summary.js';
import type { Look } from './server-watch.js';
import { stageRows } from './stage-rows.js';
import { type Distribution, distribution, distributionOfCounts } from './statistics.js';
import type { TurnResult } from './turn-result.js';

export interface Summary {
  readonly turns: { readonly asked: number; readonly answered: number; readonly failed: number };
  /** How often each reason was given. */
  readonly failures: Readonly<Record<string, number>>;
  readonly stages: readonly StageRow[];
  /** By the server's own marks. */
  readonly serverStages: readonly StageRow[];
  /** Turns that were taken for ended before they were, and how often in all. Null for typed questions. */
  readonly cutOffs: { readonly turns: number; readonly times: number } | null;
  /** Null for typed questions. */
  readonly transcripts: { readonly right: number; readonly wrong: number; readonly missing: number } | null;
  readonly pictures: { readonly expected: number; readonly late: number; readonly missing: number };
  readonly gaps: { readonly count: number; readonly ms: number; readonly audioSeconds: number };
  /** Null for a run in which nothing was heard over an answer. */
  readonly interruptions: InterruptionSummary | null;
  readonly load: LoadSummary;
  /** Null where nobody knows what others took of the machine. */
  readonly disturbance: Disturbance | null;
  /** Null for a server that is not ours to look at, and does not tell. */
  readonly server: ServerSummary | null;
  /** What the server says of itself. */
  readonly told: ToldSummary;
  /** Of the sessions that have ended; null if none has. */
  readonly bytes: { readonly received: Distribution; readonly sent: Distribution } | null;
}

interface LoadSummary {
  readonly processes: number;
  readonly cores: number;
  readonly late: Distribution | null;
  /** Of the process that took most of it, the share of a core. */
  readonly busiest: number;
  /** The callers themselves were late, or near it, so that the figures are theirs as well as the server's. */
  readonly isBottleneck: boolean;
}

interface ToldSummary {
  /** Of its event loop; null: it does not say. */
  readonly lagMs: { readonly p99: number; readonly max: number } | null;
  /** Answers begun before the end of a turn was certain; null: it does not say. */
  readonly speculations: Speculations | null;
  readonly mostSessions: number | null;
  readonly heap: HeapSlope | null;
}

/** Half a beat: a caller this late sends its frames in pairs. */
const LATE_MS = 10;
/** A process that takes more of a core is late at every burst. */
const BUSY = 0.8;

/** What the callers have told, and what was seen of the server meanwhile. */
export interface Measurements {
  readonly results: readonly TurnResult[];
  readonly interruptions: readonly Interruption[];
  readonly costs: readonly StepCost[];
  readonly looks: readonly Look[];
  readonly processors: readonly ProcessorLook[];
  readonly bytes: readonly Bytes[];
  /** What lies in the server's heap was counted before, and it still has the memory that this took. */
  readonly isCounted?: boolean;
}

export function summarise(measured: Measurements, callers: number): Summary {
  const { results, interruptions, costs, looks, processors, bytes, isCounted = false } = measured;
  const answers = answersOf(results, interruptions);
  const failures: Record<string, number> = {};
  for (const { failure } of results) if (failure !== null) failures[failure] = (failures[failure] ?? 0) + 1;
  const failed = results.filter(({ failure }) => failure !== null).length;
  const sum = (value: (result: TurnResult) => number) => answers.reduce((total, result) => total + value(result), 0);
  return {
    turns: { asked: results.length, answered: results.length - failed, failed },
    failures,
    stages: stageRows(results),
    serverStages: serverStages(answers),
    cutOffs: cutOffs(answers),
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
    disturbance: disturbanceOf(processors, results),
    server: serverSummary(looks, callers, isCounted),
    told: toldSummary(looks),
    bytes: bytesSummary(bytes),
  };
}

function transcripts(results: readonly TurnResult[]): Summary['transcripts'] {
  const spoken = results.filter(({ transcriptIsRight }) => transcriptIsRight !== null);
  if (spoken.length === 0) return null;
  const missing = spoken.filter(({ transcript }) => transcript === null || transcript === '').length;
  const right = spoken.filter(({ transcriptIsRight }) => transcriptIsRight).length;
  return { right, wrong: spoken.length - right - missing, missing };
}

/** A turn that was talked over is one of speech, too. */
function cutOffs(results: readonly TurnResult[]): Summary['cutOffs'] {
  const spoken = results.filter(({ transcriptIsRight }) => transcriptIsRight !== null);
  if (spoken.length === 0) return null;
  const cut = spoken.filter((result) => result.cutOffs > 0);
  return { turns: cut.length, times: cut.reduce((sum, result) => sum + result.cutOffs, 0) };
}

function loadSummary(costs: readonly StepCost[]): LoadSummary {
  const late = distributionOfCounts(costs.flatMap(({ cost }) => cost.late));
  const processes = [...new Set(costs.map(({ process }) => process))].map((wanted) => {
    const own = costs.filter(({ process }) => process === wanted).map(({ cost }) => cost);
    const seconds = own.reduce((sum, cost) => sum + cost.seconds, 0);
    return own.reduce((sum, { cpuSeconds }) => sum + cpuSeconds, 0) / Math.max(seconds, 0.001);
  });
  const cores = processes.reduce((sum, each) => sum + each, 0);
  const busiest = Math.max(0, ...costs.map(({ cost }) => cost.cpuSeconds / Math.max(cost.seconds, 0.001)));
  const isBottleneck = (late !== null && late.p99 > LATE_MS) || busiest > BUSY;
  return { processes: processes.length, cores: round(cores), late, busiest: round(busiest), isBottleneck };
}

function toldSummary(looks: readonly Look[]): ToldSummary {
  const [before, after] = [looks[0]?.scrape ?? null, looks.at(-1)?.scrape ?? null];
  const sessions = looks.flatMap(({ scrape }) => scrape?.sessions ?? []);
  return {
    lagMs: lagBetween(before, after),
    speculations: speculationsBetween(before, after),
    mostSessions: sessions.length === 0 ? null : Math.max(...sessions),
    heap: heapSlope(looks),
  };
}

function bytesSummary(bytes: readonly Bytes[]): Summary['bytes'] {
  const [received, sent] = [
    distribution(bytes.map((each) => each.received)),
    distribution(bytes.map((each) => each.sent)),
  ];
  return received === null || sent === null ? null : { received, sent };
}

const round = (value: number) => Math.round(value * 1000) / 1000;
