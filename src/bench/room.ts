/** A room in which something sounds: the sound itself, and what comes off the walls, a thousand reflections a second that fade. */
import { seededRandom } from './random.js';

export interface Room {
  /** In which its reflections fade by 60 dB. */
  readonly seconds: number;
  /** The same samples, as they are heard in it. */
  hear(samples: readonly number[]): number[];
}

interface Reflection {
  readonly after: number;
  readonly level: number;
}

/** A room whose reflections are clicks at random places cannot be told from one of noise, and costs a twentieth. */
const REFLECTIONS_A_SECOND = 1000;
/** The first comes off a table. */
const FIRST_SECONDS = 0.002;
const SEED = 7;

/** `straight`: how much louder than all reflections together the sound itself is, in dB. */
export function roomOf(seconds: number, rate: number, straight = 0): Room {
  const reflections = reflectionsOf(seconds, rate, straight);
  const longest = reflections.at(-1)?.after ?? 0;
  let before: number[] = Array(longest).fill(0);
  return {
    seconds,
    hear(samples) {
      const all = [...before, ...samples];
      before = all.slice(all.length - longest);
      return samples.map((sample, index) => {
        let sum = sample;
        for (const { after, level } of reflections) sum += all[longest + index - after]! * level;
        return sum;
      });
    },
  };
}

function reflectionsOf(seconds: number, rate: number, straight: number): Reflection[] {
  const random = seededRandom(SEED);
  const spacing = rate / REFLECTIONS_A_SECOND;
  const count = Math.floor(seconds * REFLECTIONS_A_SECOND);
  const all = Array.from({ length: count }, (_, index) => {
    const after = Math.round(FIRST_SECONDS * rate + (index + random()) * spacing);
    return { after, level: (random() < 0.5 ? -1 : 1) * 10 ** ((-3 * after) / rate / seconds) };
  });
  const together = all.reduce((sum, { level }) => sum + level * level, 0);
  const scale = Math.sqrt(10 ** (-straight / 10) / together);
  return all.map(({ after, level }) => ({ after, level: level * scale }));
}
