/** Divides the callers over processes and gathers what they tell. */
import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { ParleyError } from '../errors.js';
import type { Interruption } from './interruption-result.js';
import type { CallerJob } from './job.js';
import type { LoadCost, LoadJob, LoadMessage } from './load.js';
import type { TurnResult } from './turn-result.js';

/** One process carries more, but a burst of answers at once would then make its callers late. */
const CALLERS_PER_PROCESS = 16;
const PROGRAM = fileURLToPath(new URL('./load.js', import.meta.url));

export interface LoadHooks {
  onTurn(result: TurnResult): void;
  onInterruption(interruption: Interruption): void;
}

/** Resolves when the last caller has had its last turn. Ends the processes if the signal is aborted. */
export async function runLoad(
  root: string,
  jobs: readonly CallerJob[],
  hooks: LoadHooks,
  signal: AbortSignal,
): Promise<LoadCost[]> {
  const groups = Array.from({ length: Math.ceil(jobs.length / CALLERS_PER_PROCESS) }, (_, index) =>
    jobs.slice(index * CALLERS_PER_PROCESS, (index + 1) * CALLERS_PER_PROCESS),
  );
  return await Promise.all(groups.map((callers) => runProcess({ root, callers }, hooks, signal)));
}

function runProcess(job: LoadJob, hooks: LoadHooks, signal: AbortSignal): Promise<LoadCost> {
  return new Promise((resolve, reject) => {
    const child = fork(PROGRAM, { signal, stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
    let cost: LoadCost | null = null;
    child.on('message', (message: LoadMessage) => {
      if (message.kind === 'turn') hooks.onTurn(message.result);
      else if (message.kind === 'interruption') hooks.onInterruption(message.interruption);
      else cost = message.cost;
    });
    child.on('error', reject);
    child.on('exit', (code) => {
      if (cost !== null) resolve(cost);
      else
        reject(new ParleyError('internal', `A process of callers ended with ${code} before its callers had finished.`));
    });
    child.send(job);
  });
}
