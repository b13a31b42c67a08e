/** Programs that a comparison starts, and ends. */
import { spawn } from 'node:child_process';

/** Whoever has not ended by then, after it was asked to, is ended. */
const GRACE_MS = 15_000;
/** Some turn failed: that is in the file. */
const FAILED = 1;

/** Ends with the signal at the latest. What it has to complain about goes where ours goes. */
export function start(program, args, { cwd, environment, signal, stdout }) {
  const child = spawn(program, args, { cwd, env: environment, stdio: ['ignore', stdout, 'inherit'] });
  const ended = new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code, by) => resolve(code ?? by));
  });
  ended.catch(() => {});
  const end = async () => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.kill('SIGTERM');
    const last = setTimeout(() => child.kill('SIGKILL'), GRACE_MS);
    await ended.catch(() => {});
    clearTimeout(last);
  };
  const stop = () => void end();
  signal.addEventListener('abort', stop, { once: true });
  if (signal.aborted) stop();
  return {
    stdout: child.stdout,
    ended,
    end,
    /** Throws if it could not do its work, or was ended. */
    async succeeded() {
      const code = await ended;
      signal.removeEventListener('abort', stop);
      signal.throwIfAborted();
      if (code !== 0 && code !== FAILED) throw new Error(`${args[0]} ended with ${code}.`);
    },
  };
}

/** What the pattern takes of what a program says. Throws if it ends without having said it. */
export async function firstLine({ stdout, ended }, pattern) {
  let said = '';
  for await (const data of stdout.iterator({ destroyOnReturn: false })) {
    said += data.toString();
    const found = pattern.exec(said)?.[1];
    if (found === undefined) continue;
    // From here on it must not wait for a reader.
    stdout.resume();
    return found;
  }
  throw new Error(`A peer ended with ${await ended} before it listened; its reason stands above.`);
}
