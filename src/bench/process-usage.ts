/** What a process and everything it has started use, from Linux's /proc. */
import { readdirSync, readFileSync } from 'node:fs';

export interface Usage {
  readonly cpuSeconds: number;
  /** Resident memory of all the processes; pages that two of them share count twice. */
  readonly megabytes: number;
}

/** The kernel counts in hundredths of a second for user space, whatever its own clock is. */
const TICKS_PER_SECOND = 100;

/** Null where there is no /proc, or the process has ended. */
export function usageOfTree(root: number): Usage | null {
  const stats = allStats();
  const own = stats.get(root);
  if (own === undefined) return null;
  const tree = [root];
  // Grows while it is read: children of children follow.
  for (const parent of tree) for (const [pid, stat] of stats) if (stat.parent === parent) tree.push(pid);
  const ticks = tree.reduce((sum, pid) => sum + (stats.get(pid)?.ticks ?? 0), 0);
  return {
    cpuSeconds: ticks / TICKS_PER_SECOND,
    megabytes: tree.reduce((sum, pid) => sum + residentMegabytes(pid), 0),
  };
}

export interface ProcessStat {
  readonly parent: number;
  readonly ticks: number;
}

/** A line of /proc/PID/stat. The name in brackets may itself have brackets and blanks. */
export function parseStat(line: string): ProcessStat {
  const fields = line.slice(line.lastIndexOf(')') + 2).split(' ');
  return { parent: Number(fields[1]), ticks: Number(fields[11]) + Number(fields[12]) };
}

function allStats(): Map<number, ProcessStat> {
  const stats = new Map<number, ProcessStat>();
  for (const name of readOr([], () => readdirSync('/proc'))) {
    if (!/^\d+$/.test(name)) continue;
    const line = readOr(null, () => readFileSync(`/proc/${name}/stat`, 'utf8'));
    if (line !== null) stats.set(Number(name), parseStat(line));
  }
  return stats;
}

function residentMegabytes(pid: number): number {
  const status = readOr('', () => readFileSync(`/proc/${pid}/status`, 'utf8'));
  return Number(/^VmRSS:\s+(\d+) kB/m.exec(status)?.[1] ?? 0) / 1024;
}

/** Processes end while they are looked at. */
function readOr<T>(otherwise: T, read: () => T): T {
  try {
    return read();
  } catch {
    return otherwise;
  }
}
