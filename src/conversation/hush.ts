/**
 * Hears that a voice falls silent, before the voice detector is sure of it. That one looks for more of the voice, for two or
 * three frames; where the room is quiet, what comes behind the voice lies far under it at once. Where it is loud, nothing
 * does, and the detector alone is heard.
 */
import { rootMeanSquare } from '../audio/level.js';
import { VAD_FRAME_SAMPLES } from '../engines/contract.js';

/** What is left of the voice in a frame: something at its end, nothing at its end, nothing at all. */
export type Hush = 'none' | 'begins' | 'lasts';

export interface HushListener {
  /** The next frame of the turn. */
  hear(frame: Int16Array): Hush;
}

/**
 * So far under the voice lies a quiet room, and the stop of breath before a "p". The last consonants of the bench's
 * recordings lie up to 28 dB under it.
 */
const UNDER = 10 ** (-40 / 20);
/** 8 ms: the "t" that ends a word is as short. */
const PIECE = VAD_FRAME_SAMPLES / 4;
/** So many at the end of a frame are a hush: 16 ms. */
const BEGINS = 2;
/** 6 dB a frame, so that a click does not make the voice behind it look soft; down 12 dB a second. */
const RISE = 2;
const FALL = 10 ** ((-12 * 0.032) / 20);

/** Of one turn, from its beginning. */
export function listenForHush(): HushListener {
  let voice = 0;
  return {
    hear(frame) {
      const levels: number[] = [];
      for (let at = 0; at < frame.length; at += PIECE) levels.push(rootMeanSquare(frame.subarray(at, at + PIECE)));
      const level = rootMeanSquare(frame);
      voice = voice === 0 ? level : Math.max(voice * FALL, Math.min(level, voice * RISE));
      const quiet = levels.length - 1 - levels.findLastIndex((each) => each >= voice * UNDER);
      if (quiet < BEGINS) return 'none';
      return quiet < levels.length ? 'begins' : 'lasts';
    },
  };
}
