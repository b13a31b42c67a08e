/** When the server is told what was played: every 100 ms of playing, and at every change. */
import type { PlayoutStatus } from './playout.js';

const SAMPLES_BETWEEN_REPORTS = 2400;

export type Reported = Pick<PlayoutStatus, 'response' | 'state' | 'played'>;

/** True if `status` should be reported after `last`. The same flush twice is news: the server waits for its answer. */
export function isReportDue(last: Reported | undefined, status: Reported): boolean {
  if (status.response < 0) return false;
  if (last === undefined || status.response !== last.response || status.state !== last.state) return true;
  if (status.state === 'flushed') return true;
  return Math.abs(status.played - last.played) >= SAMPLES_BETWEEN_REPORTS;
}
