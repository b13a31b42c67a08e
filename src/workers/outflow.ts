/**
 * The sending half of one direction of one stream: chunks leave as the peer grants them. Both ends of the wire use it,
 * Parley for a stream's input and a Node worker for its output.
 */
import { abortable } from '../flow.js';
import { WireError } from './frames.js';
import { MAX_CREDIT } from './messages.js';

/** How many chunks the peer is ready to take. One waiter at a time. */
export class Credit {
  #left = 0;
  #wake: (() => void) | undefined;

  grant(chunks: number): void {
    if (this.#left + chunks > MAX_CREDIT) throw new WireError(`more than ${MAX_CREDIT} chunks of credit`);
    this.#left += chunks;
    this.#wake?.();
  }

  async take(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    while (this.#left === 0) {
      await abortable(
        new Promise<void>((resolve) => {
          this.#wake = resolve;
        }),
        signal,
      );
    }
    this.#left -= 1;
  }
}

/**
 * Sends what `source` gives until it ends or the signal aborts. Credit comes first, so that nothing is made that cannot
 * be sent yet. The source is told to stop, but not waited for: it may be deep in a wait that only its own signal ends.
 */
export async function sendAll<T>(
  source: AsyncIterable<T>,
  credit: Credit,
  signal: AbortSignal,
  send: (item: T) => Promise<void>,
): Promise<void> {
  const items = source[Symbol.asyncIterator]();
  let ended = false;
  try {
    for (;;) {
      await credit.take(signal);
      const next = await abortable(items.next(), signal);
      if (next.done === true) {
        ended = true;
        return;
      }
      await send(next.value);
    }
  } finally {
    if (!ended) items.return?.().then(undefined, () => {});
  }
}
