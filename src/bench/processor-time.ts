/** What this machine's processors did, all of them together, from Linux's /proc/stat. */
import { readFileSync } from 'node:fs';
import type { ProcessorLook, ProcessorTime } from './calm.js';

/** Finer than what is asked of it: what was taken in a second or two. */
const EVERY_MS = 250;

/** Looks from now on, until it is stopped. */
export function watchProcessors(): { readonly looks: readonly ProcessorLook[]; stop(): void } {
  const looks: ProcessorLook[] = [];
  const look = () => {
    const time = processorTime();
    if (time !== null) looks.push({ when: Date.now(), ...time });
  };
  look();
  const timer = setInterval(look, EVERY_MS);
  // Nothing waits for it.
  timer.unref();
  return { looks, stop: () => clearInterval(timer) };
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
  const [user, nice, system, , , irq, softirq, stolen] = times as [number, number, number, ...number[]];
  return { stolen: stolen!, worked: user + nice + system + irq! + softirq! };
}
