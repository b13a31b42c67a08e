/** Runs the sequential baseline over the same simulated vendors as the server, and says what it comes to. */
import type { Logger } from 'pino';
import { readConfig } from '../config.js';
import type { Engine } from '../engines/contract.js';
import { faceCandidates } from '../engines/providers/face.js';
import { llmCandidates } from '../engines/providers/llm.js';
import { sttCandidates } from '../engines/providers/stt.js';
import { ttsCandidates } from '../engines/providers/tts.js';
import type { Candidate } from '../engines/resilience/line-up.js';
import { ParleyError } from '../errors.js';
import { anyAvatar, providerTools } from './provider-tools.js';
import type { Recordings } from './questions.js';
import { type SequentialEngines, type SequentialTurn, STAGES, sequentialTurn } from './sequential.js';
import { type Distribution, distribution } from './statistics.js';

export interface Baseline {
  readonly kind: 'sequential';
  readonly stages: Readonly<Record<(typeof STAGES)[number], Distribution>>;
  readonly total: Distribution;
  /** The server's median until the first sound with its picture, in terms of this pipeline's. */
  readonly ratio: number | null;
  readonly turns: readonly SequentialTurn[];
}

export interface BaselineRun {
  readonly root: string;
  /** Settings that lead to the simulated vendors. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly recordings: Recordings;
  readonly turns: number;
  readonly log: Logger;
}

/** One turn after another, so that none waits for the GPU of another: the best that this pipeline can do. */
export async function runSequential(run: BaselineRun, signal: AbortSignal): Promise<SequentialTurn[]> {
  const engines = await sequentialEngines(run, signal);
  const { questions } = run.recordings;
  try {
    await Promise.all([engines.stt, engines.llm, engines.tts].map((engine) => engine.probe?.(signal)));
    // Not counted: clients are loaded, and connections made.
    await sequentialTurn(engines, questions[0]!, signal);
    const turns: SequentialTurn[] = [];
    for (let turn = 0; turn < run.turns; turn += 1) {
      turns.push(await sequentialTurn(engines, questions[turn % questions.length]!, signal));
    }
    return turns;
  } finally {
    await Promise.all([engines.stt, engines.llm, engines.tts, engines.face].map((engine) => engine.close()));
  }
}

export function summariseBaseline(turns: readonly SequentialTurn[], server: Distribution | null): Baseline {
  const of = (value: (turn: SequentialTurn) => number) => distribution(turns.map(value))!;
  const stages = Object.fromEntries(STAGES.map((stage) => [stage, of((turn) => turn.stages[stage])]));
  const total = of(({ totalMs }) => totalMs);
  return {
    kind: 'sequential',
    stages: stages as Baseline['stages'],
    total,
    ratio: server === null ? null : Math.round((server.p50 / total.p50) * 1000) / 1000,
    turns,
  };
}

export function baselineLines({ total, ratio, stages, turns }: Baseline, server: Distribution | null): string {
  const right = turns.filter(({ transcriptIsRight }) => transcriptIsRight).length;
  const parts = STAGES.map((stage) => `${stage} ${stages[stage].p50.toFixed(0)}`).join(' + ');
  const times = ({ p50, p95 }: Distribution) => `p50 ${p50.toFixed(0)} ms, p95 ${p95.toFixed(0)} ms`;
  return [
    'first sound and its picture, from the last voiced sample:',
    `  Parley      ${server === null ? 'never' : times(server)}; with the wait for the end of the turn`,
    `  sequential  ${times(total)}; ${parts}; knows the end of the turn at once`,
    `              ${turns.length} turns, ${right} transcripts right`,
    `  ratio       ${ratio === null ? 'none' : ratio.toFixed(2)}`,
  ]
    .map((line) => `  ${line}\n`)
    .join('');
}

async function sequentialEngines(
  { root, environment, log }: BaselineRun,
  signal: AbortSignal,
): Promise<SequentialEngines> {
  const config = readConfig(environment);
  const tools = await providerTools(root, log, signal);
  const avatar = await anyAvatar(root, config);
  if (avatar === null) throw new ParleyError('bad_settings', 'No avatar has been drawn yet. Run `npm start`.');
  return {
    stt: engine(sttCandidates(config, tools), 'openai'),
    llm: engine(llmCandidates(config, tools, null), 'openai'),
    // One request for all of the text, as such pipelines do it; the first of its engines is the socket.
    tts: engine(ttsCandidates(config, tools), 'elevenlabs', 1),
    face: engine(faceCandidates(config, tools), 'simulated'),
    avatar,
  };
}

function engine<E extends Engine<unknown>>(candidates: readonly Candidate<E>[], name: string, way = 0): E {
  return candidates.find((candidate) => candidate.name === name)!.start('first')[way]!;
}
