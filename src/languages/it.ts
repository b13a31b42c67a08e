import { anyLanguage, FIRST_SOUNDS, MURMURS } from './any.js';
import type { Language } from './language.js';
import { eitherOf, endingWith, onlyOpening, phraseSet, wordSet } from './words.js';

const BEFORE = 'allora|e|ma|ciao|scusa|scusi|senti|senta|per favore|ok|ehm';
const CAN = '(?:puoi|può|potresti|potrebbe)';

/** "Basta", "dai" and "prego" are wishes, "allora" takes the turn: none of them is among what listeners say. */
export const italian: Language = {
  ...anyLanguage,
  murmurs: phraseSet(MURMURS, 'mh, mmh'),
  firstSounds: phraseSet(FIRST_SOUNDS, 'eh, ehm, uhm'),
  listening: phraseSet(
    'sì, si, certo, ok, okay, capisco, capito, esatto, esattamente, giusto, vero, davvero, bene, bello, ' +
      'perfetto, ottimo, interessante, ecco, chiaro, certamente, naturalmente, infatti, già, wow, fantastico, ' +
      "appunto, va bene, d'accordo, ho capito, è vero, molto bene, che bello, sul serio, ah ecco, " +
      'certo che sì',
  ),
  listeningAlone: phraseSet('continua, continui, vai avanti, vada avanti, vai pure'),
  leading: wordSet(
    'e ed o oppure ma perché se quando mentre cui come di a da in con su per tra fra del dello della dei degli delle ' +
      "dell' al allo alla ai agli alle all' dal dallo dalla dagli dalle dall' nel nello nella nei negli nelle nell' sul " +
      "sullo sulla sui sugli sulle sull' il lo la i gli le l' un uno una un' " +
      'anche cioè quindi eh ehm uhm hm hmm',
  ),
  neverLast: wordSet(
    'e ed o oppure ma il i gli un di del dello della dei degli delle al allo alla ai agli alle dal dalla nel nella sul ' +
      "sulla con per l' un' dell' all' nell' cioè ehm uhm",
  ),
  auxiliaries: wordSet("è sono sei c'è ho hai ha hanno era posso può"),
  somebody: wordSet('lo la ci non sì già qui lì'),
  wholeAlone: wordSet('perché quando come'),
  question: eitherOf(
    /^(?:(?:e|ma|dimmi|sai) )*(?:chi|che|cosa|dove|quando|come|perché|quale|quali|quanto|quanta|quanti|quante) \S+ \S+/,
    /^(?:(?:e|ma|dimmi|sai) )*(?:chi|cosa|dove|quanto|quanti) \S+/,
  ),
  openEnd: eitherOf(
    onlyOpening(BEFORE, [
      '(?:io )?(?:voglio|volevo|desidero|cerco)(?: (?:sentire|avere))?|mi piacerebbe(?: (?:sentire|avere))?',
      `(?:mi )?${CAN}|(?:dimmi|mi dica|dammi|mi dia|mostrami|raccontami)|(?:lo )?sai|(?:lo )?sa|insomma`,
      '(?:il|la|i|le) (?:mio|mia|tuo|tua|suo|sua|nostro|nostra|vostro|vostra)',
    ]),
    // "Come on" rather than "from the".
    endingWith(['(?<=\\S )(?<!(?:^| )(?:ma|e|no|sì|oh|eh) )dai']),
  ),
  unfinished: eitherOf(
    onlyOpening(BEFORE, [
      '(?:io )?(?:vorrei|ho bisogno)(?: (?:sentire|avere))?',
      '(?:io )?(?:vorrei|voglio|volevo|mi piacerebbe) (?:sapere|chiedere|chiederti|chiederle|dire)',
      `mi ${CAN}(?: (?:dire|mostrare|dare|spiegare|raccontare))?`,
      `${CAN} (?:dirmi|mostrarmi|darmi|spiegarmi|raccontarmi|leggermi)`,
      'mi chiedo|mi chiedevo|il fatto è',
      'aspetta|aspetti|un momento|un attimo|fammi (?:pensare|vedere)|mi faccia (?:pensare|vedere)',
      'il mio \\S+ è|la mia \\S+ è|mi chiamo|il problema è|la (?:cosa|domanda|risposta) è',
      'allora|dunque|beh',
    ]),
    // "Niente di che" is "nothing much".
    endingWith(['(?<=\\S)(?<!(?:^| )di) che']),
  ),
  digits: wordSet('zero uno due tre quattro cinque sei sette otto nove doppio'),
};
