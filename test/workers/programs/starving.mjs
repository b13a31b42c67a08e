/** A parent that is out of descriptors when it starts a worker, and has them again a moment later. */
import { closeSync, openSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { pino } from 'pino';
import { startWorker } from '../../../dist/workers/process.js';

const taken = [];
try {
  for (;;) taken.push(openSync('/dev/null', 'r'));
} catch {
  // All descriptors are taken.
}
const worker = startWorker({
  name: 'echo',
  file: process.execPath,
  args: [fileURLToPath(new URL('echo.mjs', import.meta.url))],
  engine: 'echo',
  settings: {},
  log: pino({ level: 'silent' }),
});
setImmediate(async () => {
  for (const descriptor of taken) closeSync(descriptor);
  await worker.ready(AbortSignal.timeout(45_000));
  process.stdout.write('up');
  await worker.close();
});
