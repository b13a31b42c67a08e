/** Where a recording's voice ends: the moment from which a caller waits for the answer. */

const WINDOW_MS = 10;
/** Under the loudest window. The recordings' own noise lies 45 dB under it, their softest last consonant 28 dB. */
const RANGE_DB = 32;

/** The number of samples up to and with the last voiced one; 0 for silence. */
export function voicedEnd(samples: Int16Array, rate: number): number {
  const length = Math.round((rate * WINDOW_MS) / 1000);
  const levels = Array.from({ length: Math.ceil(samples.length / length) }, (_, index) =>
    level(samples.subarray(index * length, (index + 1) * length)),
  );
  const threshold = Math.max(...levels, 0) * 10 ** (-RANGE_DB / 20);
  if (threshold === 0) return 0;
  const last = levels.findLastIndex((each) => each >= threshold);
  return Math.min(samples.length, (last + 1) * length);
}

/** Root mean square. */
function level(window: Int16Array): number {
  return Math.sqrt(window.reduce((sum, sample) => sum + sample * sample, 0) / window.length);
}
