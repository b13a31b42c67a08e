/**
 * Silero, a small neural network that tells speech from every other sound. All streams of the server are heard in one
 * thread, batched (silero-rounds.ts): a hundred who all speak, or whose rooms are loud, take about a third of one core, most of
 * it in that thread; who is silent takes hardly anything (silero-rest.ts).
 */
import type { Logger } from 'pino';
import { asParleyError } from '../../errors.js';
import { Credit, sendAll } from '../../workers/outflow.js';
import type { Engine, EngineContext, Vad } from '../contract.js';
import { startListener } from './silero-listener.js';
import { MOST_STEPS } from './silero-rounds.js';
import { checkedFrame } from './vad-frame.js';

export interface SileroOptions {
  /** dist/engines/vad/silero-worker.js */
  readonly workerFile: string;
  readonly log: Logger;
}

/** As many frames as a round may take of one stream, and as many again that are on their way meanwhile. */
const READ_AHEAD = 2 * MOST_STEPS;

export function sileroVad({ workerFile, log }: SileroOptions): Engine<Vad> {
  const listener = startListener(workerFile, log);

  async function* run(
    frames: AsyncIterable<Int16Array>,
    { signal }: EngineContext,
  ): AsyncGenerator<number, void, undefined> {
    signal.throwIfAborted();
    const ear = listener.open(READ_AHEAD);
    const over = new AbortController();
    const onAbort = () => {
      ear.heard.fail(signal.reason);
      over.abort(signal.reason);
    };
    signal.addEventListener('abort', onAbort, { once: true });
    const room = new Credit();
    room.grant(READ_AHEAD);
    sendAll(frames, room, over.signal, (frame) => listener.hear(ear, checkedFrame(frame))).then(
      () => listener.complete(ear),
      (thrown) => ear.heard.fail(asParleyError(thrown, 'engine_failed')),
    );
    try {
      for await (const probability of ear.heard) {
        yield probability;
        signal.throwIfAborted();
        room.grant(1);
      }
    } finally {
      signal.removeEventListener('abort', onAbort);
      over.abort();
      listener.leave(ear);
    }
  }

  return { name: 'silero', run, readAhead: READ_AHEAD, health: listener.health, close: listener.close };
}
