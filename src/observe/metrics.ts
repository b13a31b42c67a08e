/**
 * Counters and histograms for Prometheus, in a registry of their own. Every label takes its values from this program: no
 * caller and no vendor can make a new one. docs/operating.md says what each is for.
 */
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import { watchHeap } from './heap.js';
import { watchLoop } from './loop-lag.js';
import type { Asked, Job, Observer, OpenTurn, TurnRecord } from './observer.js';
import { between } from './turn-line.js';

export interface Metrics {
  readonly observer: Observer;
  /** Counts a session for as long as it lasts. */
  during<T>(session: Promise<T>): Promise<T>;
  /** A caller was not let in. */
  refused(reason: 'full' | 'late' | 'busy' | 'crowded' | 'face'): void;
  /** Measures how late the process is, until the signal aborts; `rang` is told of it, too. */
  watchLoop(rang: (lagMs: number) => void, signal: AbortSignal): void;
  /** Reads the heap behind each collection of all of it, until the signal aborts. */
  watchHeap(signal: AbortSignal): void;
  /** Asked whenever somebody reads the metrics. */
  watchBusy(busy: () => number): void;
  watchEngines(states: () => readonly EngineState[]): void;
  watchWorkers(workers: () => readonly WorkerNumbers[]): void;
  readonly contentType: string;
  text(): Promise<string>;
}

interface EngineState {
  readonly job: string;
  readonly engine: string;
  /** Null: it is well. */
  readonly trouble: string | null;
}

/** What a conversation notices begins at 50 ms; past 10 s nobody waits any more. */
const STAGE_SECONDS = [0.01, 0.025, 0.05, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.75, 1, 1.5, 2, 3, 5, 10];
/** A whole answer takes longer than its beginning. */
const CALL_SECONDS = [0.025, 0.05, 0.1, 0.2, 0.3, 0.5, 0.75, 1, 1.5, 2, 3, 5, 10, 20, 30, 60];

/** A frame of sound is 40 ms. */
const LAG_SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28];

/** A refresh of a screen is 16.7 ms; from 45 ms before the sound to 125 behind it people begin to notice. */
const SKEW_SECONDS = [0.0025, 0.005, 0.0075, 0.01, 0.0125, 0.015, 0.02, 0.025, 0.03, 0.04, 0.06, 0.08, 0.12, 0.2, 0.5];

/** How soon an engine answers, by its job. What a voice detector takes shows in `eou_delay`. */
const FIRST_ANSWER: Partial<Record<Job, readonly [name: string, help: string]>> = {
  stt: ['stt_final_delay', 'End of an utterance to its words'],
  llm: ['llm_ttft', 'Request to the first piece of an answer'],
  tts: ['tts_ttfb', 'First phrase to the first speech of it'],
  face: ['lipsync_first_frame', 'First sound to the first picture for it'],
};

interface WorkerNumbers {
  readonly worker: string;
  readonly values: Readonly<Record<string, number>>;
}

export function createMetrics(): Metrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const sessions = gauge(registry, 'sessions_active', 'Sessions that are open', []);
  const refusals = counter(registry, 'parley_sessions_refused_total', 'Callers who were told at_capacity', ['reason']);
  const turns = openTurns(turnMetrics(registry));
  return {
    observer: {
      ...engineMetrics(registry, turns.used),
      ...playingMetrics(registry),
      speculated: speculationMetrics(registry),
      openTurn: turns.open,
    },
    async during(session) {
      sessions.inc();
      try {
        return await session;
      } finally {
        sessions.dec();
      }
    },
    refused: (reason) => refusals.inc({ reason }),
    watchLoop(rang, signal) {
      const lag = histogram(registry, 'parley_event_loop_lag_seconds', 'How late a timer rings', LAG_SECONDS, []);
      const noted = (ms: number) => {
        lag.observe(ms / 1000);
        rang(ms);
      };
      watchLoop(noted, signal);
    },
    watchHeap(signal) {
      const left = gauge(registry, 'heap_after_gc_bytes', 'What the last collection of the whole heap left in use', []);
      watchHeap((bytes) => left.set(bytes), signal);
    },
    watchBusy(busy) {
      const share = gauge(registry, 'event_loop_busy', 'Share of the last 5 s in which the loop had work', [], () => {
        share.set(busy());
      });
    },
    watchEngines(states) {
      const up = gauge(registry, 'engine_up', '1: it is asked; 0: it is out of order', ['job', 'engine'], () => {
        for (const { job, engine, trouble } of states()) up.set({ job, engine }, trouble === null ? 1 : 0);
      });
    },
    watchWorkers(workers) {
      const numbers = gauge(registry, 'worker', 'What a worker counts, as of its last ping', ['worker', 'stat'], () => {
        numbers.reset();
        for (const { worker, values } of workers()) {
          for (const [stat, value] of Object.entries(values)) numbers.set({ worker, stat }, value);
        }
      });
    },
    contentType: registry.contentType,
    text: () => registry.metrics(),
  };
}

