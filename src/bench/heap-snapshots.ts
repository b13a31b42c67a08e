/** Has a server that runs here write down what lies in the heap of its main thread, and counts that. */
import type { ChildProcess } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { ParleyError } from '../errors.js';
import { type Census, censusOf, leastOf } from './heap-census.js';
import { readMetrics, scrapeOf } from './prometheus.js';

const SIGNAL = 'SIGUSR2';
const WAIT_MS = 30_000;
const LOOK_EVERY_MS = 20;
/** What is only being closed, or has not been collected yet, is not in all of them. */
const COUNTS = 3;

interface Running {
  readonly child: Pick<ChildProcess, 'kill' | 'exitCode' | 'signalCode'>;
  readonly http: string;
}

export interface HeapSnapshots {
  /** How Node must have been started. */
  readonly flags: readonly string[];
  /** Waits until its last session is over. It stands still for a second or two then, three times. */
  count(server: Running, signal: AbortSignal): Promise<Census>;
  remove(): void;
}

export function openHeapSnapshots(): HeapSnapshots {
  const folder = mkdtempSync(join(tmpdir(), 'parley-heap-'));
  const files = () => readdirSync(folder).map((name) => join(folder, name));
  const removeFiles = () => {
    for (const file of files()) rmSync(file);
  };

  const take = async ({ child, http }: Running, signal: AbortSignal): Promise<Census> => {
    removeFiles();
    child.kill(SIGNAL);
    const begun = () => {
      checkRunning(child, `while it wrote its heap into ${folder}: is there room for some hundred megabytes?`);
      return files()[0];
    };
    const file = await waitFor(begun, `The server wrote no snapshot of its heap into ${folder}`, signal);
    // It answers nobody until all of it is written.
    await fetch(`${http}/healthz`, { signal });
    return censusOf(file);
  };

  return {
    flags: [`--heapsnapshot-signal=${SIGNAL}`, `--diagnostic-dir=${folder}`],
    async count(server, signal) {
      checkRunning(server.child, 'before its heap was counted.');
      await waitFor(() => isEmpty(server.http, signal), 'The server still has sessions', signal);
      const all: Census[] = [];
      while (all.length < COUNTS) all.push(await take(server, signal));
      removeFiles();
      return leastOf(all);
    },
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}

function checkRunning({ exitCode, signalCode }: Running['child'], when: string): void {
  if (exitCode !== null || signalCode !== null) throw new ParleyError('worker_unavailable', `The server ended ${when}`);
}

async function isEmpty(http: string, signal: AbortSignal): Promise<true | undefined> {
  const answer = await fetch(`${http}/metrics`, { signal });
  if (!answer.ok) throw new ParleyError('worker_unavailable', `The server answers ${answer.status} at /metrics.`);
  return scrapeOf(readMetrics(await answer.text())).sessions === 0 || undefined;
}

async function waitFor<T>(
  look: () => T | undefined | Promise<T | undefined>,
  failure: string,
  signal: AbortSignal,
): Promise<T> {
  for (const until = performance.now() + WAIT_MS; performance.now() < until; ) {
    const found = await look();
    if (found !== undefined) return found;
    await wait(LOOK_EVERY_MS, undefined, { signal });
  }
  throw new ParleyError('worker_unavailable', `${failure} after ${WAIT_MS / 1000} s.`);
}
