/**
 * Where in the microphone the avatar's own voice is, and how loud: a state that goes from not knowing to knowing, is
 * looked for again where an answer begins or goes on, and is forgotten when nothing comes back any more.
 */

import type { Hops } from './echo-hops.js';
import { findLag, heardHops, playedHops, refineLag } from './echo-lag.js';
import { type EchoPath, excess, fitPath, isAbsent } from './echo-path.js';

type State =
  /** `candidate`: the lag that was found last. */
  | { readonly kind: 'unknown'; readonly candidate: number | null }
  /** `isSettled`: found in what has sounded without a break; else reports say where it is, more or less. */
  | { readonly kind: 'known'; readonly lag: number; readonly path: EchoPath; readonly isSettled: boolean };

export interface EchoTracking {
  readonly isKnown: boolean;
  /** The longest that an echo comes behind, in hops. */
  readonly lag: number | null;
  /** The hops up to this one have been looked at, and somebody speaks in them. `since`: what sounds has no break from there on. */
  hear(hop: number, since: number): void;
  /** Nobody speaks, but something is played. */
  miss(hop: number): void;
  /** How much is heard in it besides the echo, in dB; null if that is not known. */
  excess(hop: number): number | null;
}

/** Twice in a row the same, or else a chance likeness would do. */
const SAME = 1;
/** It is looked for every 128 ms, and looked after every 256 where it is settled. */
const SEEKS = 8;
const MINDS = 16;
/** How a room rings is worked out anew every second; what comes back of each band, at every look. */
const ROOM_EVERY = 4;
/** Reports are off by 50 ms, and so was the first of them. */
const LOOSE = 6;
const TIGHT = 1;
/** Where more of a sound comes off the walls than straight, it is smeared. */
const SMEARED = 2;
const SMEARING = 0.3;
/** Devices keep their delay; players' first reports do not. */
const STRAYS = 10;
const SETTLES = { hops: 12, likeness: 0.6 } as const;
/** A new path counts for so much of each band's gain: in a second of sound there are four. */
const LEARNS = 0.4;
/** A hop with more than this is not of the echo alone. */
const FOREIGN = 0.5;
/** Hardly a hop is as expected, and all of it is like the answer: somebody has turned the loudspeaker up, or carried it off. */
const CHANGED = { share: 0.3, likeness: 0.7 } as const;
/** Looks in a row at which it was missing. */
const MISSES = 8;

export function trackEcho(hops: Hops): EchoTracking {
  let state: State = { kind: 'unknown', candidate: null };
  let stretch = 0;
  let looked = 0;
  let missed = 0;
  let minds = 0;

  const seek = (hop: number, candidate: number | null) => {
    const at = heardHops(hops, stretch, hop);
    const found = findLag(hops, at);
    if (!found.isSure) {
      state = { kind: 'unknown', candidate: null };
      return;
    }
    const path = isSame(found.lag, candidate) ? fitPath(hops, at, found.lag, null) : null;
    state =
      path === null
        ? { kind: 'unknown', candidate: found.lag }
        : { kind: 'known', lag: found.lag, path, isSettled: true };
  };
  const mind = (hop: number, known: Extract<State, { kind: 'known' }>) => {
    const at = playedHops(hops, heardHops(hops, stretch, hop), known.lag);
    if (at.length < SETTLES.hops) return;
    const near = known.isSettled ? refineLag(hops, at, known.lag, TIGHT) : null;
    const found = near !== null && near.likeness >= SETTLES.likeness ? near : refineLag(hops, at, known.lag, STRAYS);
    if (found.likeness < SETTLES.likeness) return;
    const own = at.filter((each) => excess(hops, each, found.lag, spreadOf(known.path), known.path) < FOREIGN);
    const isChanged = own.length < at.length * CHANGED.share && found.likeness >= CHANGED.likeness;
    const room = isChanged || minds % ROOM_EVERY === 0 ? null : known.path;
    const path = fitPath(hops, isChanged ? at : own, found.lag, room);
    minds += 1;
    state = {
      kind: 'known',
      lag: found.lag,
      path: path === null ? known.path : isChanged ? path : nearer(known.path, path),
      isSettled: true,
    };
  };
  const over = (hop: number) => {
    if (state.kind === 'unknown' || hops.heard(hop) === null || hops.played(hop - state.lag) === null) return null;
    return excess(hops, hop, state.lag, state.isSettled ? spreadOf(state.path) : LOOSE, state.path);
  };
  return {
    get isKnown() {
      return state.kind === 'known';
    },
    get lag() {
      return state.kind === 'known' ? state.lag : null;
    },
    hear(hop, since) {
      if (since !== stretch) {
        stretch = since;
        if (state.kind === 'known') state = { ...state, isSettled: false };
      }
      missed = 0;
      if (hop - looked < (state.kind === 'known' && state.isSettled ? MINDS : SEEKS)) return;
      looked = hop;
      if (state.kind === 'known') mind(hop, state);
      else seek(hop, state.candidate);
    },
    miss(hop) {
      if (state.kind === 'unknown' || hops.heard(hop) === null) return;
      if (isAbsent(hops, hop, state.lag, state.path)) missed += 1;
      if (missed >= MISSES) state = { kind: 'unknown', candidate: null };
    },
    excess: over,
  };
}

const spreadOf = ({ ring }: EchoPath) => (ring >= SMEARING ? SMEARED : TIGHT);

const isSame = (lag: number, candidate: number | null) => candidate !== null && Math.abs(lag - candidate) <= SAME;

const nearer = (path: EchoPath, next: EchoPath): EchoPath => ({
  ...next,
  gains: path.gains.map((gain, band) => gain + LEARNS * (next.gains[band]! - gain)),
});
