/**
 * Microphone and loudspeaker side by side, every 16 ms, by how loud they are in each band. Worked out only where somebody
 * asks: a pair costs 0.1 ms.
 */
import { BANDS, melBands, melScratch, WINDOW } from '../audio/mel.js';
import { HEARING_RATE, joinedSamples, SPEECH_RATE } from '../audio/pcm.js';
import { resampler } from '../audio/resample.js';
import type { Loudspeaker } from './loudspeaker.js';
import type { Played } from './played.js';
import type { Recording } from './recording.js';

export const HOP = 256;
/** Four seconds: about 350 KB for both sides together, where there is an echo. */
export const KEPT_HOPS = 256;

/** In dB of full scale, band by band. */
export type Bands = Float32Array;

export interface PlayedHop {
  readonly bands: Bands;
  readonly loudest: number;
  /** The same as power. */
  readonly powers: Bands;
  /** What still rings of all before it, as power, for each of the rooms of `ROOMS`. */
  readonly rings: readonly Bands[];
}

export interface Hops {
  /** Of the microphone up to sample `hop * HOP`; null: it has not been looked at, or is gone. */
  heard(hop: number): Bands | null;
  played(hop: number): PlayedHop | null;
  /** Looks at the microphone from the one hop to the other, and at the loudspeaker from `reach` hops before. */
  look(from: number, to: number, reach: number): void;
}

/** Seconds in which a sound falls by 60 dB: a furnished room, an empty one, and a hall. */
export const ROOMS = [0.2, 0.4, 0.8] as const;
const KEEPS = ROOMS.map((seconds) => 10 ** ((-6 * HOP) / HEARING_RATE / seconds));
const RATIO = SPEECH_RATE / HEARING_RATE;
/** The resampler's filter looks so far to either side. */
const MARGIN = 48;

const powerOf = (level: number): number => 10 ** (level / 10);

export function createHops(recording: Recording, loudspeaker: Loudspeaker, played: Played): Hops {
  const microphone = createRing<Bands>();
  const reference = createRing<PlayedHop>();
  const scratch = melScratch();
  const window = new Float32Array(WINDOW);
  const bandsOf = (samples: Int16Array): Bands => {
    const bands = new Float32Array(BANDS);
    for (let at = 0; at < WINDOW; at += 1) window[at] = samples[at]! / 32_768;
    melBands(window, 0, bands, scratch);
    return bands;
  };
  const listen = (hop: number) => {
    const samples = recording.slice(hop * HOP - WINDOW, hop * HOP);
    if (samples.length === WINDOW) microphone.set(hop, bandsOf(samples));
  };
  const follow = (hop: number) => {
    const place = played.at(hop * HOP);
    const before = reference.get(hop - 1);
    const bands = place === null ? SILENCE : bandsOf(atHearing(loudspeaker, place.response, place.position));
    const rings = KEEPS.map((keeps, room) => (before === null ? NOTHING : rungOn(before, room, keeps)));
    reference.set(hop, { bands, loudest: Math.max(...bands), powers: bands.map(powerOf), rings });
  };
  return {
    heard: microphone.get,
    played: reference.get,
    look(from, to, reach) {
      for (let hop = from; hop <= to; hop += 1) if (microphone.get(hop) === null) listen(hop);
      for (let hop = Math.max(0, from - reach); hop <= to; hop += 1) if (reference.get(hop) === null) follow(hop);
    },
  };
}

const SILENCE: Bands = new Float32Array(BANDS).fill(-100);
const NOTHING: Bands = new Float32Array(BANDS);

const rungOn = ({ powers, rings }: PlayedHop, room: number, keeps: number): Bands =>
  rings[room]!.map((ring, band) => keeps * (ring + powers[band]!));

function atHearing(loudspeaker: Loudspeaker, response: number, position: number): Int16Array {
  const samples = loudspeaker.before(response, position + MARGIN, WINDOW * RATIO + 2 * MARGIN);
  const resampling = resampler(SPEECH_RATE, HEARING_RATE);
  const brought = joinedSamples([resampling.push(samples), resampling.flush()]);
  return brought.subarray(MARGIN / RATIO, MARGIN / RATIO + WINDOW);
}

function createRing<Value>() {
  const values: (Value | null)[] = [];
  const places: number[] = [];
  return {
    get: (place: number): Value | null =>
      places[place % KEPT_HOPS] === place ? (values[place % KEPT_HOPS] ?? null) : null,
    set(place: number, value: Value): void {
      values[place % KEPT_HOPS] = value;
      places[place % KEPT_HOPS] = place;
    },
  };
}
