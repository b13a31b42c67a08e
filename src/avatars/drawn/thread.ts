/** A thread that draws one presenter and ends: see in-thread.ts. */
import { parentPort, workerData } from 'node:worker_threads';
import type { Order } from './in-thread.js';
import { presenters } from './presenters.js';
import { renderAvatar } from './render.js';

const port = parentPort!;
const { id, folder } = workerData as Order;
const stop = new AbortController();
port.once('message', () => stop.abort(new Error('stopped')));
const design = presenters.find((one) => one.id === id)!;
const onProgress = (done: number, total: number) => port.postMessage(done / total);
try {
  await renderAvatar(design, folder, { onProgress, signal: stop.signal });
} finally {
  port.close();
}
