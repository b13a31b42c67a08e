/**
 * The sending half of one direction of one stream: chunks leave as the peer grants them. Both ends of the wire use it,
 * Parley for a stream's input and a Node worker for its output.
 */
import { abortable, itemsUntil } from '../flow.js';
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

  /** False: there is none, and nothing was taken. */
  takeAtOnce(): boolean {
    if (this.#left === 0) return false;
    this.#left -= 1;
    return true;
  }

  async take(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    while (!this.takeAtOnce()) {
      await abortable(
        new Promise<void>((resolve) => {
          this.#wake = resolve;
        }),
        signal,
      );
    }
  }
}

/**
 * Sends what `source` gives until it ends or the signal aborts. Credit comes first, so that nothing is made that cannot
 * be sent yet. It waits for nothing that is there: every frame of every microphone passes through here.
 */
export async function sendAll<T>(
  source: AsyncIterable<T>,
  credit: Credit,
  signal: AbortSignal,
  send: (item: T) => Promise<void> | void,
): Promise<void> {
  const items = itemsUntil(source, signal);
  try {
    for (;;) {
      if (!credit.takeAtOnce()) await credit.take(signal);
      const next = await items.next();
      if (next.done === true) return;
      const sending = send(next.value);
      if (sending !== undefined) await sending;
    }
  } finally {
    void items.return();
  }
}
