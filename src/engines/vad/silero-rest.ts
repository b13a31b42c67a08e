/**
 * Silence is not shown to the network. Most callers are silent most of the time, and a step of the network costs the more,
 * the more streams it hears. Which frames are shown depends on the audio alone, not on how soon they are heard.
 */
import { rootMeanSquare } from '../../audio/level.js';

/**
 * -60 dBFS: rooms are as quiet through a browser's or a telephone's noise suppression. Noise above it is shown, and costs
 * what a voice costs. The softest voice that Parley takes for one is 15 dB louder.
 */
const SILENT = 0.001;
/** A second of it: pauses within a sentence are shown as they are. */
const SILENT_FRAMES = 31;

/** Tells of one stream's frames, each given once and in order, whether it is to be shown. */
export function openRest(): (frame: Int16Array) => 'shown' | 'silence' {
  let silent = 0;
  return (frame) => {
    silent = rootMeanSquare(frame) < SILENT ? silent + 1 : 0;
    return silent > SILENT_FRAMES ? 'silence' : 'shown';
  };
}
