/**
 * Frames of a voice -> the mouth of each, in order, two frames late. Knows nothing of pictures: the engine in drawn.ts
 * and the training tools both use it.
 */
import { FACE_FRAME_SAMPLES } from '../../audio/pcm.js';
import type { Mouth } from '../contract.js';
import { type Hearing, hear, startHearing } from './hearing.js';
import { likelihoods } from './mouth-model.js';
import { atRest, type Motion, move, settle } from './mouth-motion.js';

/**
 * Frame n is judged by the moments at 40n + 20 and 40n + 40 ms, each with 76 ms of what follows it: the last sample
 * needed is 40n + 116 ms, within frame n + 2. Lips lead the sound by about 10 ms, as people's do.
 */
export const LOOK_AHEAD_FRAMES = 2;

export interface Track {
  readonly hearing: Hearing;
  motion: Motion;
  heard: number;
}

export const startTrack = (): Track => ({ hearing: startHearing(), motion: atRest, heard: 0 });

/** Hears the next frame; gives the mouth of the frame LOOK_AHEAD_FRAMES before it, once there is one. */
export function follow(track: Track, frame: Int16Array): Mouth | undefined {
  const [first, second] = hear(track.hearing, frame).map((moment): Motion => {
    track.motion = move(track.motion, { likelihoods: likelihoods(moment.context), loudness: moment.loudness });
    return track.motion;
  });
  track.heard += 1;
  return track.heard > LOOK_AHEAD_FRAMES ? together(first!.mouth, second!.mouth) : undefined;
}

const SILENCE = new Int16Array(FACE_FRAME_SAMPLES);
/** The voice may break off in the middle of a vowel; the last pictures ease shut all the same. */
const LAST_SHARES = [0.55, 1] as const satisfies { length: typeof LOOK_AHEAD_FRAMES };

/** The mouths still owed when the voice has ended. The last one is at rest. */
export function finish(track: Track): Mouth[] {
  return LAST_SHARES.flatMap((share) => {
    const owed = follow(track, SILENCE) !== undefined;
    track.motion = settle(track.motion, share);
    return owed ? [track.motion.mouth] : [];
  });
}

/** A closure shorter than a picture is shown for a whole one; otherwise the later moment counts. */
function together(first: Mouth, second: Mouth): Mouth {
  const contact = (mouth: Mouth): number => Math.max(mouth.press, mouth.bite);
  return contact(first) > 0.6 && contact(first) > contact(second) ? first : second;
}
