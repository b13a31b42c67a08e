/** What loudspeaker, room and microphone make of an answer, band by band, and what of a hop they do not explain. Pure. */
import { BANDS } from '../audio/mel.js';
import { type Bands, type Hops, type PlayedHop, ROOMS } from './echo-hops.js';

export interface EchoPath {
  /** In dB, what comes back of each band. */
  readonly gains: Bands;
  /** Which of the rooms it is, and how loud that rings. */
  readonly room: number;
  readonly ring: number;
  /** In dB, what is heard in any case. */
  readonly noise: Bands;
}

/** Of the sound itself, every 16 ms; the least is never nothing, for no room is dry. */
const RINGS = [0.03, 0.1, 0.3, 1] as const;
/** Only what is loud tells what comes back of it: 20 dB under the loudest, 4 dB over the noise. */
const LOUD = 20;
const OVER_NOISE = 4;
const QUIETEST = -75;
const LEAST_HOPS = 8;
/** An echo that is louder than was expected passes for somebody's voice; one that is softer only hides some of it. */
const LOUDER_IS_WORSE = 3;
/** Beats of two waves, and windows that lie otherwise, make an echo louder than it is on the whole. */
const MARGIN = 4;
/** One band alone, however loud, is a click. */
const MOST = 12;
/** Not of bands in which nothing is played. */
const ABSENT = 10;

type Room = Pick<EchoPath, 'room' | 'ring'>;
const ALL_ROOMS: readonly Room[] = ROOMS.flatMap((_, room) => RINGS.map((ring) => ({ room, ring })));

/** A hop of the microphone, and the one of the loudspeaker that is heard in it. */
interface Pair {
  readonly heard: Bands;
  readonly played: PlayedHop;
}

/** `at`: hops of the microphone with hardly anything in them but the echo. `room`: it is known. Null: too little of it is loud. */
export function fitPath(hops: Hops, at: readonly number[], lag: number, room: Room | null): EchoPath | null {
  const pairs = at.flatMap((hop): Pair[] => {
    const played = hops.played(hop - lag);
    return played === null ? [] : [{ heard: hops.heard(hop)!, played }];
  });
  const noise = Float32Array.from({ length: BANDS }, (_, band) =>
    quantile(
      pairs.map(({ heard }) => heard[band]!),
      0.1,
    ),
  );
  let best: { path: EchoPath; error: number } | null = null;
  for (const each of room === null ? ALL_ROOMS : [room]) {
    const gains = gainsOf(pairs, noise, each);
    if (gains === null) return null;
    const path = { ...each, gains, noise };
    const error = room === null ? errorOf(pairs, path) : 0;
    if (best === null || error < best.error) best = { path, error };
  }
  return best?.path ?? null;
}

function gainsOf(pairs: readonly Pair[], noise: Bands, room: Room): Bands | null {
  const differences = Array.from({ length: BANDS }, (_, band) => {
    const levels = pairs.map(({ played }) => rung(played, band, room));
    const least = Math.max(QUIETEST, Math.max(...levels) - LOUD);
    return pairs.flatMap(({ heard }, at) =>
      levels[at]! >= least && heard[band]! >= noise[band]! + OVER_NOISE ? heard[band]! - levels[at]! : [],
    );
  });
  const all = differences.flat();
  if (all.length < LEAST_HOPS * BANDS * 0.25) return null;
  const overall = quantile(all, 0.5);
  // A band in which too little was heard may have been under the noise: it is taken for what the others are.
  return Float32Array.from(differences, (each) => (each.length < LEAST_HOPS ? overall : quantile(each, 0.5)));
}

function errorOf(pairs: readonly Pair[], path: EchoPath): number {
  let error = 0;
  for (const { heard, played } of pairs) {
    for (let band = 0; band < BANDS; band += 1) {
      const expected = Math.max(rung(played, band, path) + path.gains[band]!, path.noise[band]!);
      const over = Math.max(heard[band]!, path.noise[band]!) - expected;
      error += over > 0 ? LOUDER_IS_WORSE * over : -over;
    }
  }
  return error;
}

const rungPower = ({ powers, rings }: PlayedHop, band: number, { room, ring }: Room): number =>
  powers[band]! + ring * rings[room]![band]!;

const rung = (played: PlayedHop, band: number, room: Room): number =>
  10 * Math.log10(rungPower(played, band, room) + 1e-12);

function quantile(values: readonly number[], share: number): number {
  const sorted = Float64Array.from(values).sort();
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? -100;
}

/** In dB, how much is heard in a hop that the echo does not explain, `spread` hops before and behind its lag; a mean of all bands. */
export function excess(hops: Hops, hop: number, lag: number, spread: number, path: EchoPath): number {
  const heard = hops.heard(hop)!;
  const near = around(hops, hop - lag, spread);
  let sum = 0;
  for (let band = 0; band < BANDS; band += 1) {
    let most = 1e-12;
    for (const each of near) most = Math.max(most, rungPower(each, band, path));
    const echo = 10 * Math.log10(most) + path.gains[band]!;
    const over = heard[band]! - Math.max(echo, path.noise[band]!) - MARGIN;
    sum += Math.min(MOST, Math.max(0, over));
  }
  return sum / BANDS;
}

/** Whether what is played is loud, and next to nothing of it comes back. */
export function isAbsent(hops: Hops, hop: number, lag: number, path: EchoPath): boolean {
  const played = hops.played(hop - lag);
  if (played === null) return false;
  const heard = hops.heard(hop)!;
  let [loud, missing] = [0, 0];
  for (let band = 0; band < BANDS; band += 1) {
    const echo = played.bands[band]! + path.gains[band]!;
    if (echo < path.noise[band]! + 2 * ABSENT) continue;
    loud += 1;
    if (heard[band]! < echo - ABSENT) missing += 1;
  }
  return loud >= LEAST_HOPS && missing > loud * 0.7;
}

function around(hops: Hops, at: number, spread: number): PlayedHop[] {
  const found: PlayedHop[] = [];
  for (let hop = at - spread; hop <= at + spread; hop += 1) {
    const played = hops.played(hop);
    if (played !== null) found.push(played);
  }
  return found;
}