type EngineObserver = Omit<Observer, 'openTurn' | 'speculated' | keyof ReturnType<typeof playingMetrics>>;

function engineMetrics(registry: Registry, used: (turn: string, asked: Asked) => void): EngineObserver {
  const { calls, durations, errors, attempts, failovers, tokens, characters } = engineCounters(registry);
  const firsts = new Map(
    Object.entries(FIRST_ANSWER).map(([job, [name, help]]) => [job, stage(registry, name, help, ['service'])]),
  );
  return {
    called: ({ service }, endpoint) => calls.inc({ service, endpoint }),
    answered(asked, turn, ms) {
      firsts.get(asked.job)?.observe({ service: asked.service }, ms / 1000);
      used(turn, asked);
    },
    ended({ job, service }, endpoint, outcome, waitedMs) {
      if (endpoint !== 'probe') attempts.inc({ job, service, outcome: outcome.kind });
      if (outcome.kind === 'failed') errors.inc({ service, error_type: outcome.code });
      // A call that was cancelled says when its caller left, and nothing of who was called.
      if (outcome.kind !== 'cancelled') durations.observe({ service }, waitedMs / 1000);
    },
    tokens({ service }, input, output) {
      tokens.inc({ service, direction: 'input' }, input);
      tokens.inc({ service, direction: 'output' }, output);
    },
    characters: ({ service }, count) => characters.inc({ service }, count),
    tookOver: (job, from, to) => failovers.inc({ job, from, to }),
  };
}

/** What callers' players make of answers: counted for those that report. */
function playingMetrics(registry: Registry): Pick<Observer, 'hushed' | 'interruptedFalsely' | 'ranDry' | 'skewed'> {
  const hushed = stage(registry, 'bargein_stop', 'First sound of an interruption to the silence of the avatar');
  const falsely = counter(
    registry,
    'parley_false_interruptions_total',
    'Pauses of the avatar for what was no turn',
    [],
  );
  const dry = counter(registry, 'parley_underruns_total', 'Answers whose sound ran dry in the middle', []);
  const skew = histogram(
    registry,
    'parley_av_skew_seconds',
    'Picture and sound apart, whichever came first, between two reports of a player: on average, and at worst',
    SKEW_SECONDS,
    ['of'],
  );
  return {
    hushed: (ms) => seconds(hushed, ms),
    interruptedFalsely: () => falsely.inc(),
    ranDry: () => dry.inc(),
    skewed(meanMs, worstMs) {
      skew.observe({ of: 'mean' }, Math.abs(meanMs) / 1000);
      skew.observe({ of: 'worst' }, Math.abs(worstMs) / 1000);
    },
  };
}

function speculationMetrics(registry: Registry): Observer['speculated'] {
  const help = 'Answers that were begun before the turn was over, by what became of them';
  const speculations = counter(registry, 'parley_speculations_total', help, ['outcome']);
  const wasted = counter(registry, 'parley_speculation_wasted_total', 'Characters of answers that nobody wanted', [
    'by',
  ]);
  return (outcome, { written, voiced }) => {
    speculations.inc({ outcome });
    wasted.inc({ by: 'model' }, written);
    wasted.inc({ by: 'voice' }, voiced);
  };
}

