/** What this machine's processors did, all of them together, from Linux's /proc/stat. */
import { readFileSync } from 'node:fs';

/** Since the machine began, in whatever unit its kernel counts. */
export interface ProcessorTime {
  /** In which something here could have run, while the host of this virtual machine ran another. */
  readonly stolen: number;
  readonly all: number;
}

/** Null where there is no /proc, or it does not say. */
export function processorTime(): ProcessorTime | null {
  try {
    return parseProcessorTime(readFileSync('/proc/stat', 'utf8'));
  } catch {
    return null;
  }
}

/** The first line: user, nice, system, idle, iowait, irq, softirq, steal. What follows is in user and nice already. */
export function parseProcessorTime(text: string): ProcessorTime | null {
  const [name, ...fields] = text.split('\n', 1)[0]!.split(/ +/);
  const times = fields.slice(0, 8).map(Number);
  if (name !== 'cpu' || times.length < 8 || !times.every(Number.isFinite)) return null;
  return { stolen: times[7]!, all: times.reduce((sum, each) => sum + each, 0) };
}
