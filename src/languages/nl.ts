import { anyLanguage, FIRST_SOUNDS, MURMURS } from './any.js';
import type { Language } from './language.js';
import { onlyOpening, phraseSet, wordSet } from './words.js';

/** Verbs and parts of verbs stand at the end ("hou op", "doe mee", "dat kan zijn"): they are not among `leading`. */
export const dutch: Language = {
  ...anyLanguage,
  murmurs: phraseSet(MURMURS, 'hmhm, mmh, o'),
  firstSounds: phraseSet(FIRST_SOUNDS, 'eh, uh, uhm, ehm, euh'),
  listening: phraseSet(
    'ja, jaja, jep, ok, oké, okay, goed, precies, klopt, juist, inderdaad, zeker, natuurlijk, tuurlijk, ' +
      'duidelijk, helder, prima, mooi, leuk, interessant, echt, top, super, wow, begrepen, snap, dat klopt, ' +
      'is goed, heel goed, ik snap het, ik begrijp het, ach zo, ah zo, o ja, echt waar, dat is waar, ' +
      'ik zie het, dat snap ik',
  ),
  listeningAlone: phraseSet('ga door, ga verder, vertel verder, gaat u door, gaat u verder'),
  leading: wordSet(
    'en of maar want omdat hoewel als terwijl wanneer de een mijn jouw uw hun onze van voor met naar bij ' +
      'tussen tegen zonder in te tot sinds vanwege om tijdens dus nou eh uh uhm ehm euh hm hmm',
  ),
  neverLast: wordSet('en of maar want omdat hoewel de een mijn jouw uw onze van te eh uh uhm ehm euh'),
  wholeAlone: wordSet('wanneer'),
  question: /^(?:(?:en|maar) )?(?:wat|waar|wie|welke|welk|hoe|wanneer|waarom) \S+ \S+/,
  endsQuestions: wordSet('van voor met naar bij in tegen om'),
  unfinished: onlyOpening('dus|en|maar|ja|nee|nou|hallo|sorry|alsjeblieft|alstublieft|oké|ok|eh|uh', [
    'ik (?:wil|wilde|wou|zou|zoek|heb)(?: (?:graag|even|nog|een vraag over))*(?: (?:weten|vragen|zeggen|horen|hebben))?',
    '(?:(?:kunt|zou|wilt) u|(?:kun|kan|zou|wil) je)(?: (?:mij|me|ons|even|alsjeblieft|alstublieft))*' +
      '(?: (?:zeggen|vertellen|laten zien|uitleggen|geven))?',
    '(?:vertel|zeg|geef|leg)(?: (?:mij|me|ons|eens|even))+|laat (?:me|mij) (?:eens )?(?:denken|kijken)',
    'weet (?:je|u)|ik (?:vraag me af|bedoel|denk|geloof)',
    'wacht even|momentje|een moment|een ogenblik',
    'mijn \\S+ is|(?:het|de) (?:probleem|vraag|punt|antwoord) is',
    '(?:dat|het|ik|hij|zij|we) (?:is|ben|zijn|heeft|was|heet|kan|moet)',
    'nou|dus|tja',
  ]),
  digits: wordSet('nul een één twee drie vier vijf zes zeven acht negen dubbel'),
};
