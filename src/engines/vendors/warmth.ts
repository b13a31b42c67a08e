/**
 * Connections that are open before anybody asks, and stay so while there are sessions: the first word of a session must
 * not wait for a handshake, nor the first one after a silence. They are opened, and kept from growing old, by requests
 * that cost nothing.
 */
import type { SessionScope } from '../contract.js';
import { type Connections, KEEP_MS } from './connections.js';

export interface Warmth {
  /** From now on until it has gone. */
  keep(session: SessionScope): void;
  close(): void;
}

export interface WarmthOptions {
  readonly connections: Connections;
  /** Asks something that costs nothing. Rejects if there is no answer; a refusal is one. */
  readonly touch: (signal: AbortSignal) => Promise<void>;
  /** As for the connections. */
  readonly keepMs?: number;
  /** Calls again and again, until what it has given is called. */
  readonly every?: (ms: number, look: () => void) => () => void;
}

const byTheClock: NonNullable<WarmthOptions['every']> = (ms, look) => {
  const timer = setInterval(look, ms).unref();
  return () => clearInterval(timer);
};

/** Callers who begin to speak in the same second: with more of them, turns keep the connections warm. */
const MOST_WARM = 4;
/** Who is silent for so long is not there. */
const TOUCH_MS = 10_000;
/** Servers on a machine of one's own often keep connections for 5 s, and a new one costs next to nothing there. */
const SHORT_LIFE_MS = 10_000;

/** While there are sessions. */
interface Watch {
  readonly left: AbortController;
  readonly stop: () => void;
}

export function keepWarm({ connections, touch, keepMs = KEEP_MS, every = byTheClock }: WarmthOptions): Warmth {
  const sessions = new Set<string>();
  // Looked at every fifth of its life, and touched at three fifths, none comes to its end.
  const lookMs = keepMs / 5;
  const want = wantOf(connections, sessions, 3 * lookMs);
  let watch: Watch | null = null;
  let round: 'none' | 'running' | 'failed' = 'none';
  let looksSince = 0;

  const warm = async (own: Watch) => {
    round = 'running';
    looksSince = 0;
    const before = sessions.size;
    const isAnswered = await touched(want.many(), touch, own.left.signal);
    round = isAnswered ? 'none' : 'failed';
    // Nobody has taken care of those who came meanwhile.
    if (watch !== own || (isAnswered && sessions.size > before)) warmIf(want.isCold());
  };
  const warmIf = (isNeeded: boolean) => {
    if (watch !== null && round !== 'running' && isNeeded) void warm(watch);
  };
  const look = () => {
    looksSince += 1;
    // A vendor that does not keep what it is given, or is not there, is not asked at every look.
    warmIf(want.isOld() || (looksSince > 3 && want.isCold()));
  };
  connections.onLost((why) => {
    const isWorthIt = why === 'cut' || why.idleMs > SHORT_LIFE_MS;
    warmIf(round === 'none' && isWorthIt && want.isCold());
  });
  const rest = () => {
    watch?.left.abort();
    watch?.stop();
    watch = null;
  };
  const leave = (id: string) => {
    sessions.delete(id);
    if (sessions.size === 0) rest();
  };
  return {
    keep({ id, gone }) {
      if (gone.aborted || sessions.has(id)) return;
      sessions.add(id);
      watch ??= { left: new AbortController(), stop: every(lookMs, look) };
      gone.addEventListener('abort', () => leave(id), { once: true });
      warmIf(want.isCold());
    },
    close: rest,
  };
}

/** What there should be for so many sessions. */
function wantOf(connections: Connections, sessions: ReadonlySet<string>, oldMs: number) {
  const many = () => Math.max(0, Math.min(MOST_WARM, sessions.size) - connections.busy());
  return {
    /** Idle ones, besides those that are in use. */
    many,
    isCold: () => connections.idle().length < many(),
    isOld: () => connections.idle().some((ms, at) => at < many() && ms > oldMs),
  };
}

/** So many at once that each has a connection to itself: idle ones are taken first, and the rest are opened. */
async function touched(many: number, touch: WarmthOptions['touch'], left: AbortSignal): Promise<boolean> {
  const signal = AbortSignal.any([left, AbortSignal.timeout(TOUCH_MS)]);
  const outcomes = await Promise.allSettled(Array.from({ length: many }, () => touch(signal)));
  return outcomes.every(({ status }) => status === 'fulfilled');
}
