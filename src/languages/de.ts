import { anyLanguage, FIRST_SOUNDS, MURMURS } from './any.js';
import type { Language } from './language.js';
import { eitherOf, endingWith, onlyOpening, phraseSet, wordSet } from './words.js';

const BEFORE = 'also|und|aber|bitte|okay|ok|gut|hallo|entschuldigung|äh|ähm';
const FILL = '(?: (?:gern|gerne|bitte|mal|noch|nur))*';
const MODAL =
  '(?:möchte|möchtest|möchten|will|willst|wollen|kann|kannst|können|könnte|könnten|muss|musst|müssen|soll|sollen|darf|' +
  'würde|würden|hätte)';

/** Verbs and parts of verbs stand at the end ("wo es ist", "hör auf"): they are not among `leading`. */
export const german: Language = {
  ...anyLanguage,
  murmurs: phraseSet(MURMURS, 'hmhm, mmh, ach, oha'),
  firstSounds: phraseSet(FIRST_SOUNDS, 'äh, ähm, eh, öh, öhm'),
  listening: phraseSet(
    'ja, jaja, jo, jep, jup, ok, okay, gut, genau, stimmt, richtig, klar, sicher, natürlich, logisch, eben, ' +
      'achso, soso, verstehe, verstanden, echt, wirklich, super, toll, prima, schön, interessant, spannend, ' +
      'krass, wow, cool, wahnsinn, ach so, alles klar, na klar, ist klar, ganz genau, sehr gut, sehr schön, ' +
      'ich verstehe, na gut, das stimmt, das ist ja interessant',
  ),
  listeningAlone: phraseSet('weiter, erzähl weiter, sprich weiter, erzählen sie weiter, sprechen sie weiter'),
  leading: wordSet(
    'und oder aber weil dass obwohl sondern wenn falls bevor sobald als wie der die dem des eine einen einem ' +
      'einer eines kein keinen keinem mein meine meinen meinem meiner dein deine deinen deinem deiner seine seinen seinem ' +
      'ihre ihren ihrem ihrer unser unsere unseren unserem euer eure eurem dieses diesem diesen von für im ' +
      'am zum zur beim vom ins in über ohne gegen zwischen hinter neben seit bis wegen trotz also äh ähm ehm ' +
      'öh öhm hm hmm tja',
  ),
  neverLast: wordSet(
    'und aber weil dass obwohl dem des mein dein meinem deinem unser zum zur beim im am vom ins äh ähm ehm öh öhm tja',
  ),
  wholeAlone: wordSet('wie'),
  openEnd: eitherOf(
    onlyOpening(BEFORE, [
      `ich (?:möchte|will|würde|wollte|brauche|suche)${FILL}(?: hören)?|ich (?:glaube|denke)|naja|na ja`,
      '(?:sag|zeig|erzähl|erklär) mal|(?:zeigen|erzählen|erklären) sie bitte',
      '(?:das|es|ich|wir|er|sie) (?:ist|sind|bin|habe|haben|hat|war|kann|muss|soll)',
    ]),
    endingWith([
      // Behind other verbs these are parts of them: "komm mit", "ich lade dich ein".
      `(?:^| )${MODAL}(?: \\S+)* (?:mit|bei|nach|zu|um|durch|ein)`,
      '(?:^| )(?:gehe|gehen|fahre|fahren|fliege|fliegen|reise|reisen)(?: (?:heute|morgen|jetzt|dann))? nach',
      '(?:^| )(?:suche|brauche|habe|haben|ist|war|gibt|mit|für|von|wie) ein',
    ]),
  ),
  unfinished: eitherOf(
    onlyOpening(BEFORE, [
      `ich hätte${FILL}|ich (?:möchte|wollte)(?: (?:gern|gerne|bitte|mal|nur))+`,
      `ich (?:möchte|wollte|würde|will)${FILL} (?:wissen|fragen|sagen)`,
      '(?:(?:können|könnten|würden) sie|(?:kannst|könntest|würdest) du)(?: (?:mir|uns|bitte|mal))*' +
        '(?: (?:sagen|zeigen|erklären|erzählen|geben))?',
      '(?:sag|zeig|gib|erzähl|erklär|(?:sagen|zeigen|geben|erzählen|erklären) sie)(?: (?:mal|bitte))* (?:mir|uns)' +
        '(?: (?:mal|bitte))*',
      'weißt du|wissen sie|ich (?:frage mich|meine)',
      'moment|einen moment|warte mal|moment mal|lass mich (?:mal )?(?:überlegen|nachdenken)',
      '(?:mein|meine) \\S+ (?:ist|lautet)|(?:das|die|der) (?:problem|frage|sache|antwort|punkt) ist',
      '(?:das|es) ist|das sind|ich heiße',
      'also',
    ]),
    // "Und ob" is a strong yes, and "ja, oder" asks for one.
    endingWith(['(?<!(?:^| )und)(?:^| )ob', '(?<!(?:^| )(?:ja|doch|gut|nicht))(?:^| )oder']),
  ),
  digits: wordSet('null eins zwei zwo drei vier fünf sechs sieben acht neun doppel'),
};
