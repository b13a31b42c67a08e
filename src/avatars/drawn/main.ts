/** `node dist/avatars/drawn/main.js FOLDER`: draws every presenter that is not in the folder yet, beside each other. */
import { availableParallelism } from 'node:os';
import { drawInThread } from './in-thread.js';
import { presenters } from './presenters.js';
import { isRendered } from './render.js';

async function main(folder: string, signal: AbortSignal): Promise<void> {
  const missing: string[] = [];
  for (const design of presenters) if (!(await isRendered(design, folder))) missing.push(design.id);
  const onProgress = progressOf(missing);
  const next = missing.values();
  const lane = async () => {
    for (const id of next) await drawInThread({ id, folder }, { onProgress: (share) => onProgress(id, share), signal });
  };
  const lanes = Math.min(missing.length, availableParallelism());
  await Promise.all(Array.from({ length: lanes }, lane));
}

/** One line for all of them at each tenth of the work. */
function progressOf(ids: readonly string[]): (id: string, share: number) => void {
  const shares = new Map<string, number>();
  let told = 0;
  return (id, share) => {
    shares.set(id, share);
    const sum = [...shares.values()].reduce((total, one) => total + one, 0);
    const percent = Math.floor((sum / ids.length) * 10) * 10;
    if (percent > told) process.stdout.write(`drawing ${ids.join(' and ')}: ${percent}%\n`);
    told = percent;
  };
}

const [folder, ...rest] = process.argv.slice(2);
if (folder === undefined || rest.length > 0) {
  process.stderr.write('Say where the avatars belong: node dist/avatars/drawn/main.js FOLDER\n');
  process.exitCode = 1;
} else {
  const stop = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM'] as const) process.once(name, () => stop.abort(new Error('stopped')));
  try {
    await main(folder, stop.signal);
  } catch (error) {
    // One that fails ends the others: half of a set-up is none.
    stop.abort(error);
    const why = error instanceof Error ? error.message : String(error);
    process.stderr.write(`The avatars cannot be drawn into ${folder}: ${why}\n`);
    process.exitCode = 1;
  }
}
