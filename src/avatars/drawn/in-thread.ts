/** Draws a presenter in a thread of its own: drawing is all computation, and two cores draw two people at once. */
import { Worker } from 'node:worker_threads';

/** What the thread is given. */
export interface Order {
  readonly id: string;
  readonly folder: string;
}

export interface ThreadOptions {
  /** The share of the work that is done. */
  readonly onProgress: (share: number) => void;
  readonly signal: AbortSignal;
}

/** Rejects with what went wrong in the thread. When told to stop it ends by itself, and leaves no half-written file. */
export async function drawInThread(order: Order, { onProgress, signal }: ThreadOptions): Promise<void> {
  signal.throwIfAborted();
  const thread = new Worker(new URL('./thread.js', import.meta.url), { workerData: order });
  const stop = () => thread.postMessage('stop');
  signal.addEventListener('abort', stop, { once: true });
  thread.on('message', onProgress);
  try {
    await new Promise<void>((done, fail) => thread.once('error', fail).once('exit', () => done()));
  } finally {
    signal.removeEventListener('abort', stop);
  }
  signal.throwIfAborted();
}
