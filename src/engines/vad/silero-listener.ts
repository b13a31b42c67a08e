/**
 * The detector's thread, kept alive, with everyone who listens through it. Callers see ears; the lives of the thread
 * behind them, and the rounds in which it is fed, are here.
 */
import type { Logger } from 'pino';
import { ParleyError } from '../../errors.js';
import { delay, Queue } from '../../flow.js';
import { failuresAfter, restartDelayMs } from '../../workers/backoff.js';
import { openRest } from './silero-rest.js';
import { type Ear, openRounds, present, type Rounds } from './silero-rounds.js';
import { startThread, type Thread } from './silero-thread.js';

/** A few hundred live streams keep the thread busy; so many are a mistake. Each takes 1.2 KB there. */
const MOST_EARS = 1000;
/**
 * So long a frame waits for others, for each stream whose frames come right now. The frames of a hundred who speak come
 * one by one, each at its own time; heard one by one each costs 0.2 ms of processor time, in eights 0.08, in rounds of 32 0.06.
 */
const WAIT_MS_PER_EAR = 0.25;
/** Half a frame's time: what a crowd may cost each. */
const LONGEST_WAIT_MS = 16;
/** Lives in a row that ended within a minute each. A broken library does not mend itself. */
const MOST_FAILURES = 5;

type State =
  | { readonly kind: 'starting' }
  | { readonly kind: 'up'; readonly thread: Thread }
  /** Between two lives, or after the last one. */
  | { readonly kind: 'down'; readonly why: string };

export interface Listener {
  /** `bound`: the most probabilities that can wait for their reader. Throws engine_failed while the thread is down. */
  open(bound: number): Ear;
  hear(ear: Ear, frame: Int16Array): void;
  /** No more frames: its queue closes behind the last probability. */
  complete(ear: Ear): void;
  /** In any state and any number of times; what is kept of it is let go. */
  leave(ear: Ear): void;
  health(): 'up' | { down: string };
  close(): Promise<void>;
}

interface Desk {
  state: State;
  readonly ears: Set<Ear>;
  rounds: Rounds;
  /** Whose frames the thread is hearing. */
  inRound: readonly Ear[] | null;
  /** Frames were waiting that had no place in the last round. */
  isBehind: boolean;
  /** The next round is on its way already. */
  due: boolean;
  /** Those who have been silent, to be told so in the loop's next turn. */
  readonly silent: Set<Ear>;
}

export function startListener(threadFile: string, log: Logger): Listener {
  const desk: Desk = {
    state: { kind: 'starting' },
    ears: new Set(),
    rounds: openRounds(),
    inRound: null,
    isBehind: false,
    due: false,
    silent: new Set(),
  };
  const stop = new AbortController();
  const over = live(desk, threadFile, log, stop.signal);
  let opened = 0;
  return {
    open(bound) {
      if (desk.state.kind === 'down') throw failure(desk.state.why);
      if (desk.ears.size >= MOST_EARS) {
        throw new ParleyError('at_capacity', `silero hears ${MOST_EARS} streams already`);
      }
      opened += 1;
      const ear = newEar(opened, bound);
      desk.ears.add(ear);
      return ear;
    },
    hear(ear, frame) {
      if (!desk.ears.has(ear)) return;
      const isShown = ear.rest(frame) === 'shown';
      if (isShown) ear.shownAt = performance.now();
      if (isShown && ear.later.length === 0) {
        desk.rounds.add(ear, frame);
        sendSoon(desk);
      } else {
        ear.later.push(isShown ? frame : 'silence');
        settleSoon(desk, ear);
      }
    },
    complete(ear) {
      ear.complete = true;
      closeIfHeard(ear);
    },
    leave(ear) {
      if (!desk.ears.delete(ear)) return;
      desk.rounds.end(ear);
      sendSoon(desk);
    },
    health: () =>
      desk.state.kind === 'up' ? 'up' : { down: desk.state.kind === 'down' ? desk.state.why : 'starting' },
    async close() {
      stop.abort();
      await over;
    },
  };
}

