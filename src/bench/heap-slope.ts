/** What each session leaves in the server's heap. Pure. */
import type { HeapLeft } from './prometheus.js';
import type { Look } from './server-watch.js';
import { slopeOf } from './statistics.js';

/** Sessions in a window. Of what the collections among them left, the least counts: the others came in mid-answer. */
const WINDOW = 50;
/** Three have a slope, too, but it says nothing: 170 sessions gave 17,510 bytes less for each. */
const LEAST_WINDOWS = 6;

export interface HeapSlope {
  /** Of what the program keeps. */
  readonly bytesPerSession: number;
  /** The standard error of that. */
  readonly errorBytes: number;
  /** Of its code that has been compiled meanwhile; undefined in files of before, where it is among the others. */
  readonly codeBytesPerSession?: number;
  readonly windows: number;
  readonly sessions: number;
}

interface Left extends HeapLeft {
  readonly ended: number;
}

/** Null: too few sessions, too few collections of the whole heap, or the server does not tell. */
export function heapSlope(looks: readonly Look[]): HeapSlope | null {
  const last = Math.floor((looks.at(-1)?.ended ?? 0) / WINDOW);
  // What begins with the first session is read in once; the last window is hardly filled.
  const windows = [...leastOfWindows(looks)].filter(([window]) => window > 0 && window < last).map(([, each]) => each);
  if (windows.length < LEAST_WINDOWS) return null;
  const data = slopeOf(windows.map(({ ended, dataBytes }) => [ended, dataBytes]));
  const code = slopeOf(windows.map(({ ended, codeBytes }) => [ended, codeBytes]));
  if (data === null || code === null) return null;
  return {
    bytesPerSession: Math.round(data.slope),
    errorBytes: Math.round(data.error),
    codeBytesPerSession: Math.round(code.slope),
    windows: windows.length,
    sessions: looks.at(-1)!.ended,
  };
}

function leastOfWindows(looks: readonly Look[]): Map<number, Left> {
  const least = new Map<number, Left>();
  let told: number | null = null;
  for (const { ended, scrape } of looks) {
    const left = scrape?.heapLeft ?? null;
    // It says the same until there has been another collection.
    if (left === null || left.dataBytes === told) continue;
    told = left.dataBytes;
    const window = Math.floor(ended / WINDOW);
    if (left.dataBytes < (least.get(window)?.dataBytes ?? Number.POSITIVE_INFINITY))
      least.set(window, { ended, ...left });
  }
  return least;
}
