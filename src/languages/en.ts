import { anyLanguage, FIRST_SOUNDS } from './any.js';
import type { Language } from './language.js';
import { onlyOpening, phraseSet, wordSet } from './words.js';

export const english: Language = {
  ...anyLanguage,
  firstSounds: phraseSet(FIRST_SOUNDS, 'uh, um, er'),
  listening: phraseSet(
    'yes, yeah, yep, yup, ok, okay, right, sure, wow, great, nice, cool, good, exactly, indeed, true, really',
  ),
  listeningAlone: phraseSet('i see, got it, go on, all right, of course, oh i see, ah i see'),
  leading: wordSet(
    'and or but because although if when while which who whose than as of to for with from by at about into between the a ' +
      "an my your his its our their let's it's i'm i'd i'll you're we're they're there's what's where's how's who's very " +
      'also like um uh er erm hmm',
  ),
  neverLast: wordSet('and or but although the an my our your their than um uh er erm'),
  auxiliaries: wordSet(
    'is are was were am be been have has had do does did will would can could shall should may might must',
  ),
  somebody: wordSet('i you he she it we they this that there these those please'),
  wholeAlone: wordSet('when who which'),
  question: /^(?:what|where|who|whose|which|how|when|why)\b\S* \S+ \S+/,
  endsQuestions: wordSet('of to for with from by at about like into'),
  unfinished: onlyOpening('so|well|and|please|okay', [
    '(?:could|can|would|will) you (?:please )?(?:tell|show|give|read|explain)(?: me| us)?',
    "(?:i|we)(?:'d| would)? (?:like|want|need|love)(?: to (?:know|hear|ask|say|tell|have|get|buy|book|order)(?: you)?)?",
    '(?:please )?(?:tell|show|give) me',
    'do you know',
    'i was wondering|i wonder|let me (?:think|see)|hold on',
    'the (?:thing|problem|question) is',
    'i mean|you know|well|so',
  ]),
  digits: wordSet('zero oh one two three four five six seven eight nine double'),
};
