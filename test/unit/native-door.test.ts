import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { Worker } from 'node:worker_threads';
import { expect, it } from 'vitest';
import { inside, newDoor, shut } from '../../src/engines/native-door.js';

const module = pathToFileURL(join(import.meta.dirname, '../../dist/engines/native-door.js')).href;

/** Goes in, works without letting go of its thread, as native code does, until somebody waits; comes out; tries again. */
const program = `
  const { workerData, parentPort } = require('node:worker_threads');
  const { door, log } = workerData;
  const note = (what) => Atomics.store(log, 0, what);
  import(${JSON.stringify(module)}).then(async ({ inside }) => {
    await inside(door, async () => {
      parentPort.postMessage('inside');
      while (Atomics.notify(door, 0) === 0);
      note(1);
    });
    inside(door, async () => note(2));
    parentPort.postMessage('tried again');
  });
`;

it('is shut only when the thread has come out, and then nobody goes in', async () => {
  const door = newDoor();
  const log = new Int32Array(new SharedArrayBuffer(4));
  const worker = new Worker(program, { eval: true, workerData: { door, log } });
  const said = () => new Promise((resolve) => worker.once('message', resolve));
  expect(await said()).toBe('inside');
  shut(door);
  expect(log[0]).toBe(1);
  expect(await said()).toBe('tried again');
  expect(log[0]).toBe(1);
  await worker.terminate();
});

it('opens again when the work inside fails', async () => {
  const door = newDoor();
  const failing = inside(door, () => Promise.reject(new Error('a broken model')));
  await expect(failing).rejects.toThrow('a broken model');
  expect(await inside(door, async () => 'in')).toBe('in');
});
