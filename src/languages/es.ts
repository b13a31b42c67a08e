import { anyLanguage, FIRST_SOUNDS, MURMURS } from './any.js';
import type { Language } from './language.js';
import { eitherOf, endingWith, onlyOpening, phraseSet, wordSet } from './words.js';

const BEFORE = 'bueno|pues|y|pero|hola|oye|oiga|por favor|perdón|perdona|vale|eh';

/** "Ya" alone may be "enough", "bueno" takes the turn, "no" is a wish: none of them is among what listeners say. */
export const spanish: Language = {
  ...anyLanguage,
  murmurs: phraseSet(MURMURS, 'ajá, mjm, ujum'),
  firstSounds: phraseSet(FIRST_SOUNDS, 'eh, em, aj'),
  listening: phraseSet(
    'sí, si, claro, vale, ok, okay, entiendo, comprendo, exacto, exactamente, correcto, cierto, verdad, ' +
      'perfecto, genial, interesante, efectivamente, naturalmente, guau, bien, ya veo, ya entiendo, ' +
      'ah ya, de acuerdo, es verdad, así es, eso es, por supuesto, desde luego, muy bien, qué bien, qué bueno, ' +
      'qué interesante, claro que sí, en serio, lo entiendo',
  ),
  listeningAlone: phraseSet('sigue, siga, continúa, continúe, adelante, dale'),
  leading: wordSet(
    'y e o u pero porque aunque si cuando mientras que quien como donde de del a al con sin por en entre sobre desde ' +
      'hasta hacia según contra el la los las un una unos unas mi mis tu tus su sus nuestro nuestra nuestros nuestras este ' +
      'muy pues eh em hm hmm',
  ),
  neverLast: wordSet('y o pero porque aunque el los las un de del al con mis tus su sus que muy em'),
  auxiliaries: wordSet('es son soy eres está están estoy estás era fue ha han he hay tengo puedo'),
  somebody: wordSet('lo la los las sí no ya aquí ahí allí acá allá también tampoco'),
  question: /^(?:\S+ )*(?:qué|quién|quiénes|dónde|cuándo|cómo|cuál|cuáles|cuánto|cuánta|cuántos|cuántas) \S+(?: \S+)*$/,
  openEnd: eitherOf(
    onlyOpening(BEFORE, [
      '(?:yo )?(?:quiero|quería|necesito|busco|deseo)(?: (?:oír|pedir))?|me (?:gustaría|encantaría)(?: oír)?',
      '(?:me )?(?:puedes|puede|podrías|podría)|(?:dime|dígame|dame|deme|muéstrame|cuéntame)|(?:tú )?sabes|(?:usted )?sabe',
      'bueno|a ver',
    ]),
    // By itself, and after "please", it is "stop".
    endingWith(['(?<=\\S )(?<!(?:^| )(?:favor|para|no|ya|oye|oiga) )para']),
  ),
  unfinished: onlyOpening(BEFORE, [
    '(?:yo )?(?:quisiera|querría)(?: (?:oír|pedir))?',
    '(?:yo )?(?:quiero|quería|quisiera|querría|necesito|deseo) (?:saber|preguntar|preguntarte|preguntarle|decir)',
    'me (?:gustaría|encantaría) (?:saber|preguntar|tener|pedir)',
    'me (?:puedes|puede|podrías|podría)(?: (?:decir|mostrar|dar|explicar|contar|leer))?',
    '(?:puedes|puede|podrías|podría) (?:decirme|mostrarme|darme|explicarme|contarme|leerme)',
    'me pregunto|me preguntaba|es que|o sea|lo que pasa es que',
    'espera|espere|un momento|un segundo|déjame (?:pensar|ver)|déjeme (?:pensar|ver)',
    'mi \\S+ es|el problema es|la (?:cosa|pregunta|respuesta) es',
    'pues|entonces|eh',
  ]),
  digits: wordSet('cero uno dos tres cuatro cinco seis siete ocho nueve doble'),
};
