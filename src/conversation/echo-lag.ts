/** How much later than it is played an answer comes back: found by how alike microphone and loudspeaker sound. Pure. */
import { BANDS } from '../audio/mel.js';
import type { Bands, Hops } from './echo-hops.js';

/** In hops of 16 ms, counted from 64 ms before what is said to be played: up to 700 ms behind it. */
export const MOST_LAG = 48;

/** So many hops are compared: one second. */
export const WINDOW_HOPS = 64;
/** What is quieter is no voice: -75 dB of what is played, and the noise of a silent room. */
const FLOOR = -75;
const ROOM = -90;
/** The loudest band of a voice; its breath is 20 dB under it. */
const LOUD = -50;
const BETTER = 0.01;
/** A voice stays like itself so long; at another place than that nothing else may be as alike. */
const NEAR = 4;
/**
 * Half a second that fits, or a whole one that does less well. Of a second of other people's speech, by the bench's
 * voices, one in twenty is alike by 0.5 or more, and none of them by 0.15 more than at any other lag.
 */
const SURE = [
  { hops: 30, likeness: 0.72, lead: 0.2 },
  { hops: 56, likeness: 0.58, lead: 0.12 },
] as const;

/** The hops of the microphone that have been looked at, of so many before `to`, and none before `from`. */
export function heardHops(hops: Hops, from: number, to: number): number[] {
  const found: number[] = [];
  for (let hop = Math.max(from, to - WINDOW_HOPS + 1); hop <= to; hop += 1)
    if (hops.heard(hop) !== null) found.push(hop);
  return found;
}

/** -1 to 1: how alike the microphone is to what was played `lag` hops before, whatever either's level is in each band. */
export function likeness(hops: Hops, at: readonly number[], lag: number): number {
  const heard: Bands[] = [];
  const played: Bands[] = [];
  for (const hop of at) {
    const before = hops.played(hop - lag);
    if (before === null) continue;
    heard.push(hops.heard(hop)!);
    played.push(before.bands);
  }
  if (heard.length < at.length * 0.8) return 0;
  const sums = { both: 0, heard: 0, played: 0 };
  for (let band = 0; band < BANDS; band += 1) addBand(heard, played, band, sums);
  return sums.heard * sums.played === 0 ? 0 : sums.both / Math.sqrt(sums.heard * sums.played);
}

function addBand(
  heard: readonly Bands[],
  played: readonly Bands[],
  band: number,
  sums: { both: number; heard: number; played: number },
): void {
  let [x, y, xx, yy, xy] = [0, 0, 0, 0, 0];
  for (let at = 0; at < heard.length; at += 1) {
    const a = Math.max(ROOM, heard[at]![band]!);
    const b = Math.max(FLOOR, played[at]![band]!);
    x += a;
    y += b;
    xx += a * a;
    yy += b * b;
    xy += a * b;
  }
  const count = heard.length;
  sums.both += xy - (x * y) / count;
  sums.heard += xx - (x * x) / count;
  sums.played += yy - (y * y) / count;
}

export interface LagFound {
  readonly lag: number;
  readonly likeness: number;
  /** Nothing else can be meant. */
  readonly isSure: boolean;
}

export function findLag(hops: Hops, at: readonly number[]): LagFound {
  const all = Array.from({ length: MOST_LAG + 1 }, (_, lag) => likeness(hops, at, lag));
  const best = Math.max(...all);
  const lag = all.indexOf(best);
  const other = Math.max(...all.filter((_, each) => Math.abs(each - lag) > NEAR));
  const isSure = SURE.some((sure) => at.length >= sure.hops && best >= sure.likeness && best - other >= sure.lead);
  return { lag, likeness: best, isSure };
}

/** Of these hops those in which something was played. In a pause everything is alike. */
export const playedHops = (hops: Hops, at: readonly number[], lag: number): number[] =>
  at.filter((hop) => (hops.played(hop - lag)?.loudest ?? FLOOR) > LOUD);

/** The best of those near one that is known, which is left for what is really better. */
export function refineLag(hops: Hops, at: readonly number[], known: number, by: number): Omit<LagFound, 'isSure'> {
  let best = { lag: known, likeness: likeness(hops, at, known) };
  for (let lag = Math.max(0, known - by); lag <= Math.min(MOST_LAG, known + by); lag += 1) {
    const alike = likeness(hops, at, lag);
    if (alike > best.likeness + BETTER) best = { lag, likeness: alike };
  }
  return best;
}
