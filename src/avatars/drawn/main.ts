/** `node dist/avatars/drawn/main.js FOLDER`: draws every presenter that is not in the folder yet. */
import { presenters } from './presenters.js';
import { isRendered, renderAvatar } from './render.js';

async function main(folder: string, signal: AbortSignal): Promise<void> {
  for (const design of presenters) {
    if (await isRendered(design, folder)) continue;
    let told = 0;
    const onProgress = (done: number, total: number) => {
      const percent = Math.floor((done / total) * 10) * 10;
      if (percent > told) process.stdout.write(`drawing ${design.id} ${percent}%\n`);
      told = percent;
    };
    await renderAvatar(design, folder, { onProgress, signal });
  }
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
    const why = error instanceof Error ? error.message : String(error);
    process.stderr.write(`The avatars cannot be drawn into ${folder}: ${why}\n`);
    process.exitCode = 1;
  }
}
