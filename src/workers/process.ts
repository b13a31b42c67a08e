/**
 * A worker process that is kept alive: started, watched, started again when it dies, closed. Callers see one Worker
 * that is up or down; the lives of the process behind it are run.ts.
 */
import type { Logger } from 'pino';
import { asParleyError, ParleyError } from '../errors.js';
import { abortable, delay } from '../flow.js';
import { failuresAfter, patienceMs, restartDelayMs } from './backoff.js';
import type { Call, Chunk } from './channel.js';
import { PING_MS } from './pinging.js';
import { begin, hasGrown, newUse, type Recycling, type Use } from './recycling.js';
import { type Ready, type Run, type RunEnd, type RunEvents, startRun } from './run.js';

export type { Call, Chunk } from './channel.js';

export interface WorkerOptions {
  /** As it stands in the log and in `health`. */
  name: string;
  file: string;
  args: string[];
  /** Its whole environment; without it, Parley's own. */
  env?: Record<string, string>;
  cwd?: string;
  engine: string;
  settings: Record<string, unknown>;
  log: Logger;
  /** From the start of the process until it has loaded and warmed up. */
  readyMs?: number;
  pingMs?: number;
  /** Without it, nobody minds how much it grows. */
  recycle?: Recycling;
  /** Closes the worker when it aborts. */
  signal?: AbortSignal;
}

export interface Worker {
  readonly name: string;
  /** The info of `ready`; waits for a restart in progress; rejects with worker_unavailable / worker_settings when there will be none. */
  ready(signal: AbortSignal): Promise<Ready>;
  health(): 'up' | { down: string };
  /** One stream. Fails at once with worker_unavailable while the worker is down; `ready` is there for waiting. */
  open(call: Call): AsyncIterable<Chunk>;
  readonly pid: number | undefined;
  /** What it told of itself when it was ready; undefined while it is not up. */
  readonly info: Readonly<Record<string, unknown>> | undefined;
  /** The worker's own numbers, as of its latest answer to a ping. */
  readonly stats: Readonly<Record<string, number>>;
  close(): Promise<void>;
}

type State =
  | { readonly kind: 'starting'; readonly run: Run; readonly since: string }
  | { readonly kind: 'up'; readonly run: Run; readonly ready: Ready }
  /** Between two lives. */
  | { readonly kind: 'resting'; readonly why: string }
  /** For good: bad settings, or no such program. */
  | { readonly kind: 'refused'; readonly error: ParleyError }
  | { readonly kind: 'closed' };

/** A worker that has not finished its shutdown by then is killed. */
const CLOSE_MS = 3000;
const READY_MS = 30_000;

/** The state, and a way to wait for the next one. */
interface Board {
  state: State;
  readonly use: Use;
  stats: Readonly<Record<string, number>>;
  changed: Promise<void>;
  wake(): void;
}

export function startWorker(options: WorkerOptions): Worker {
  const { name, signal } = options;
  const board = newBoard();
  const stop = new AbortController();
  const onAbort = () => void close();
  const close = async () => {
    signal?.removeEventListener('abort', onAbort);
    set(board, { kind: 'closed' });
    stop.abort(new ParleyError('worker_unavailable', `${name}: closed`));
    await over;
  };
  signal?.addEventListener('abort', onAbort, { once: true });
  if (signal?.aborted) stop.abort(signal.reason);
  const over = live({ ...options, log: options.log.child({ worker: name }) }, board, stop.signal);
  return {
    name,
    get pid() {
      return 'run' in board.state ? board.state.run.pid : undefined;
    },
    get info() {
      return board.state.kind === 'up' ? board.state.ready.info : undefined;
    },
    get stats() {
      return board.stats;
    },
    health: () => (board.state.kind === 'up' ? 'up' : { down: downReason(board.state) }),
    ready: (ofCaller) => waitUntilUp(board, name, ofCaller),
    open: (call) => openStream(board, name, call),
    close,
  };
}

async function waitUntilUp(board: Board, name: string, signal: AbortSignal): Promise<Ready> {
  for (;;) {
    signal.throwIfAborted();
    const { state } = board;
    if (state.kind === 'up') return state.ready;
    if (state.kind === 'refused' || state.kind === 'closed') throw downError(name, state);
    await abortable(board.changed, signal);
  }
}

async function* openStream(board: Board, name: string, call: Call): AsyncGenerator<Chunk, void, undefined> {
  call.signal.throwIfAborted();
  const { state } = board;
  if (state.kind !== 'up') throw downError(name, state);
  const { methods } = state.ready;
  if (!methods.includes(call.method)) {
    throw new ParleyError('internal', `${name} has no method ${call.method}; it has ${methods.join(', ')}`);
  }
  const { use } = board;
  use.streams += 1;
  try {
    yield* state.run.channel.open(call);
  } finally {
    use.streams -= 1;
    use.idleSince = performance.now();
  }
}

