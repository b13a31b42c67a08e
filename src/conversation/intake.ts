/** The microphone's audio on its way into the recording: brought to HEARING_RATE, and cut into the detector's frames. */
import type { Sound } from '../audio/encoding.js';
import { Framer, HEARING_RATE, SPEECH_RATE } from '../audio/pcm.js';
import { resampler } from '../audio/resample.js';
import { VAD_FRAME_SAMPLES } from '../engines/contract.js';
import type { Recording } from './recording.js';

export interface Intake {
  /** Takes audio at the rate that it has. */
  take(sound: Sound): void;
  /** Takes in what waits to be a whole frame. No detector hears it; the next audio begins afresh. */
  takeRest(): void;
  /** Samples that wait for that. */
  readonly held: number;
}

/** `onFrame` is told of every frame when it is in the recording. */
export function createIntake(recording: Recording, onFrame: (frame: Int16Array) => void): Intake {
  const framer = new Framer(VAD_FRAME_SAMPLES);
  let rate = SPEECH_RATE;
  let toHearing = resampler(rate, HEARING_RATE);
  const frames = (samples: Int16Array) => {
    for (const frame of framer.push(samples)) {
      recording.add(frame);
      onFrame(frame);
    }
  };
  return {
    take(sound) {
      // Another rate begins where the one before ends, to the sample.
      if (sound.rate !== rate) {
        frames(toHearing.flush());
        rate = sound.rate;
        toHearing = resampler(rate, HEARING_RATE);
      }
      frames(toHearing.push(sound.samples));
    },
    takeRest() {
      for (const frame of framer.push(toHearing.flush())) recording.add(frame);
      if (framer.held > 0) recording.add(framer.rest());
    },
    get held() {
      return framer.held;
    },
  };
}
