/** Asks a model whether a turn sounds as if it were over, and does not wait long for it. */
import type { EndOfTurnEngine, EngineContext } from '../engines/contract.js';

/** Words that look whole are waited behind for 280 ms, of which 100 are over when it is asked. */
const PATIENCE_MS = 150;

/** `utterance`: what was said, with the silence behind it. Without an answer, all is as without the model. */
export function askWhetherOver(
  engine: EndOfTurnEngine,
  utterance: Int16Array,
  context: EngineContext,
  told: (over: number) => void,
): void {
  const signal = AbortSignal.any([context.signal, AbortSignal.timeout(PATIENCE_MS)]);
  engine.run(utterance, { ...context, signal }).then(told, (thrown) => {
    if (!signal.aborted) context.log.debug({ err: thrown }, 'nobody can tell whether the turn sounds over');
  });
}
