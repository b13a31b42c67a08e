/** What a microphone hears of an answer that sounds beside it, and of somebody who speaks over it. Pure. */
import { HEARING_RATE, msToSamples } from '../../audio/pcm.js';
import { seededRandom } from '../random.js';
import { roomOf } from '../room.js';
import { clipped } from '../utterance.js';

/** From the loudspeaker to the microphone. */
export interface Way {
  readonly gain: number;
  readonly delayMs: number;
  /** In how many seconds its reflections fade by 60 dB, and how much louder than them the sound itself is, in dB; null: none. */
  readonly room: { readonly seconds: number; readonly straight: number } | null;
  /** What small loudspeakers do not give; 0: this one does. */
  readonly lowCutHz: number;
  /** Root mean square. */
  readonly noise: number;
}

/** The loudspeaker's clock is that much faster than the microphone's. */
const FASTER = 1 + 100e-6;

/** What comes back of an answer, at HEARING_RATE. */
export function comesBack(answer: Int16Array, { gain, delayMs, room, lowCutHz }: Way): Float64Array {
  const faster = Array.from({ length: answer.length }, (_, at) => sampleAt(answer, at * FASTER));
  const heard = room === null ? faster : roomOf(room.seconds, HEARING_RATE, room.straight).hear(faster);
  const thin = lowCutHz === 0 ? heard : withoutLows(withoutLows(heard, lowCutHz), lowCutHz);
  const delay = msToSamples(delayMs, HEARING_RATE);
  return Float64Array.from(thin, (_, at) => gain * (thin[at - delay] ?? 0));
}

function sampleAt(samples: Int16Array, at: number): number {
  const first = Math.floor(at);
  const [before = 0, after = 0] = [samples[first], samples[first + 1]];
  return before + (after - before) * (at - first);
}

function withoutLows(samples: readonly number[], hz: number): number[] {
  const keeps = Math.exp((-2 * Math.PI * hz) / HEARING_RATE);
  let [filtered, before] = [0, 0];
  return samples.map((sample) => {
    filtered = keeps * (filtered + sample - before);
    before = sample;
    return filtered;
  });
}

export interface Over {
  readonly voice: Int16Array;
  readonly at: number;
  /** Against the echo, in dB. */
  readonly level: number;
}

export function mixed(echo: Float64Array, over: Over | null, { noise }: Way, seed: number): Int16Array {
  const random = seededRandom(seed);
  const scale = over === null ? 0 : (loudness(echo) / loudness(over.voice)) * 10 ** (over.level / 20);
  return Int16Array.from(echo, (sample, at) => {
    // Three evenly spread ones are nearly as a room's noise is spread; together their square is 1.
    const room = noise * (random() + random() + random() - 1.5) * 2;
    return clipped(sample + room + scale * (over?.voice[at - over.at] ?? 0));
  });
}

/** Root mean square of the louder half of what is heard. */
export function loudness(samples: ArrayLike<number>): number {
  const length = msToSamples(32, HEARING_RATE);
  const powers = Array.from({ length: Math.floor(samples.length / length) }, (_, window) => {
    let power = 0;
    for (let at = window * length; at < (window + 1) * length; at += 1) power += samples[at]! ** 2;
    return power / length;
  }).sort((one, other) => other - one);
  const half = powers.slice(0, Math.ceil(powers.length / 2));
  return Math.sqrt(half.reduce((sum, power) => sum + power, 0) / half.length);
}
