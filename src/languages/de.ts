import { anyLanguage, FIRST_SOUNDS, MURMURS } from './any.js';
import type { Language } from './language.js';
import { onlyOpening, phraseSet, wordSet } from './words.js';

/** Verbs and parts of verbs stand at the end ("wo es ist", "hör auf"): they are not among `leading`. */
export const german: Language = {
  ...anyLanguage,
  murmurs: phraseSet(MURMURS, 'hmhm, mmh, ach, oha'),
  firstSounds: phraseSet(FIRST_SOUNDS, 'äh, ähm, eh, öh, öhm'),
  listening: phraseSet(
    'ja, jaja, jo, jep, jup, ok, okay, gut, genau, stimmt, richtig, klar, sicher, natürlich, logisch, eben, ' +
      'achso, soso, verstehe, verstanden, echt, wirklich, super, toll, prima, schön, interessant, spannend, ' +
      'krass, wow, cool, wahnsinn, ach so, alles klar, na klar, ist klar, ganz genau, sehr gut, sehr schön, ' +
      'ich verstehe, na gut, das stimmt, das ist ja interessant, ach was',
  ),
  listeningAlone: phraseSet('weiter, erzähl weiter, sprich weiter, erzählen sie weiter, sprechen sie weiter'),
  leading: wordSet(
    'und oder aber weil dass ob obwohl sondern wenn falls bevor sobald als wie der die den dem des ein eine einen einem ' +
      'einer eines kein keinen keinem mein meine meinen meinem meiner dein deine deinen deinem deiner seine seinen seinem ' +
      'ihre ihren ihrem ihrer unser unsere unseren unserem euer eure eurem dieses diesem diesen mit von für bei nach zu im ' +
      'am zum zur beim vom ins in über ohne gegen zwischen hinter neben seit bis wegen trotz um durch also äh ähm eh ehm ' +
      'öh öhm hm hmm tja',
  ),
  neverLast: wordSet(
    'und oder aber weil dass ob obwohl ein einem eines den dem des mein dein meinem deinem unser zum zur beim im am vom ' +
      'ins äh ähm eh ehm öh öhm tja',
  ),
  wholeAlone: wordSet('wie'),
  unfinished: onlyOpening('also|und|aber|ja|nein|bitte|okay|ok|gut|hallo|entschuldigung|äh|ähm', [
    'ich (?:hätte|möchte|würde|will|wollte|brauche|suche)(?: (?:gern|gerne|bitte|mal|noch|nur))*' +
      '(?: (?:wissen|fragen|sagen|hören))?',
    '(?:(?:können|könnten|würden) sie|(?:kannst|könntest|würdest) du)(?: (?:mir|uns|bitte|mal))*' +
      '(?: (?:sagen|zeigen|erklären|erzählen|geben))?',
    '(?:sag|zeig|gib|erzähl|erklär|(?:sagen|zeigen|geben|erzählen|erklären) sie)(?: (?:mir|uns|bitte|mal))+',
    'weißt du|wissen sie|ich (?:frage mich|meine|glaube|denke)',
    'moment|einen moment|warte mal|moment mal|lass mich (?:mal )?(?:überlegen|nachdenken)',
    '(?:mein|meine) \\S+ (?:ist|lautet)|(?:das|die|der) (?:problem|frage|sache|antwort|punkt) ist',
    '(?:das|es|ich|wir|er|sie) (?:ist|sind|bin|habe|haben|hat|war|heiße|kann|muss|soll)',
    'na ja|naja|also',
  ]),
  digits: wordSet('null eins zwei zwo drei vier fünf sechs sieben acht neun doppel'),
};