function engineCounters(registry: Registry) {
  const count = <Label extends string>(name: string, help: string, labels: Label[]) =>
    counter(registry, name, help, labels);
  return {
    calls: count('api_calls_total', 'What engines and vendors were asked', ['service', 'endpoint']),
    errors: count('api_errors_total', 'Calls that failed, by code', ['service', 'error_type']),
    durations: histogram(registry, 'api_duration_seconds', 'How long a call was waited for', CALL_SECONDS, ['service']),
    attempts: count('parley_provider_attempts_total', 'Calls, by how they ended', ['job', 'service', 'outcome']),
    failovers: count('parley_provider_failovers_total', 'Engines asked in the place of others', ['job', 'from', 'to']),
    tokens: count('parley_llm_tokens_total', 'Tokens read and written', ['service', 'direction']),
    characters: count('parley_tts_characters_total', 'Characters given to voices', ['service']),
  };
}

/** What turns took, for the caller: whatever engines were asked for them, and however often. */
function turnMetrics(registry: Registry): (record: TurnRecord) => void {
  const turns = counter(registry, 'parley_turns_total', 'Answers, by how they ended', ['status']);
  const clause = stage(registry, 'llm_first_clause', 'Request to the first phrase that can be spoken');
  const audible = stage(registry, 'tts_ttfa', 'First phrase to the first speech of it that can be heard');
  const decided = stage(registry, 'eou_delay', 'Last sound of the caller to the decision to answer');
  const decision = stage(registry, 'turn_decision_delay', 'Pause that may be the end to the decision that it is');
  const sent = stage(registry, 'first_audio_sent', 'Last sound, or typed request, to the first sound sent');
  const played = stage(registry, 'first_audio_played', 'Last sound, or typed request, to the first sound played');
  const shown = stage(registry, 'first_video_played', 'Last sound, or typed request, to the first picture shown');
  const latency = stage(registry, 'e2e_latency', 'Last sound of the caller to the first sound sent');
  return ({ status, isSpoken, marks, speech }) => {
    const { answered, model_answered = 0, first_phrase = 0, first_sent, first_played, first_shown } = marks;
    turns.inc({ status });
    // What was said before the model had said anything fills the silence, and is none of its phrases.
    if (model_answered <= first_phrase) seconds(clause, between(marks, 'model_asked', 'first_phrase'));
    seconds(audible, audibleMs(marks, speech));
    seconds(sent, first_sent);
    seconds(played, first_played);
    seconds(shown, first_shown);
    if (!isSpoken) return;
    seconds(decided, answered);
    seconds(decision, between(marks, 'soft_end', 'answered'));
    seconds(latency, first_sent);
  };
}

/** Its first speech may be silence, which sounds as long as it lasts; or the next piece may be late. */
function audibleMs(marks: TurnRecord['marks'], { silenceMs }: TurnRecord['speech']): number | null {
  const [speech, audible] = [
    between(marks, 'first_phrase', 'first_speech'),
    between(marks, 'first_phrase', 'first_audible'),
  ];
  return speech === null || audible === null || silenceMs === null ? null : Math.max(speech + silenceMs, audible);
}

function openTurns(count: (record: TurnRecord) => void) {
  const open = new Map<string, Partial<Record<Job, string[]>>>();
  return {
    used(turn: string, { job, engine }: Asked) {
      const used = open.get(turn);
      if (used === undefined) return;
      used[job] ??= [];
      if (!used[job].includes(engine)) used[job].push(engine);
    },
    open(id: string): OpenTurn {
      const used: Partial<Record<Job, string[]>> = {};
      open.set(id, used);
      return {
        engines: () => used,
        close(record) {
          open.delete(id);
          count(record);
        },
        discard: () => void open.delete(id),
      };
    },
  };
}

function seconds(into: Histogram, ms: number | null | undefined): void {
  if (ms !== null && ms !== undefined) into.observe(ms / 1000);
}

const stage = <Label extends string>(registry: Registry, name: string, help: string, labels: Label[] = []) =>
  histogram(registry, `parley_${name}_seconds`, `${help}, in seconds`, STAGE_SECONDS, labels);

const counter = <Label extends string>(registry: Registry, name: string, help: string, labelNames: Label[]) =>
  new Counter({ name, help, labelNames, registers: [registry] });

const histogram = <Label extends string>(
  registry: Registry,
  name: string,
  help: string,
  buckets: number[],
  labelNames: Label[],
) => new Histogram({ name, help, buckets, labelNames, registers: [registry] });

const gauge = <Label extends string>(
  registry: Registry,
  name: string,
  help: string,
  labelNames: Label[],
  collect: () => void = () => {},
) => new Gauge({ name: `parley_${name}`, help, labelNames, collect, registers: [registry] });
