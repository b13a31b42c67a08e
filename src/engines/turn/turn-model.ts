/**
 * A model that hears whether a turn is over, in a thread of its own for all callers: one question at a time, of a few
 * hundredths of a second each. A file that does not do is told when it is loaded, and not tried again; a thread that
 * fails later is started again.
 */
import type { Logger } from 'pino';
import { HEARING_RATE, samplesToMs } from '../../audio/pcm.js';
import { ParleyError } from '../../errors.js';
import { abortable, delay } from '../../flow.js';
import { failuresAfter, restartDelayMs } from '../../workers/backoff.js';
import type { EndOfTurnEngine, EngineContext } from '../contract.js';
import { HEARD_SAMPLES } from './log-mel.js';
import { openQuestions, type Question, type Questions } from './turn-questions.js';
import { startThread, type Thread } from './turn-thread.js';

export interface TurnModelOptions {
  /** An ONNX model in the layout of Smart Turn v3. */
  readonly file: string;
  /** dist/engines/turn/turn-worker.js */
  readonly workerFile: string;
  readonly log: Logger;
}

const NAME = 'turn-model';
/** Lives in a row that ended within a minute each. A broken library does not mend itself. */
const MOST_FAILURES = 5;

type State =
  | { readonly kind: 'starting' }
  | { readonly kind: 'up'; readonly thread: Thread }
  /** Between two lives, or after the last one. */
  | { readonly kind: 'down'; readonly why: string };

interface Desk {
  state: State;
  readonly questions: Questions;
  /** Called once, when the file has been loaded, or the reason why not is known. */
  readonly loaded: { yes(): void; no(reason: ParleyError): void };
}

export function turnModel(options: TurnModelOptions): EndOfTurnEngine {
  let loaded!: Desk['loaded'];
  const ready = new Promise<void>((yes, no) => {
    loaded = { yes, no };
  });
  // Whoever waits for it is told; nobody has to.
  ready.catch(() => {});
  const desk: Desk = { state: { kind: 'starting' }, questions: openQuestions(), loaded };
  const stop = new AbortController();
  const over = live(desk, options, stop.signal);
  return {
    name: NAME,
    run: (utterance, context) => ask(desk, utterance, context),
    readAhead: 0,
    hearsMs: samplesToMs(HEARD_SAMPLES, HEARING_RATE),
    health: () =>
      desk.state.kind === 'up' ? 'up' : { down: desk.state.kind === 'down' ? desk.state.why : 'starting' },
    ready: (signal) => abortable(ready, signal),
    async close() {
      stop.abort();
      // At once: an answer that has left the thread already would come now.
      failAll(desk, 'closed');
      await over;
    },
  };
}

async function ask(desk: Desk, utterance: Int16Array, { signal, session, turn }: EngineContext): Promise<number> {
  signal.throwIfAborted();
  if (desk.state.kind === 'down') throw failure(desk.state.why);
  let question!: Question;
  const answer = new Promise<number>((resolve, reject) => {
    // Copied: its buffer moves to the thread.
    const heard = utterance.slice(-HEARD_SAMPLES);
    question = { caller: session?.id ?? turn, utterance: heard, answer: resolve, refuse: reject };
  });
  desk.questions.add(question);
  askNext(desk);
  try {
    return await abortable(answer, signal);
  } finally {
    desk.questions.drop(question);
  }
}

function askNext(desk: Desk): void {
  if (desk.state.kind !== 'up') return;
  const next = desk.questions.next();
  if (next !== null) desk.state.thread.ask(next.utterance);
}

/** Life after life, until it is closed, has failed too often, or could never be loaded. */
async function live(desk: Desk, options: TurnModelOptions, stop: AbortSignal): Promise<void> {
  let failures = 0;
  let hasBeenUp = false;
  while (!stop.aborted) {
    const { why, upMs } = await liveOnce(desk, options, stop);
    if (stop.aborted) break;
    failAll(desk, why);
    hasBeenUp ||= upMs !== null;
    if (!hasBeenUp) return;
    failures = failuresAfter(failures, upMs ?? 0);
    options.log.error({ engine: NAME, reason: why, failures }, 'the model of turn ends failed');
    if (failures >= MOST_FAILURES) return;
    await delay(restartDelayMs(failures), stop).catch(() => {});
  }
  failAll(desk, 'closed');
}

async function liveOnce(
  desk: Desk,
  { file, workerFile, log }: TurnModelOptions,
  stop: AbortSignal,
): Promise<{ readonly why: string; readonly upMs: number | null }> {
  const began = performance.now();
  let upAt: number | null = null;
  desk.state = { kind: 'starting' };
  const thread = startThread(workerFile, file, {
    ready() {
      upAt = performance.now();
      log.info({ engine: NAME, loadMs: Math.round(upAt - began) }, 'the model of turn ends is up');
      desk.state = { kind: 'up', thread };
      desk.loaded.yes();
      askNext(desk);
    },
    answered(probability) {
      desk.questions.answered(probability);
      askNext(desk);
    },
  });
  stop.addEventListener('abort', thread.end, { once: true });
  const why = await thread.ended;
  stop.removeEventListener('abort', thread.end);
  return { why, upMs: upAt === null ? null : performance.now() - upAt };
}

function failAll(desk: Desk, why: string): void {
  desk.state = { kind: 'down', why };
  desk.loaded.no(new ParleyError('engine_failed', why));
  desk.questions.refuseAll(failure(why));
}

const failure = (why: string) => new ParleyError('engine_failed', `${NAME}: ${why}`);
