import { anyLanguage, FIRST_SOUNDS, MURMURS } from './any.js';
import type { Language } from './language.js';
import { eitherOf, endingWith, onlyOpening, phraseSet, wordSet } from './words.js';

const BEFORE = 'bom|então|e|mas|olá|oi|olha|olhe|por favor|desculpa|desculpe|ok';

/** Of Portugal and Brazil. "Para" is a wish ("stop") as well as a preposition; "bom" and "então" take the turn. */
export const portuguese: Language = {
  ...anyLanguage,
  murmurs: phraseSet(MURMURS, 'aham, ahã, uhum, hum, hã hã, ã hã'),
  firstSounds: phraseSet(FIRST_SOUNDS, 'hã, ã, eh'),
  listening: phraseSet(
    'sim, tá, pois, claro, certo, ok, okay, entendi, entendo, percebo, percebi, compreendo, exato, ' +
      'exatamente, verdade, beleza, legal, fixe, ótimo, perfeito, interessante, isso, sério, uau, nossa, ' +
      'realmente, pois é, tá bom, tá certo, está bem, está certo, é verdade, com certeza, que bom, ' +
      'que legal, isso mesmo, a sério, muito bem, estou a ver, sei sei',
  ),
  listeningAlone: phraseSet('é, é sim, é isso, é mesmo, ah é, continua, continue, pode continuar, segue, siga'),
  leading: wordSet(
    'e ou mas porque se quando enquanto quem como de do da dos das a o os as ao aos à às um uma uns umas em no ' +
      'na nos nas num numa por pelo pela pelos pelas pra pro com sem sobre entre até desde meu minha meus minhas seu ' +
      'sua seus suas nosso nossa tipo hã ã eh hum hm hmm',
  ),
  neverLast: wordSet('e ou mas o os as de do da dos das em num numa ao aos pelo pela pra pro hã ã'),
  auxiliaries: wordSet('é são sou és está estão estou era foi há tenho posso'),
  somebody: wordSet('não sim o a já aqui aí ali lá assim também'),
  wholeAlone: wordSet('quando quem como'),
  question: /^(?:(?:e|mas|o) )*(?:que|quem|onde|quando|como|qual|quais|quanto|quanta|quantos|quantas) \S+(?: \S+)*$/,
  openEnd: eitherOf(
    onlyOpening(BEFORE, [
      '(?:eu )?(?:quero|queria|preciso|procuro|gostaria)(?: (?:ouvir|pedir))?',
      '(?:você |o senhor |a senhora )?(?:pode|podes|poderia|podia|podias)',
      '(?:me )?(?:diz|diga|diga-me|diz-me|fala|mostra|mostre|conta|conte|dá|dê)(?: me|-me)?',
      '(?:você )?sabe|sabes|bom|bem|ora',
    ]),
    // By itself, and after "please", it is "stop".
    endingWith(['(?<=\\S )(?<!(?:^| )(?:favor|para|não|já|olha|agora) )para']),
  ),
  unfinished: eitherOf(
    onlyOpening(BEFORE, [
      'eu (?:queria|gostaria)|(?:eu )?(?:quero|queria|preciso|gostaria)(?: de)? (?:saber|perguntar|te perguntar|dizer)',
      '(?:você |o senhor |a senhora )?(?:pode|podes|poderia|podia|podias) ' +
        '(?:me(?: (?:dizer|mostrar|dar|explicar|contar|ler|falar))?|(?:dizer|mostrar|dar|explicar|contar|ler)-me)',
      'eu me pergunto|quer dizer|é que|ou seja',
      'espera|espere|um momento|um instante|deixa eu (?:pensar|ver)|deixa-me (?:pensar|ver)|deixe-me (?:pensar|ver)',
      '(?:o )?meu \\S+ é|(?:a )?minha \\S+ é|o problema é|a (?:coisa|questão|pergunta|resposta) é',
      'então',
    ]),
    // "O que" and "por que" ask.
    endingWith(['(?<!(?:^| )(?:o|por|pra|para|de|do|em|com))(?:^| )que']),
  ),
  digits: wordSet('zero um dois três quatro cinco seis meia sete oito nove duplo'),
};
