/** The built server in a process of its own, on loopback and on a free port, with the operator's other settings. */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { ParleyError } from '../errors.js';
import { NODE_FLAGS } from '../node-flags.js';
import type { Census } from './heap-census.js';
import { openHeapSnapshots } from './heap-snapshots.js';

const READY_MS = 60_000;
const READY_EVERY_MS = 50;

export interface OwnServer {
  readonly http: string;
  readonly pid: number;
  /** What lies in its heap, when its last session is over; null: that was not wanted, or cannot be here. */
  readonly countHeap: (() => Promise<Census>) | null;
  close(): Promise<void>;
}

export type Environment = Readonly<Record<string, string | undefined>>;

interface Wanted {
  /** The package's folder. */
  readonly root: string;
  readonly environment: Environment;
  readonly callers: number;
  readonly countsHeap: boolean;
}

export async function startOwnServer(
  { root, environment, callers, countsHeap }: Wanted,
  signal: AbortSignal,
): Promise<OwnServer> {
  signal.throwIfAborted();
  // There are no such signals on Windows.
  const snapshots = countsHeap && process.platform !== 'win32' ? openHeapSnapshots() : null;
  const child = spawn(process.execPath, [...NODE_FLAGS, ...(snapshots?.flags ?? []), join(root, 'dist/main.js')], {
    env: serverEnvironment(environment, callers),
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = new Promise<number | null>((resolve) => child.once('exit', resolve));
  const stop = () => void child.kill('SIGTERM');
  signal.addEventListener('abort', stop, { once: true });
  const close = async () => {
    stop();
    await ended;
    snapshots?.remove();
  };
  const early = ended.then((code) => {
    signal.throwIfAborted();
    throw new ParleyError('internal', `The server ended with ${code} before it was ready; its reason stands above.`);
  });
  try {
    const http = await Promise.race([addressOf(child.stdout), early]);
    await Promise.race([untilReady(http, signal), early]);
    const countHeap = snapshots && (() => snapshots.count({ child, http }, signal));
    return { http, pid: child.pid!, countHeap, close };
  } catch (thrown) {
    await close();
    throw thrown;
  } finally {
    // From here on its end is no news.
    early.catch(() => {});
  }
}

/** The operator's settings, but for what a bench has to choose itself. */
export function serverEnvironment(environment: Environment, callers: number): Environment {
  return {
    ...environment,
    HOST: '127.0.0.1',
    PORT: '0',
    ACCESS_TOKEN: 'none',
    // What is measured is the server, not how far its operator's certificate is trusted on loopback.
    TLS_CERT: '',
    TLS_KEY: '',
    // Who hangs up and calls again may be back before the server has noticed that it had gone.
    MAX_SESSIONS: String(2 * callers),
  };
}

async function addressOf(output: AsyncIterable<Buffer>): Promise<string> {
  let said = '';
  for await (const data of output) {
    said += data.toString();
    const found = /Open (http:\S+)\n/.exec(said)?.[1];
    if (found !== undefined) return found;
  }
  throw new ParleyError('internal', 'The server never said where it listens.');
}

async function untilReady(http: string, signal: AbortSignal): Promise<void> {
  for (const until = performance.now() + READY_MS; ; ) {
    const answer = await fetch(`${http}/readyz`, { signal });
    if (answer.ok) return;
    if (performance.now() > until) {
      throw new ParleyError(
        'worker_unavailable',
        `After ${READY_MS / 1000} s it says of itself: ${await answer.text()}.`,
      );
    }
    await wait(READY_EVERY_MS, undefined, { signal });
  }
}
