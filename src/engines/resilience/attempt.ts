/** One run of an engine that can be given up by itself, while the turn that it is for goes on. */
import { asParleyError, type ParleyError } from '../../errors.js';
import { itemsUntil } from '../../flow.js';
import type { EngineContext } from '../contract.js';

export interface Attempt<T> {
  /** The next output. Throws the turn's reason, the one for which it was given up, or what the engine throws. */
  next(): Promise<IteratorResult<T, unknown>>;
  giveUp(reason: ParleyError): void;
}

export function startAttempt<T>(run: (context: EngineContext) => AsyncIterable<T>, outer: EngineContext): Attempt<T> {
  const own = new AbortController();
  const signal = AbortSignal.any([outer.signal, own.signal]);
  const outputs = itemsUntil(run({ ...outer, signal }), signal);
  return {
    async next() {
      try {
        return await outputs.next();
      } catch (thrown) {
        if (signal.aborted) throw signal.reason;
        throw asParleyError(thrown, 'engine_failed');
      }
    },
    giveUp: (reason) => own.abort(reason),
  };
}
