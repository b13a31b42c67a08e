/** The real server in a process of its own, as `npm start` runs it after the set-up. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { inject } from 'vitest';
import { variables } from '../../src/config.js';
import { NODE_FLAGS } from '../../src/node-flags.js';
import { get } from './https.js';

export interface RunningServer {
  readonly url: string;
  readonly realtime: string;
  readonly process: ChildProcess;
  /** What it has printed so far: the start-up table, and its log. */
  readonly output: () => { readonly out: string; readonly log: string };
  stop(): Promise<number | null>;
}

/**
 * How long a caller may be kept waiting is what the tests of the chains are about. Here a turn is waited for, on a machine
 * that may be slow or may be taken away for seconds; what is about lateness sets its own.
 */
const PATIENT = { STT_DEADLINE: '30', LLM_DEADLINE: '30', TTS_DEADLINE: '30' };

/** The environment without any setting of an operator: but for the patience, the tests are about the defaults. */
const withoutSettings = () =>
  Object.fromEntries(Object.entries(process.env).filter(([name]) => !variables.includes(name)));

export function spawnServer(environment: Record<string, string> = {}): ChildProcess {
  return spawn(process.execPath, [...NODE_FLAGS, 'dist/main.js'], {
    env: {
      ...withoutSettings(),
      PARLEY_ENV_FILE: 'none',
      PORT: '0',
      LOG_LEVEL: 'info',
      ...PATIENT,
      // The same tests are run with other engines, too: see the projects in vitest.config.ts.
      ...inject('serverSettings'),
      ...environment,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

/**
 * Resolves when the server says that it is ready; rejects with what it printed if it ends before. `ca` is whom to trust
 * if it speaks TLS.
 */
export async function startServer(environment: Record<string, string> = {}, ca?: string): Promise<RunningServer> {
  const child = spawnServer(environment);
  let out = '';
  let log = '';
  const address = new Promise<string>((resolve, reject) => {
    child.stdout!.on('data', (data) => {
      out += data;
      const found = /Open (https?:\S+)/.exec(out)?.[1];
      if (found !== undefined) resolve(found);
    });
    child.stderr!.on('data', (data) => {
      log += data;
    });
    child.on('exit', (code) => reject(new Error(`the server ended with ${code}:\n${out}${log}`)));
  });
  const url = await address;
  await untilReady(url, ca);
  return {
    url,
    realtime: `${url.replace('http', 'ws')}/v1/realtime`,
    process: child,
    output: () => ({ out, log }),
    stop: async () => {
      if (child.exitCode !== null || child.signalCode !== null) return child.exitCode;
      const ended = once(child, 'exit');
      child.kill('SIGTERM');
      const [code] = await ended;
      return code as number | null;
    },
  };
}

/** Until it can answer: of several processes for one job, the first is enough. */
export async function untilReady(url: string, ca?: string): Promise<void> {
  for (;;) {
    const { status } = ca === undefined ? await fetch(`${url}/readyz`) : await get(`${url}/readyz`, { ca });
    if (status === 200) return;
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
}