/** Life after life, until the worker is closed or refused. */
async function live(options: WorkerOptions, board: Board, stop: AbortSignal): Promise<void> {
  let failures = 0;
  let since = 'starting';
  while (!stop.aborted) {
    const readyMs = patienceMs(options.readyMs ?? READY_MS, failures);
    const { end, upMs } = await liveOnce({ ...options, readyMs }, board, since, stop);
    if (stop.aborted) break;
    if (board.use.recycled) {
      // The next life is judged by itself, also if it never gets ready.
      board.use.recycled = false;
      [since, failures] = ['recycled', 0];
      continue;
    }
    if (!end.again) {
      options.log.error({ reason: end.why }, 'worker refused; it is not started again');
      set(board, { kind: 'refused', error: new ParleyError(end.code, `${options.name}: ${end.why}`) });
      return;
    }
    failures = failuresAfter(failures, upMs);
    const restartMs = restartDelayMs(failures);
    since = end.why;
    options.log.error({ reason: end.why, failures, restartMs }, 'worker ended; it is started again');
    set(board, { kind: 'resting', why: end.why });
    await delay(restartMs, stop).catch(() => {});
  }
  set(board, { kind: 'closed' });
}

async function liveOnce(
  options: WorkerOptions & { readonly readyMs: number },
  board: Board,
  since: string,
  stop: AbortSignal,
): Promise<{ end: RunEnd; upMs: number }> {
  let upAt: number | undefined;
  let run: Run | undefined;
  const events: RunEvents = {
    ready(ready) {
      if (run === undefined) return;
      upAt = performance.now();
      begin(board.use, upAt);
      options.log.info({ pid: run.pid, warmMs: ready.warmMs, methods: ready.methods }, 'worker is up');
      set(board, { kind: 'up', run, ready });
    },
    stats(values) {
      board.stats = values;
      const { recycle: limits = null } = options;
      if (run !== undefined && hasGrown(limits, board.use, values.rss_bytes, performance.now())) recycle(run);
    },
    down: (why) => set(board, { kind: 'resting', why }),
  };
  const recycle = (grown: Run) => {
    board.use.recycled = true;
    options.log.info({ pid: grown.pid, bytes: board.stats.rss_bytes }, 'worker has grown; it is started afresh');
    set(board, { kind: 'resting', why: 'being started afresh' });
    void finish(grown, new ParleyError('worker_unavailable', `${options.name}: being started afresh`));
  };
  try {
    run = startRun({ ...options, pingMs: options.pingMs ?? PING_MS }, events);
  } catch (error) {
    return { end: { code: 'worker_unavailable', why: asParleyError(error).message, again: false }, upMs: 0 };
  }
  set(board, { kind: 'starting', run, since });
  const living = run;
  const onStop = () => void finish(living, asParleyError(stop.reason, 'worker_unavailable'));
  stop.addEventListener('abort', onStop, { once: true });
  const end = await living.ended;
  stop.removeEventListener('abort', onStop);
  return { end, upMs: upAt === undefined ? 0 : performance.now() - upAt };
}

/** Asked to end: its streams fail now, the process gets CLOSE_MS. */
async function finish(run: Run, reason: ParleyError): Promise<void> {
  run.channel.fail(reason);
  run.shutdown();
  const timer = setTimeout(() => run.kill(), CLOSE_MS);
  await run.ended;
  clearTimeout(timer);
}

function downError(name: string, state: Exclude<State, { kind: 'up' }>): ParleyError {
  if (state.kind === 'refused') return state.error;
  return new ParleyError('worker_unavailable', `${name}: ${downReason(state)}`);
}

function downReason(state: Exclude<State, { kind: 'up' }>): string {
  switch (state.kind) {
    case 'starting':
      return state.since === 'starting' ? 'starting' : `starting again (${state.since})`;
    case 'resting':
      return state.why;
    case 'refused':
      return state.error.message;
    case 'closed':
      return 'closed';
  }
}

/** Closed is closed: what a dying process still reports changes nothing. */
function set(board: Board, state: State): void {
  if (board.state.kind === 'closed') return;
  board.state = state;
  board.wake();
  renew(board);
}

function newBoard(): Board {
  const board: Board = {
    state: { kind: 'resting', why: 'starting' },
    use: newUse(),
    stats: {},
    changed: Promise.resolve(),
    wake() {},
  };
  renew(board);
  return board;
}

function renew(board: Board): void {
  board.changed = new Promise((resolve) => {
    board.wake = resolve;
  });
}
