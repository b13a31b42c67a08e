/** Whether the server under test can hear, and recorded questions at the rate that callers send. */
import { HEARING_RATE, SPEECH_RATE } from '../../src/audio/pcm.js';
import { resampler } from '../../src/audio/resample.js';
import { findSphinx } from '../../src/engines/stt/pocketsphinx-package.js';
import { joined, recordings } from '../fixtures/hearing/recordings.js';

const found = findSphinx('var/python');

/** Why spoken turns cannot be tried here; null if they can. */
export const deaf = 'enable' in found ? `SKIPPED: ${found.why}; ${found.enable}` : null;

function atSpeechRate(samples: Int16Array): Int16Array {
  const resample = resampler(HEARING_RATE, SPEECH_RATE);
  return joined(resample.push(samples), resample.flush());
}

export const silent = (ms: number): Int16Array => new Int16Array((ms * SPEECH_RATE) / 1000);

export const questions = {
  tellMeAStory: atSpeechRate(recordings.tellMeAStory),
  whatIsParley: atSpeechRate(recordings.whatIsParley),
  capitalOfFrance: atSpeechRate(recordings.capitalOfFrance),
};
