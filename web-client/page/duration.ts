/** Milliseconds, as they are read. */

/** 84 ms, 1.24 s, 12.4 s. */
export function duration(ms: number): string {
  if (ms < 999.5) return `${Math.round(ms)} ms`;
  return `${(ms / 1000).toFixed(ms < 9995 ? 2 : 1)} s`;
}

/** On an axis of this length: short, for they stand close together. */
export function tickIn(ms: number, length: number): string {
  return ms === 0 ? '0' : length < 1000 ? `${ms}` : `${ms / 1000} s`;
}
