import { anyLanguage, FIRST_SOUNDS, MURMURS } from './any.js';
import type { Language } from './language.js';
import { onlyOpening, phraseSet, wordSet } from './words.js';

/** "Si" contradicts, "bon" and "alors" take the turn: none of them is among what listeners say. */
export const french: Language = {
  ...anyLanguage,
  murmurs: phraseSet(MURMURS, 'hum, humm, mmh, han'),
  firstSounds: phraseSet(FIRST_SOUNDS, 'euh, heu'),
  listening: phraseSet(
    "d'accord, oui, ouais, mouais, ok, okay, bien, vrai, exact, exactement, super, génial, parfait, " +
      'évidemment, certes, voilà, entendu, compris, effectivement, vraiment, carrément, absolument, ' +
      "intéressant, je vois, je comprends, ah bon, c'est vrai, c'est ça, c'est clair, tout à fait, très bien, " +
      'bien sûr, en effet, ça marche, bien entendu, wow',
  ),
  listeningAlone: phraseSet('continue, continuez, vas-y, allez-y'),
  leading: wordSet(
    'et ou mais car que lorsque puisque quand si dont comme de du des le la les un une à au aux en dans sur sous pour par ' +
      'avec sans chez vers entre contre depuis pendant mon ma mes ton ta tes son sa ses notre nos votre vos leur leurs ce ' +
      "cet cette ces quel quelle quels quelles je j' ils qu' l' d' j'ai j'aimerais qu'il qu'elle qu'on qu'un " +
      "qu'une d'un d'une s'il très euh heu hum hm hmm",
  ),
  neverLast: wordSet(
    "et ou mais car parce que lorsque le la les un une de du des à au aux mon ma mes ton ta tes notre votre qu' l' d' qu'un " +
      "qu'une d'un d'une très euh heu",
  ),
  auxiliaries: wordSet("est sont suis es êtes était c'est ai as a ont avez avons peux peut"),
  somebody: wordSet("le l' y en"),
  wholeAlone: wordSet('quand si quel quelle'),
  question:
    /^(?:(?:et|mais|alors) )?(?:qui|que|quoi|où|quand|comment|pourquoi|combien|quel|quelle|quels|quelles|qu'est-ce) \S+ \S+/,
  unfinished: onlyOpening("alors|et|mais|oui|non|bon|bonjour|s'il vous plaît|s'il te plaît|excusez-moi|euh|ok", [
    "(?:je |j')(?:voudrais|veux|voulais|aimerais|souhaite|souhaiterais|cherche)" +
      '(?: (?:bien|savoir|demander|entendre|vous demander|te demander))*',
    '(?:(?:pouvez|pourriez|voulez)-vous|(?:vous )?(?:pouvez|pourriez)|' +
      '(?:peux|pourrais)-tu|tu (?:peux|pourrais))(?: (?:me|nous))?' +
      '(?: (?:dire|montrer|donner|expliquer|lire|raconter))?',
    'est-ce que (?:vous|tu)(?: (?:pouvez|pourriez|peux|pourrais))?(?: (?:me|nous))?' +
      '(?: (?:dire|montrer|donner|expliquer))?',
    "est-ce que|est-ce qu'",
    '(?:dites|dis|donnez|donne|montrez|montre)-moi|(?:savez-vous|sais-tu|vous savez|tu sais)',
    "j'ai besoin|je me demandais?|il y a|parce que",
    'attendez|attends|un instant|un moment|laissez-moi (?:réfléchir|voir)|laisse-moi (?:réfléchir|voir)',
    '(?:mon|ma) \\S+ est|le (?:problème|truc) est|la question est',
    'je veux dire|alors|bon|donc|ben|eh bien',
  ]),
  digits: wordSet('zéro un deux trois quatre cinq six sept huit neuf double'),
};
