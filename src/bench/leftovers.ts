/** What sessions leave in the server's heap, by what lay there before the first and behind the last. Pure. */
import { type Census, CODE, growthOf } from './heap-census.js';

/** Of fewer nobody can tell whose they are: there are always some. */
const LEAST = 25;

export interface Leftovers {
  readonly sessions: number;
  /** Of each session; less is less than nothing. */
  readonly bytes: number;
  /** The same of compiled code, which sessions only call for. */
  readonly codeBytes: number;
  /** Of which there is one more for every second session at least, and 25 more in all. */
  readonly kinds: readonly { readonly kind: string; readonly count: number; readonly bytes: number }[];
}

export function leftoversOf(before: Census, after: Census, sessions: number): Leftovers {
  const growth = growthOf(before, after);
  const code = growth.get(CODE)?.bytes ?? 0;
  const all = [...growth.values()].reduce((sum, { bytes }) => sum + bytes, 0);
  return {
    sessions,
    bytes: Math.round((all - code) / sessions),
    codeBytes: Math.round(code / sessions),
    kinds: kindsOf(growth, Math.max(sessions / 2, LEAST)),
  };
}

/** Objects and functions of which there are so many more, most first: what a session leaves is there once for each. */
export function kindsOf(growth: Census, least: number): Leftovers['kinds'] {
  return [...growth]
    .filter(([kind, { count }]) => /^(object|native|function) /.test(kind) && count >= least)
    .map(([kind, amount]) => ({ kind, ...amount }))
    .sort((a, b) => b.count - a.count);
}

export function leftoverLines({ sessions, bytes, codeBytes, kinds }: Leftovers): string {
  const lines = kinds.map(({ kind, count, bytes: all }) => `    ${count} more of ${kind}, ${all} bytes\n`);
  return `  left in the heap by each of ${sessions} sessions: ${bytes} bytes, and ${codeBytes} of compiled code\n${lines.join('')}`;
}
