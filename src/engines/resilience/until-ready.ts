/**
 * Waiting for an engine that has only this one chance. A worker process that dies is started again and again, which is
 * for servers: whoever tries an engine out wants to know what it dies of.
 */
import { ParleyError } from '../../errors.js';
import type { Engine } from '../contract.js';

const LOOK_MS = 50;
/** So `health` begins while a process loads; behind an earlier death, the reason follows in brackets. */
const LOADING = 'starting';

/** Rejects with what it was refused for, or died of: the death that is one too many ends the wait. */
export async function untilReady(engine: Engine<unknown>, signal: AbortSignal, mostDeaths: number): Promise<void> {
  const dying = new AbortController();
  const deaths = deathsOf(engine);
  const watch = setInterval(() => {
    if (deaths() >= mostDeaths) dying.abort();
  }, LOOK_MS);
  try {
    await engine.ready?.(AbortSignal.any([signal, dying.signal]));
  } catch (error) {
    const why = troubleOf(engine);
    if (!dying.signal.aborted || why === null) throw error;
    throw new ParleyError('worker_unavailable', why);
  } finally {
    clearInterval(watch);
  }
}

/** How often it has died so far, as far as somebody who looks now and then can see. */
export function deathsOf(engine: Engine<unknown>): () => number {
  let deaths = 0;
  let last: 'first life' | 'later life' | 'resting' = 'first life';
  return () => {
    const trouble = troubleOf(engine);
    if (trouble === null || trouble === LOADING) return deaths;
    const now = trouble.startsWith(`${LOADING} `) ? 'later life' : 'resting';
    // The rest behind the first death is too short to be seen.
    if (now !== last && (now === 'resting' || last === 'first life')) deaths += 1;
    last = now;
    return deaths;
  };
}

function troubleOf(engine: Engine<unknown>): string | null {
  const health = engine.health();
  return health === 'up' ? null : health.down;
}
