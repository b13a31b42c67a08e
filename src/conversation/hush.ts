/**
 * Hears that a voice falls silent, before the voice detector is sure of it. That one looks for more of the voice, for two or
 * three frames; where the room is quiet, what comes behind the voice lies far under it at once. Where it is loud, nothing
 * does, and the detector alone is heard.
 */
import { rootMeanSquare } from '../audio/level.js';
import { VAD_FRAME_SAMPLES } from '../engines/contract.js';

/**
 * So far under the voice lies a quiet room, and the stop of breath before a "p". The softest last consonant of the bench's
 * recordings lies 28 dB under the voice.
 */
const UNDER = 10 ** (-40 / 20);
/** So much of a frame's end: 16 ms. */
const HEARD = VAD_FRAME_SAMPLES / 2;
/** Half the way up in a frame, so that a click does not make the voice behind it look soft; down 3 dB a second. */
const RISE = 0.5;
const FALL = 10 ** ((-3 * 0.032) / 20);

/** Of one turn, frame after frame: whether nothing of the voice is left at the end of this one. */
export function listenForHush(): (frame: Int16Array) => boolean {
  let voice = 0;
  return (frame) => {
    const level = rootMeanSquare(frame);
    voice = level > voice ? voice + RISE * (level - voice) : voice * FALL;
    return rootMeanSquare(frame.subarray(-HEARD)) < voice * UNDER;
  };
}
