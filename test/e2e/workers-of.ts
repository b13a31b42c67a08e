import { readdirSync, readFileSync } from 'node:fs';

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
