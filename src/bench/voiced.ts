/** Where a recording's voice begins and ends: the moments from which an interruption and an answer are measured. */

const WINDOW_MS = 10;
/** Under the loudest window. The recordings' own noise lies 45 dB under it, their softest last consonant 28 dB. */
const RANGE_DB = 32;

/** The number of samples before the first voiced one, and up to and with the last; 0 and 0 for silence. */
export function voicedRange(samples: Int16Array, rate: number): { from: number; to: number } {
  const length = Math.round((rate * WINDOW_MS) / 1000);
  const levels = Array.from({ length: Math.ceil(samples.length / length) }, (_, index) =>
    level(samples.subarray(index * length, (index + 1) * length)),
  );
  const threshold = Math.max(...levels, 0) * 10 ** (-RANGE_DB / 20);
  if (threshold === 0) return { from: 0, to: 0 };
  const isVoiced = (each: number) => each >= threshold;
  const to = (levels.findLastIndex(isVoiced) + 1) * length;
  return { from: levels.findIndex(isVoiced) * length, to: Math.min(samples.length, to) };
}

/** Root mean square. */
function level(window: Int16Array): number {
  return Math.sqrt(window.reduce((sum, sample) => sum + sample * sample, 0) / window.length);
}
