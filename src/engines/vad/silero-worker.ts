/**
 * The program of the detector's thread: loads the model, says so, then answers round after round. Whatever fails here
 * ends the thread; silero-thread.ts is told why and starts another.
 */
import { parentPort, workerData } from 'node:worker_threads';
import { inside, type NativeDoor } from '../native-door.js';
import { loadModel } from './silero-model.js';
import { loadRuntime, modelFile } from './silero-package.js';
import type { Round } from './silero-rounds.js';

const door = workerData as NativeDoor;
const model = await inside(door, async () => loadModel(await loadRuntime(), modelFile()));

parentPort!.on('message', async ({ streams, samples, ended }: Round) => {
  model.forget(ended);
  const heard = streams.length === 0 ? new Float32Array(0) : await inside(door, () => model.hear(streams, samples));
  parentPort!.postMessage(heard, [heard.buffer as ArrayBuffer]);
});
parentPort!.postMessage('ready');
