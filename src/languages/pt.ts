import { anyLanguage, FIRST_SOUNDS, MURMURS } from './any.js';
import type { Language } from './language.js';
import { onlyOpening, phraseSet, wordSet } from './words.js';

/** Of Portugal and Brazil. "Para" is a wish ("stop") as well as a preposition; "bom" and "então" take the turn. */
export const portuguese: Language = {
  ...anyLanguage,
  murmurs: phraseSet(MURMURS, 'aham, ahã, uhum, hum, hã hã, ã hã'),
  firstSounds: phraseSet(FIRST_SOUNDS, 'hã, ã, eh'),
  listening: phraseSet(
    'sim, é, tá, pois, claro, certo, ok, okay, entendi, entendo, percebo, percebi, compreendo, exato, ' +
      'exatamente, verdade, beleza, legal, fixe, ótimo, perfeito, interessante, isso, sério, uau, nossa, ' +
      'realmente, pois é, tá bom, tá certo, está bem, está certo, tudo bem, é verdade, com certeza, que bom, ' +
      'que legal, isso mesmo, a sério, muito bem, estou a ver, sei sei',
  ),
  listeningAlone: phraseSet('continua, continue, pode continuar, segue, siga'),
  leading: wordSet(
    'e ou mas porque embora se quando enquanto que quem como de do da dos das a o os as ao aos à às um uma uns umas em no ' +
      'na nos nas num numa por pelo pela pelos pelas para pra pro com sem sobre entre até desde meu minha meus minhas seu ' +
      'sua seus suas nosso nossa tipo hã ã eh hum hm hmm',
  ),
  neverLast: wordSet(
    'e ou mas embora o os as um uma de do da dos das em num numa ao aos com pelo pela pra pro que hã ã',
  ),
  auxiliaries: wordSet('é são sou és está estão estou era foi há tenho posso'),
  somebody: wordSet('não sim o a já'),
  // Alone it is "stop".
  wholeAlone: wordSet('para quando quem como'),
  question: /^(?:(?:e|mas|o) )*(?:que|quem|onde|quando|como|qual|quais|quanto|quanta|quantos|quantas) \S+(?: \S+)*$/,
  unfinished: onlyOpening('bom|então|e|mas|sim|não|olá|oi|olha|olhe|por favor|desculpa|desculpe|tá|ok', [
    '(?:eu )?(?:quero|queria|preciso|procuro|gostaria)(?: de)?(?: (?:saber|perguntar|te perguntar|dizer|ouvir|pedir))?',
    '(?:você |o senhor |a senhora )?(?:pode|podes|poderia|podia|podias)(?: me)?' +
      '(?: (?:dizer-me|dizer|mostrar|dar|explicar|contar|ler|falar))?',
    '(?:me )?(?:diz|diga|diga-me|diz-me|fala|mostra|mostre|conta|conte|dá|dê)(?: me|-me)?|me (?:diz|diga|fala|conta)',
    '(?:você )?sabe|sabes|eu me pergunto|quer dizer|é que|ou seja',
    'espera|espere|um momento|um instante|deixa eu (?:pensar|ver)|deixa-me (?:pensar|ver)|deixe-me (?:pensar|ver)',
    '(?:o )?meu \\S+ é|(?:a )?minha \\S+ é|o problema é|a (?:coisa|questão|pergunta|resposta) é',
    'bom|então|bem|ora',
  ]),
  digits: wordSet('zero um dois três quatro cinco seis meia sete oito nove duplo'),
};
