import { anyLanguage, FIRST_SOUNDS, MURMURS } from './any.js';
import type { Language } from './language.js';
import { eitherOf, endingWith, onlyOpening, phraseSet, wordSet } from './words.js';

const BEFORE = 'dus|en|maar|nou|hallo|sorry|alsjeblieft|alstublieft|oké|ok|eh|uh';
const WOULD = 'ik (?:wil|wilde|wou|zou)';
const MODAL = '(?:wil|wilt|wilde|wou|zou|kan|kun|kunt|moet|mag|zal|zoek|heb)';
/** Prepositions belong to one of these, wherever it stands: "daar hou ik van". */
const NOWHERE = '^(?!(?:.* )?(?:er|daar|hier|waar) )';

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
    'en want omdat hoewel als terwijl wanneer de mijn jouw uw hun onze met zonder te tot sinds vanwege tijdens dus ' +
      'eh uh uhm ehm euh hm hmm',
  ),
  neverLast: wordSet('en want omdat hoewel de mijn uw onze te eh uh uhm ehm euh'),
  wholeAlone: wordSet('wanneer'),
  question: /^(?:(?:en|maar) )?(?:wat|waar|wie|welke|welk|hoe|wanneer|waarom) \S+ \S+/,
  endsQuestions: wordSet('van voor met naar bij in tegen om'),
  openEnd: eitherOf(
    onlyOpening(BEFORE, [
      `(?:${WOULD}|ik (?:zoek|heb))(?: (?:even|nog|horen|hebben))*|ik (?:denk|geloof)`,
      '(?:vertel|zeg|leg)(?: (?:eens|even))+|(?:dat|het|ik|hij|zij|we) (?:ben|zijn|heeft|was|kan|moet)',
    ]),
    endingWith([
      `${NOWHERE}(?:.* )?(?:van|naar|tussen|(?<!nummer )een)`,
      // Behind other verbs these are parts of them: "lees voor".
      `${NOWHERE}(?:.* )?${MODAL}(?: \\S+)* (?:voor|in|om|bij|tegen)`,
      // Behind a wish it only makes it softer: "zeg het maar".
      '^(?:ik|hij|zij|ze|we|wij|het|dat|er|die|dit) (?:\\S+ )+maar',
    ]),
  ),
  unfinished: eitherOf(
    onlyOpening(BEFORE, [
      `${WOULD}(?: (?:even|nog))* graag(?: (?:even|nog))*(?: (?:weten|vragen|zeggen|horen|hebben))?`,
      `${WOULD}(?: (?:even|nog))* (?:weten|vragen|zeggen)|ik heb(?: (?:even|nog))* een vraag over`,
      '(?:(?:kunt|zou|wilt) u|(?:kun|kan|zou|wil) je)(?: (?:mij|me|ons|even|alsjeblieft|alstublieft))*' +
        '(?: (?:zeggen|vertellen|laten zien|uitleggen|geven))?',
      '(?:vertel|zeg|geef|leg)(?: (?:eens|even))* (?:mij|me|ons)(?: (?:eens|even))*',
      'laat (?:me|mij) (?:eens )?(?:denken|kijken)|weet (?:je|u)|ik (?:vraag me af|bedoel)',
      'wacht even|momentje|een moment|een ogenblik',
      'mijn \\S+ is|(?:het|de) (?:probleem|vraag|punt|antwoord) is',
      '(?:dat|dit|het) is|ik heet',
      'nou|dus|tja|(?:(?:ja|nee|goed) )?maar',
    ]),
    // "Nou en of" is a strong yes.
    endingWith(['(?<!(?:^| )en)(?:^| )of']),
  ),
  digits: wordSet('nul een één twee drie vier vijf zes zeven acht negen dubbel'),
};
