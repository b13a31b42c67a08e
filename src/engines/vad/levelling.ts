/**
 * Brings every voice to about the same loudness. The network hears a loud voice best: of a recording at -17 dBFS it
 * finds every phrase, of the same one at -27 dBFS, which is how many microphones sound, it misses a third. Too loud, even
 * clipped, does it no harm, nor does noise that is amplified.
 */

/** The loudest frames of a voice are brought to -12 dBFS. */
const WANTED = 0.25;
/** As loud as that (-22 dBFS) a voice is taken to be before it has spoken. */
export const FIRST_LEVEL = 0.08;
/** -38 dBFS: what is quieter than that is in the next room. */
export const LOWEST_LEVEL = 0.0125;
/** Half the way up in a frame, so that a click does not make deaf; down 3 dB a second. */
const RISE = 0.5;
const FALL = 10 ** ((-3 * 0.032) / 20);

/** The level after a frame whose samples have this root mean square, of 1. */
export function levelAfter(level: number, rms: number): number {
  return rms > level ? level + RISE * (rms - level) : Math.max(LOWEST_LEVEL, level * FALL);
}

export const gainAt = (level: number): number => Math.max(1, WANTED / level);