/** Life after life, until it is closed or has failed too often. */
async function live(desk: Desk, file: string, log: Logger, stop: AbortSignal): Promise<void> {
  let failures = 0;
  while (!stop.aborted) {
    const { why, upMs } = await liveOnce(desk, file, log, stop);
    if (stop.aborted) break;
    failAll(desk, why);
    failures = failuresAfter(failures, upMs);
    log.error({ engine: 'silero', reason: why, failures }, 'the voice detector failed');
    if (failures >= MOST_FAILURES) return;
    await delay(restartDelayMs(failures), stop).catch(() => {});
  }
  failAll(desk, 'closed');
}

async function liveOnce(
  desk: Desk,
  file: string,
  log: Logger,
  stop: AbortSignal,
): Promise<{ why: string; upMs: number }> {
  const began = performance.now();
  let upAt: number | undefined;
  desk.state = { kind: 'starting' };
  const thread = startThread(file, {
    ready() {
      upAt = performance.now();
      log.info({ engine: 'silero', loadMs: Math.round(upAt - began) }, 'the voice detector is up');
      desk.state = { kind: 'up', thread };
      sendSoon(desk);
    },
    heard: (probabilities) => deliver(desk, probabilities),
  });
  stop.addEventListener('abort', thread.end, { once: true });
  const why = await thread.ended;
  stop.removeEventListener('abort', thread.end);
  return { why, upMs: upAt === undefined ? 0 : performance.now() - upAt };
}

/** Not at once: the frames of everyone whose audio comes in the meantime go in the same round. */
function sendSoon(desk: Desk): void {
  if (desk.due || desk.state.kind !== 'up' || desk.inRound !== null || desk.rounds.isEmpty) return;
  desk.due = true;
  const wait = Math.min(LONGEST_WAIT_MS, present(desk.ears, performance.now()) * WAIT_MS_PER_EAR);
  // A timer waits for a millisecond at least.
  if (desk.isBehind || wait < 1) setImmediate(sendRound, desk);
  else setTimeout(sendRound, wait, desk);
}

function sendRound(desk: Desk): void {
  desk.due = false;
  if (desk.state.kind !== 'up') return;
  const next = desk.rounds.next();
  if (next === null) return;
  desk.inRound = next.ears;
  desk.isBehind = next.isBehind;
  desk.state.thread.send(next.round);
}

function deliver(desk: Desk, probabilities: Float32Array): void {
  const ears = desk.inRound ?? [];
  desk.inRound = null;
  for (const [n, ear] of ears.entries()) {
    if (!desk.ears.has(ear)) continue;
    ear.unheard -= 1;
    ear.heard.offer(probabilities[n]!);
    settle(desk, ear);
    closeIfHeard(ear);
  }
  sendSoon(desk);
}

/** All in one turn of the loop, and never in the one in which they came: an endless silence must let others in. */
function settleSoon(desk: Desk, ear: Ear): void {
  if (desk.silent.size === 0) setImmediate(settleAll, desk);
  desk.silent.add(ear);
}

function settleAll(desk: Desk): void {
  const silent = [...desk.silent];
  desk.silent.clear();
  for (const ear of silent) {
    if (!desk.ears.has(ear)) continue;
    settle(desk, ear);
    closeIfHeard(ear);
  }
  sendSoon(desk);
}

/** When all that was shown is answered, the silence behind it is, and what comes behind that is shown. */
function settle(desk: Desk, ear: Ear): void {
  while (ear.later.length > 0 && (ear.unheard === 0 || ear.later[0] !== 'silence')) {
    const next = ear.later.shift()!;
    if (next === 'silence') {
      ear.skipped += 1;
      ear.heard.offer(0);
    } else {
      desk.rounds.add(ear, next);
    }
  }
}

function closeIfHeard(ear: Ear): void {
  if (ear.complete && ear.unheard === 0 && ear.later.length === 0) ear.heard.close();
}

const newEar = (id: number, bound: number): Ear => ({
  id,
  waiting: [],
  unheard: 0,
  rest: openRest(),
  later: [],
  skipped: 0,
  complete: false,
  heard: new Queue<number>(bound),
  shownAt: 0,
});

/** What the thread remembered of the streams is gone with it: they cannot go on in the next one. */
function failAll(desk: Desk, why: string): void {
  desk.state = { kind: 'down', why };
  for (const ear of desk.ears) ear.heard.fail(failure(why));
  desk.ears.clear();
  desk.rounds = openRounds();
  desk.inRound = null;
  desk.isBehind = false;
}

const failure = (why: string): ParleyError => new ParleyError('engine_failed', `silero: ${why}`);
