/** What each session leaves in the server's heap. Pure. */
import type { Look } from './server-watch.js';
import { slopeOf } from './statistics.js';

/** Sessions in a window: among so many the collector has come by, and the least of them is what it left. */
const WINDOW = 50;
/** Three have a slope, too, but it says nothing: 170 sessions gave 17,510 bytes less for each. */
const LEAST_WINDOWS = 6;

export interface HeapSlope {
  readonly bytesPerSession: number;
  /** The standard error of that. */
  readonly errorBytes: number;
  readonly windows: number;
  readonly sessions: number;
}

/** Null: too few sessions, or the server does not tell. */
export function heapSlope(looks: readonly Look[]): HeapSlope | null {
  const least = new Map<number, { ended: number; bytes: number }>();
  for (const { ended, scrape } of looks) {
    const bytes = scrape?.heapBytes ?? null;
    const window = Math.floor(ended / WINDOW);
    if (bytes !== null && bytes < (least.get(window)?.bytes ?? Number.POSITIVE_INFINITY))
      least.set(window, { ended, bytes });
  }
  const last = Math.floor((looks.at(-1)?.ended ?? 0) / WINDOW);
  // What begins with the first session is read in once; in the last window, hardly filled, no collector may have come by.
  const windows = [...least.entries()].filter(([window]) => window > 0 && window < last).map(([, each]) => each);
  if (windows.length < LEAST_WINDOWS) return null;
  const line = slopeOf(windows.map(({ ended, bytes }) => [ended, bytes]));
  if (line === null) return null;
  return {
    bytesPerSession: Math.round(line.slope),
    errorBytes: Math.round(line.error),
    windows: windows.length,
    sessions: looks.at(-1)!.ended,
  };
}
