import { readdirSync, readFileSync } from 'node:fs';
import type { RunningServer } from './server.js';

/** Processes that the server has started, by their command line. Linux only. */
export function workersOf(parent: number | undefined): { pid: number; command: string }[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => {
      try {
        const status = readFileSync(`/proc/${pid}/status`, 'utf8');
        if (!status.includes(`\nPPid:\t${parent}\n`)) return [];
        return [{ pid: Number(pid), command: readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ') }];
      } catch {
        return []; // It ended while we looked.
      }
    });
}

/** The processes of one worker that have said they are ready, in that order; those that have ended since are among them. */
export function pidsOf({ output }: RunningServer, worker: string): number[] {
  const lines = output().log.split('\n');
  return lines.flatMap((line) => {
    if (!line.includes('"worker is up"')) return [];
    const { worker: name, pid } = JSON.parse(line) as { worker: string; pid: number };
    return name === worker || name.startsWith(`${worker} `) ? [pid] : [];
  });
}
