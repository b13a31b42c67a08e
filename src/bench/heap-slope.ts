/** What each session leaves in the server's heap. Pure. */
import type { Look } from './server-watch.js';
import { slopeOf } from './statistics.js';

/** Sessions in a window. Of what the collections among them left, the least counts: the others came in mid-answer. */
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

interface Left {
  readonly ended: number;
  readonly bytes: number;
}

/** Null: too few sessions, too few collections of the whole heap, or the server does not tell. */
export function heapSlope(looks: readonly Look[]): HeapSlope | null {
  const last = Math.floor((looks.at(-1)?.ended ?? 0) / WINDOW);
  // What begins with the first session is read in once; the last window is hardly filled.
  const windows = [...leastOfWindows(looks)].filter(([window]) => window > 0 && window < last).map(([, each]) => each);
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

function leastOfWindows(looks: readonly Look[]): Map<number, Left> {
  const least = new Map<number, Left>();
  let told: number | null = null;
  for (const { ended, scrape } of looks) {
    const bytes = scrape?.heapLeft ?? null;
    // It says the same until there has been another collection.
    if (bytes === null || bytes === told) continue;
    told = bytes;
    const window = Math.floor(ended / WINDOW);
    if (bytes < (least.get(window)?.bytes ?? Number.POSITIVE_INFINITY)) least.set(window, { ended, bytes });
  }
  return least;
}
