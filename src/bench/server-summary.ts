/** What a server took of its machine over a run. Pure. */
import type { Look } from './server-watch.js';

export interface ServerSummary {
  /**
   * Who tells: the kernel, of all of its processes, or the server at /metrics, of its main process only. Older files have
   * only the former.
   */
  readonly by?: 'kernel' | 'server';
  readonly cores: number;
  readonly coresPerCaller: number;
  readonly idleMegabytes: number;
  readonly peakMegabytes: number;
  /** Null: it had more before than it needed, since its heap had been counted. */
  readonly megabytesPerCaller: number | null;
}

/** `isCounted`: it still has the memory that counting its heap took. Null: nobody tells. */
export function serverSummary(looks: readonly Look[], callers: number, isCounted: boolean): ServerSummary | null {
  const byKernel = looks.flatMap(({ at, usage }) => (usage === null ? [] : [{ at, ...usage }]));
  const seen = byKernel.length > 0 ? byKernel : looks.flatMap(told);
  const [before, after] = [seen[0], seen.at(-1)];
  if (before === undefined || after === undefined || after.at <= before.at) return null;
  const cores = (after.cpuSeconds - before.cpuSeconds) / (after.at - before.at);
  const peakMegabytes = Math.max(...seen.map(({ megabytes }) => megabytes));
  return {
    by: byKernel.length > 0 ? 'kernel' : 'server',
    cores: round(cores),
    coresPerCaller: round(cores / callers),
    idleMegabytes: Math.round(before.megabytes),
    peakMegabytes: Math.round(peakMegabytes),
    megabytesPerCaller: isCounted ? null : round((peakMegabytes - before.megabytes) / callers),
  };
}

function told({ at, scrape }: Look) {
  const { cpuSeconds, residentBytes } = scrape ?? { cpuSeconds: null, residentBytes: null };
  return cpuSeconds === null || residentBytes === null ? [] : [{ at, cpuSeconds, megabytes: residentBytes / 2 ** 20 }];
}

const round = (value: number) => Math.round(value * 1000) / 1000;

/** As a person reads it, in a terminal and on a page. */
export function serverLine(server: ServerSummary | null): string {
  if (server === null) return 'unknown: nobody tells';
  const { by, cores, coresPerCaller, idleMegabytes, peakMegabytes, megabytesPerCaller } = server;
  const whose = by === 'server' ? 'its main process, by its own word: ' : '';
  const each =
    megabytesPerCaller === null ? ', with what counting took' : `, ${megabytesPerCaller.toFixed(1)} MB a caller`;
  return (
    `${whose}${cores.toFixed(2)} cores, ${coresPerCaller.toFixed(3)} a caller; ` +
    `${idleMegabytes} MB before, ${peakMegabytes} MB at most${each}`
  );
}
