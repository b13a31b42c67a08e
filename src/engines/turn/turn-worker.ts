/**
 * The program of the model's thread: loads it, says so, then answers question after question. Whatever fails here ends the
 * thread; turn-thread.ts is told why.
 */
import { parentPort, workerData } from 'node:worker_threads';
import { inside } from '../native-door.js';
import { loadRuntime } from './turn-runtime.js';
import { loadTurnSession } from './turn-session.js';
import type { ThreadData } from './turn-thread.js';

const { door, file } = workerData as ThreadData;
const judge = await inside(door, async () => loadTurnSession(await loadRuntime(), file));

parentPort!.on('message', async (utterance: Int16Array) => {
  parentPort!.postMessage(await inside(door, () => judge(utterance)));
});
parentPort!.postMessage('ready');
