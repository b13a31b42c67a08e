/** How the server was over the run: what it says of itself at /metrics, and what the kernel says if it is our own. */

import { type Usage, usageOfTree } from './process-usage.js';
import { readMetrics, type Scrape, scrapeOf } from './prometheus.js';

const EVERY_MS = 1000;
/** A server that takes longer to say how it is will say it the next time. */
const ANSWER_MS = 5000;

export interface Look {
  /** Seconds since the run began. */
  readonly at: number;
  /** Milliseconds since 1970. */
  readonly when: number;
  /** Sessions that have ended by now. */
  readonly ended: number;
  /** Of all of its processes; null: not started by this bench, or not on Linux. */
  readonly usage: Usage | null;
  /** Null: it does not say. */
  readonly scrape: Scrape | null;
}

export interface ServerWatch {
  /** Looks now, out of turn. */
  look(): Promise<Look>;
  readonly looks: readonly Look[];
  stop(): void;
}

export interface Watched {
  readonly http: string;
  readonly token: string | null;
  /** Of our own server. */
  readonly pid: number | null;
  /** Sessions that have ended. */
  ended(): number;
}

export function watchServer({ http, token, pid, ended }: Watched, signal: AbortSignal): ServerWatch {
  const began = performance.now();
  const looks: Look[] = [];
  let isLooking = false;
  const look = async (): Promise<Look> => {
    isLooking = true;
    const scrape = await scrapeFrom(http, token, signal);
    isLooking = false;
    const usage = pid === null ? null : usageOfTree(pid);
    const at = (performance.now() - began) / 1000;
    const seen = { at, when: Date.now(), ended: ended(), usage, scrape };
    looks.push(seen);
    return seen;
  };
  const timer = setInterval(() => {
    if (!isLooking) void look();
  }, EVERY_MS);
  return { look, looks, stop: () => clearInterval(timer) };
}

async function scrapeFrom(http: string, token: string | null, signal: AbortSignal): Promise<Scrape | null> {
  const headers: Record<string, string> = token === null ? {} : { authorization: `Bearer ${token}` };
  try {
    const late = AbortSignal.any([signal, AbortSignal.timeout(ANSWER_MS)]);
    const answer = await fetch(`${http}/metrics`, { headers, signal: late, redirect: 'manual' });
    return answer.ok ? scrapeOf(readMetrics(await answer.text())) : null;
  } catch {
    // It is switched off, or busy; that a server is gone the callers notice.
    return null;
  }
}
