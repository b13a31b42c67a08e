import { anyLanguage, FIRST_SOUNDS, MURMURS } from './any.js';
import type { Language } from './language.js';
import { eitherOf, endingWith, onlyOpening, phraseSet, wordSet } from './words.js';

const BEFORE = "alors|et|mais|bon|bonjour|s'il vous plaît|s'il te plaît|excusez-moi|euh|ok";
const TELL = '(?:dire|montrer|donner|expliquer|lire|raconter)';

/** "Si" contradicts, "bon" and "alors" take the turn: none of them is among what listeners say. */
export const french: Language = {
  ...anyLanguage,
  murmurs: phraseSet(MURMURS, 'hum, humm, mmh, han'),
  firstSounds: phraseSet(FIRST_SOUNDS, 'euh, heu'),
  listening: phraseSet(
    "d'accord, oui, ouais, mouais, ok, okay, bien, vrai, exact, exactement, super, génial, parfait, " +
      'évidemment, certes, voilà, entendu, compris, effectivement, vraiment, carrément, absolument, ' +
      "intéressant, je vois, je comprends, ah bon, c'est vrai, c'est ça, c'est clair, tout à fait, très bien, " +
      'bien sûr, en effet, bien entendu, wow',
  ),
  listeningAlone: phraseSet('continue, continuez, vas-y, allez-y'),
  leading: wordSet(
    'et ou mais car que lorsque puisque quand dont comme de du des le la les un une à au aux en dans sur sous par ' +
      'avec sans chez vers entre depuis pendant mon ma mes ton ta tes sa ses notre nos votre vos leur leurs ce ' +
      "cet cette ces quel quelle quels quelles je j' ils qu' l' d' j'ai j'aimerais qu'il qu'elle qu'on qu'un " +
      "qu'une d'un d'une s'il très euh heu hum hm hmm",
  ),
  neverLast: wordSet(
    "et ou mais parce que lorsque le la les de du des à au aux mon ma mes ton ta tes notre votre qu' l' d' très " +
      'euh heu',
  ),
  auxiliaries: wordSet("est sont suis es êtes était c'est ai as a ont avez avons"),
  somebody: wordSet("le l' y en j'en n'en m'en t'en s'en j'y n'y l'y"),
  wholeAlone: wordSet('quand quel quelle entre'),
  question: eitherOf(
    /^(?:(?:et|mais|alors) )?(?:qui|que|quoi|où|quand|comment|pourquoi|combien|quel|quelle|quels|quelles|qu'est-ce) \S+ \S+/,
    /^(?:(?:et|mais|alors) )?(?:qui|où|comment|combien) c'est$/,
  ),
  openEnd: eitherOf(
    onlyOpening(BEFORE, [
      "(?:je |j')(?:voudrais|veux|voulais|aimerais|souhaite|souhaiterais|cherche)(?: bien)?(?: entendre)?",
      `(?:vous )?(?:pouvez|pourriez)(?: ${TELL})?|tu pourrais|tu peux ${TELL}`,
      '(?:dites|dis|donnez|donne|montrez|montre)-moi|vous savez|tu sais|bon',
    ]),
    // Answers and opinions end with these.
    endingWith([
      '(?<!(?:^| )(?:oui|ouais|non|si)(?: (?:je|tu|il|elle|on|ça))?) (?:peux|peut)',
      '(?<=\\S )(?<!(?:^| )(?:mais|bah|ben|ah|oh|moi|toi|que|oui|non) )si',
      '(?<!(?:^| )(?:le|du|un|au))(?:^| )son',
      '(?<!(?:^| )(?:suis|es|est|sommes|êtes|sont|vote|le))(?:^| )(?:pour|contre)',
    ]),
  ),
  unfinished: onlyOpening(BEFORE, [
    "(?:je |j')(?:voudrais|aimerais|souhaiterais)",
    "(?:je |j')(?:voudrais|veux|voulais|aimerais|souhaite|souhaiterais)(?: bien)? (?:savoir|(?:vous |te )?demander)",
    `(?:(?:pouvez|pourriez|voulez)-vous|(?:peux|pourrais)-tu)(?: (?:me|nous))?(?: ${TELL})?`,
    `(?:(?:vous )?(?:pouvez|pourriez)|tu (?:peux|pourrais)) (?:me|nous)(?: ${TELL})?`,
    `est-ce que (?:vous|tu)(?: (?:pouvez|pourriez|peux|pourrais))?(?: (?:me|nous))?(?: ${TELL})?`,
    "est-ce que|est-ce qu'|savez-vous|sais-tu",
    "j'ai besoin|je me demandais?|il y a|parce que",
    'attendez|attends|un instant|un moment|laissez-moi (?:réfléchir|voir)|laisse-moi (?:réfléchir|voir)',
    '(?:mon|ma) \\S+ est|le (?:problème|truc) est|la question est',
    'je veux dire|alors|donc|ben|eh bien',
  ]),
  digits: wordSet('zéro un deux trois quatre cinq six sept huit neuf double'),
};
