/** What holds in any language, and all that is known of those without a table. */
import type { Language } from './language.js';
import { phraseSet } from './words.js';

const NOTHING: ReadonlySet<string> = new Set();
const NEVER = /(?!)/;

/** The last three as recognisers write them that know no hyphens. */
export const MURMURS =
  'mhm, mhmm, mm, mmm, hm, hmm, hmmm, mmhm, mmhmm, mm-hm, mm-hmm, m-hm, uh-huh, uhhuh, uhuh, aha, ah-ha, ah, oh, ' +
  'uh huh, ah ha, m hm';

export const FIRST_SOUNDS = 'm, mh';

export const anyLanguage: Language = {
  murmurs: phraseSet(MURMURS),
  firstSounds: phraseSet(FIRST_SOUNDS),
  listening: NOTHING,
  listeningAlone: NOTHING,
  leading: NOTHING,
  neverLast: NOTHING,
  auxiliaries: NOTHING,
  somebody: NOTHING,
  wholeAlone: NOTHING,
  question: NEVER,
  endsQuestions: NOTHING,
  openEnd: NEVER,
  unfinished: NEVER,
  digits: NOTHING,
};
