/**
 * Starts the process of a worker and says how it ended. Descriptor 3 leads to the worker, 4 leads back; stdin is empty;
 * what its libraries print on stdout and stderr becomes log lines.
 */
import { Duplex } from 'node:stream';
import { execa, type Options } from 'execa';
import type { Logger } from 'pino';
import { ParleyError } from '../errors.js';
import type { Ends } from './link.js';
import { readLines } from './text-lines.js';

export interface Program {
  readonly file: string;
  readonly args: readonly string[];
  /** On top of Parley's own environment. */
  readonly env?: Record<string, string>;
  readonly cwd?: string;
}

export type Exit =
  | { readonly kind: 'unspawned'; readonly why: string }
  | { readonly kind: 'exited'; readonly code: number }
  | { readonly kind: 'killed'; readonly signal: string };

export interface Spawned {
  readonly pid: number | undefined;
  readonly ends: Ends;
  readonly exit: Promise<Exit>;
  kill(): void;
}

/** `buffer: false`: execa would otherwise keep all output of a process that lives for weeks, and fail at 100 MB. */
const OPTIONS = {
  stdio: ['ignore', 'pipe', 'pipe', 'pipe', 'pipe'],
  buffer: false,
  reject: false,
} as const satisfies Options;

export function spawnWorker({ file, args, env, cwd }: Program, log: Logger): Spawned {
  const child = execa(file, args, { ...OPTIONS, ...(env && { env }), ...(cwd !== undefined && { cwd }) });
  readLines(child.stdout, (text) => log.debug({ text }, 'worker stdout'));
  readLines(child.stderr, (text) => log.info({ text }, 'worker stderr'));
  // Not `child` alone: it waits until every stream has ended, and a grandchild may hold stdout open for ever.
  const exit = Promise.race([
    new Promise<Exit>((resolve) => {
      child.once('exit', (code, signal) => resolve(exitOf(code, signal)));
    }),
    child.then((result): Exit => {
      if (result.exitCode === undefined && result.signal === undefined) {
        return { kind: 'unspawned', why: result.originalMessage ?? 'it could not be started' };
      }
      return exitOf(result.exitCode ?? null, result.signal ?? null);
    }),
  ]);
  return { pid: child.pid, ends: wireEnds(child.stdio), exit, kill: () => void child.kill('SIGKILL') };
}

/** execa counts descriptors above 2 as outputs; Node makes each of them a socket that runs both ways. */
function wireEnds(stdio: readonly unknown[]): Ends {
  const [, , , to, from] = stdio;
  if (to instanceof Duplex && from instanceof Duplex) return { to, from };
  throw new ParleyError('worker_unavailable', 'the process got no descriptors 3 and 4');
}

function exitOf(code: number | null, signal: string | null): Exit {
  return signal === null ? { kind: 'exited', code: code ?? 0 } : { kind: 'killed', signal };
}
