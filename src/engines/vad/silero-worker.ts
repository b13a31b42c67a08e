/**
 * The program of the detector's thread: loads the model, says so, then answers round after round. Whatever fails here
 * ends the thread; silero-thread.ts is told why and starts another.
 */
import { parentPort, workerData } from 'node:worker_threads';
import { VAD_FRAME_SAMPLES } from '../contract.js';
import { inside, type NativeDoor } from '../native-door.js';
import { loadModel } from './silero-model.js';
import { loadRuntime, modelFile } from './silero-package.js';
import type { Round } from './silero-rounds.js';

const door = workerData as NativeDoor;
const model = await inside(door, async () => loadModel(await loadRuntime(), modelFile()));

parentPort!.on('message', async ({ steps, samples, ended, rested }: Round) => {
  model.forget(ended);
  model.rest(rested);
  const heard = new Float32Array(samples.length / VAD_FRAME_SAMPLES);
  let from = 0;
  for (const streams of steps) {
    const to = from + streams.length;
    const frames = samples.subarray(from * VAD_FRAME_SAMPLES, to * VAD_FRAME_SAMPLES);
    heard.set(await inside(door, () => model.hear(streams, frames)), from);
    from = to;
  }
  parentPort!.postMessage(heard, [heard.buffer]);
});
parentPort!.postMessage('ready');
