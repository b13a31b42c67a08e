/** A parent for a test to kill: starts the worker that its arguments name, prints its pid, and waits to be killed. */
import { pino } from 'pino';
import { startWorker } from '../../../dist/workers/process.js';

const [file, ...args] = process.argv.slice(2);
const worker = startWorker({
  name: 'orphan',
  file,
  args,
  engine: 'echo',
  settings: {},
  log: pino({ level: 'silent' }),
});
const forever = new AbortController().signal;
await worker.ready(forever);
const stream = worker.open({ method: 'stall', params: {}, signal: forever })[Symbol.asyncIterator]();
await stream.next();
process.stdout.write(`${worker.pid}\n`);
await stream.next();
