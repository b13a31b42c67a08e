import { anyLanguage, FIRST_SOUNDS, MURMURS } from './any.js';
import type { Language } from './language.js';
import { onlyOpening, phraseSet, wordSet } from './words.js';

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
    'e ed o oppure ma perché se quando mentre che cui come di a da in con su per tra fra del dello della dei degli delle ' +
      "dell' al allo alla ai agli alle all' dal dallo dalla dai dagli dalle dall' nel nello nella nei negli nelle nell' sul " +
      "sullo sulla sui sugli sulle sull' il lo la i gli le l' un uno una un' mio mia tuo tua suo sua nostro nostra vostro " +
      'vostra anche cioè quindi eh ehm uhm hm hmm',
  ),
  neverLast: wordSet(
    'e ed o oppure ma il i gli un una di del dello della dei degli delle al allo alla ai agli alle dal dalla nel nella sul ' +
      "sulla con per che l' un' dell' all' nell' cioè ehm uhm",
  ),
  auxiliaries: wordSet("è sono sei c'è ho hai ha hanno era posso può"),
  somebody: wordSet('lo la ci'),
  wholeAlone: wordSet('perché quando come che mio mia tuo tua'),
  question:
    /^(?:(?:e|ma|dimmi|sai) )*(?:chi|che|cosa|dove|quando|come|perché|quale|quali|quanto|quanta|quanti|quante) \S+ \S+/,
  unfinished: onlyOpening('allora|e|ma|sì|no|ciao|scusa|scusi|senti|senta|per favore|ok|ehm', [
    '(?:io )?(?:vorrei|voglio|volevo|desidero|cerco|ho bisogno)(?: (?:sapere|chiedere|chiederti|chiederle|dire|sentire|avere))?',
    'mi piacerebbe(?: (?:sapere|sentire|avere))?',
    '(?:mi )?(?:puoi|può|potresti|potrebbe)' +
      '(?: (?:dirmi|mostrarmi|darmi|spiegarmi|raccontarmi|leggermi|dire|mostrare|dare|spiegare|raccontare))?',
    '(?:dimmi|mi dica|dammi|mi dia|mostrami|raccontami)|(?:lo )?sai|(?:lo )?sa',
    'mi chiedo|mi chiedevo|voglio dire|il fatto è',
    'aspetta|aspetti|un momento|un attimo|fammi (?:pensare|vedere)|mi faccia (?:pensare|vedere)',
    'il mio \\S+ è|la mia \\S+ è|mi chiamo|il problema è|la (?:cosa|domanda|risposta) è',
    'allora|dunque|beh|insomma',
  ]),
  digits: wordSet('zero uno due tre quattro cinque sei sette otto nove doppio'),
};
