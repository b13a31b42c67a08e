/** The twin of python/parley_workers/engines/echo.py, served by the Node side: the same methods with the same meaning. */
import { writeSync } from 'node:fs';
import { ParleyError } from '../../../dist/errors.js';
import { SettingsError, serveWorker } from '../../../dist/workers/serve.js';

const chunk = (data, body = new Uint8Array(0)) => ({ data, body });

async function* echo(_params, input) {
  yield* input;
}

async function* count({ to, bytes = 0 }) {
  const body = new Uint8Array(bytes);
  for (let index = 0; index < to; index += 1) yield chunk({ index }, body);
}

async function* stall(_params, _input, { signal, log }) {
  try {
    yield chunk({ stalled: true });
    await new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
  } finally {
    log('info', 'stall ended', { cancelled: signal.aborted });
  }
}

async function* compute({ ms }) {
  let rounds = 0;
  for (const until = performance.now() + ms; performance.now() < until; ) rounds += 1;
  yield chunk({ rounds });
}

async function* fail({ after = 0, code }) {
  for (let index = 0; index < after; index += 1) yield chunk({ index });
  if (code === undefined) throw new TypeError('nobody expected this');
  throw new ParleyError(code, 'failed as asked');
}

async function* shout({ lines }) {
  const line = `${'x'.repeat(1023)}\n`;
  for (let count = 0; count < lines; count += 1) writeSync(1, line);
  yield chunk({ printed: true });
}

serveWorker({
  async echo(settings) {
    if (settings.refuse !== undefined) throw new SettingsError(settings.refuse);
    if (settings.never_ready) await new Promise(() => {});
    return { info: { settings, pid: process.pid }, methods: { echo, count, stall, compute, fail, shout } };
  },
});
