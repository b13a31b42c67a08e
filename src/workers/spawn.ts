/**
 * Starts the process of a worker and says how it ended. Descriptor 3 leads to the worker, 4 leads back; stdin is empty;
 * what its libraries print on stdout and stderr becomes log lines.
 */
import { spawn } from 'node:child_process';
import { Duplex, PassThrough } from 'node:stream';
import type { Logger } from 'pino';
import type { Ends } from './link.js';
import { readLines } from './text-lines.js';

export interface Program {
  readonly file: string;
  readonly args: readonly string[];
  /** Its whole environment; without it, Parley's own. */
  readonly env?: Record<string, string>;
  readonly cwd?: string;
}

export type Exit =
  /** `again`: the system was out of something, and may have it later. */
  | { readonly kind: 'unspawned'; readonly why: string; readonly again: boolean }
  | { readonly kind: 'exited'; readonly code: number }
  | { readonly kind: 'killed'; readonly signal: string };

export interface Spawned {
  readonly pid: number | undefined;
  readonly ends: Ends;
  readonly exit: Promise<Exit>;
  kill(): void;
}

export function spawnWorker({ file, args, env, cwd }: Program, log: Logger): Spawned {
  const child = spawn(file, args, {
    stdio: ['ignore', 'pipe', 'pipe', 'pipe', 'pipe'],
    ...(env && { env }),
    ...(cwd !== undefined && { cwd }),
  });
  // Listened to before anything else: without a listener, a spawn that fails for want of descriptors ends the gateway.
  const exit = new Promise<Exit>((resolve) => {
    child.on('error', (error: NodeJS.ErrnoException) => {
      if (child.pid === undefined) resolve(unspawned(error));
      else log.warn({ err: error }, 'worker process');
    });
    // Not `close`: that waits until every stream has ended, and a grandchild may hold stdout open for ever.
    child.once('exit', (code, signal) => resolve(exitOf(code, signal)));
  });
  if (child.stdout) readLines(child.stdout, (text) => log.debug({ text }, 'worker stdout'));
  if (child.stderr) readLines(child.stderr, (text) => log.info({ text }, 'worker stderr'));
  return { pid: child.pid, ends: wireEnds(child.stdio), exit, kill: () => void child.kill('SIGKILL') };
}

/** Descriptors 3 and 4. A process that could not be started may have none; its wire leads nowhere, and `exit` says why. */
function wireEnds(stdio: readonly unknown[] | undefined): Ends {
  const [, , , to, from] = stdio ?? [];
  return { to: to instanceof Duplex ? to : new PassThrough(), from: from instanceof Duplex ? from : new PassThrough() };
}

/** No such program, or not allowed to run it: that needs a person. Out of processes or descriptors: that may pass. */
function unspawned({ code, message }: NodeJS.ErrnoException): Exit {
  return { kind: 'unspawned', why: message, again: code !== 'ENOENT' && code !== 'EACCES' && code !== 'ENOTDIR' };
}

function exitOf(code: number | null, signal: string | null): Exit {
  return signal === null ? { kind: 'exited', code: code ?? 0 } : { kind: 'killed', signal };
}
