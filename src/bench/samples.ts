/** What the looks at a server come to, second by second. Pure. */
import { type ProcessorLook, shareFrom } from './calm.js';
import { lagBetween } from './prometheus.js';
import type { Sample } from './run-file.js';
import type { Look } from './server-watch.js';

const MEGABYTE = 2 ** 20;

/** One for each look but the first: what is told is of the time since the one before. */
export function samplesOf(looks: readonly Look[], processors: readonly ProcessorLook[]): Sample[] {
  return looks.slice(1).flatMap((look, index) => {
    const before = looks[index]!;
    const [cpu, cpuBefore] = [cpuOf(look), cpuOf(before)];
    const bytes = look.usage === null ? (look.scrape?.residentBytes ?? null) : look.usage.megabytes * MEGABYTE;
    const seconds = look.at - before.at;
    if (cpu === null || cpuBefore === null || bytes === null || seconds <= 0) return [];
    return {
      at: round(look.at),
      cores: round((cpu - cpuBefore) / seconds),
      megabytes: round(bytes / MEGABYTE),
      sessions: look.scrape?.sessions ?? null,
      ended: look.ended,
      lagMs: lagBetween(before.scrape, look.scrape)?.max ?? null,
      stolen: shareFrom(processors, before.when, look.when),
      heapMegabytes: megabytesOf(look.scrape?.heapBytes),
      heapLeftMegabytes: megabytesOf(look.scrape?.heapLeft),
    };
  });
}

const cpuOf = ({ usage, scrape }: Look) => usage?.cpuSeconds ?? scrape?.cpuSeconds ?? null;
const megabytesOf = (bytes: number | null | undefined) => (bytes == null ? null : round(bytes / MEGABYTE));
const round = (value: number) => Math.round(value * 1000) / 1000;
