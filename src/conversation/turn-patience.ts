/** How long a pause is waited behind, by what was said before it and how that sounds. Pure. */
import { HEARING_RATE, msToSamples } from '../audio/pcm.js';
import type { Words } from './completeness.js';
import type { Patience, TurnRules } from './turn-rules.js';

/** Each is a request to a recogniser; after so many pauses it is only asked at the end. */
export const MOST_ATTEMPTS = 3;
/** From here on a turn sounds as if it were over. */
const LIKELY = 0.5;

/** What is known of a turn in its pause. */
interface Paused {
  readonly words: Words | null;
  readonly over: number | null;
  readonly attempt: number;
}

/** How long a pause is the end, in samples. */
export const patience = (turn: Paused, { end }: TurnRules): number =>
  msToSamples(end.kind === 'silence' ? end.ms : end[`${patienceFor(turn)}Ms`], HEARING_RATE);

/** Where sound and words disagree, neither has its way at once; in the end the words have. */
export function patienceFor({ words, over, attempt }: Paused): Patience {
  if (words === 'complete' && over !== null && over < LIKELY) return 'doubted';
  if (words === 'incomplete' && over !== null && over >= LIKELY) return 'sounding';
  if (words !== null) return words;
  // Who pauses so often that nobody asks any more is somebody who thinks while speaking.
  return attempt > MOST_ATTEMPTS ? 'incomplete' : 'unknown';
}
