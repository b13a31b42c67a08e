/** When the server is told what was played: every 100 ms of playing, and at every change. */
import type { PlayoutStatus } from './playout.js';

const SAMPLES_BETWEEN_REPORTS = 2400;

export interface Reported extends Pick<PlayoutStatus, 'response' | 'state' | 'played'> {
  /** A picture of the response has been seen. */
  readonly isSeen: boolean;
}

/** True if `status` should be reported after `last`. The first picture that is seen is news, and the same flush twice is news: the server waits for its answer. */
export function isReportDue(last: Reported | undefined, status: Reported): boolean {
  if (status.response < 0) return false;
  if (last === undefined || status.response !== last.response || status.state !== last.state) return true;
  if (status.state === 'flushed' || (status.isSeen && !last.isSeen)) return true;
  return Math.abs(status.played - last.played) >= SAMPLES_BETWEEN_REPORTS;
}
