/**
 * Sentences to be spoken for training. A seeded generator, so that every run speaks the same ones: plain English of the
 * kind an assistant says, the other languages for their vowels, and syllables for the sounds that sentences are poor in.
 */

/** A small random generator with a seed (a linear congruential one with its output mixed). */
export function seeded(seed) {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    let mixed = state ^ (state >>> 15);
    mixed = Math.imul(mixed, 0x2c1b3c6d);
    return ((mixed ^ (mixed >>> 13)) >>> 0) / 4294967296;
  };
}

export const pick = (random, list) => list[Math.floor(random() * list.length)];

const english = {
  opening: [
    'Of course',
    'Good morning',
    'Well',
    'Thank you',
    'Right',
    'I see',
    'Sure',
    'No problem',
    'Maybe',
    'Absolutely',
    'Yes',
    'Hmm',
    'Oh',
    'Fine',
    'Sorry',
    'Please wait',
  ],
  who: [
    'my father',
    'the woman by the window',
    'your booking',
    'our team',
    'a young chef',
    'Beth',
    'the bus to Bath',
    'every visitor',
    'that purple book',
    'the whole family',
    'Joe',
    'the measure',
    'both of them',
    'a cheap umbrella',
    'the judge',
    'some people',
    'this machine',
    'the moon',
    'a cube of ice',
    'the usual choir',
  ],
  verb: [
    'makes',
    'moves',
    'would love',
    'believes',
    'chose',
    'may bring',
    'has found',
    'will pay for',
    'could use',
    'thought about',
    'opens',
    'shows',
    'wishes for',
    'finally fixed',
    'saved',
    'just watched',
    'picks up',
    'forgot',
    'values',
    'brushed',
  ],
  what: [
    'a warm bath',
    'five apples',
    'the blue vase',
    'a cup of tea',
    'the village map',
    'fresh fish',
    'more time',
    'a small boat',
    'the garage',
    'the red shoes',
    'a beige jumper',
    'the room above the shop',
    'bread and butter',
    'the wrong key',
    'a lovely view',
    'that song',
    'the fourth floor',
    'its own shadow',
    'a giant pumpkin',
    'half of the money',
    'the zoo',
    'a loud noise',
    'two new rules',
  ],
  when: [
    'at five past four',
    'before lunch',
    'on Thursday',
    'every summer',
    'in a moment',
    'after the show',
    'again and again',
    'for the first time',
    'this month',
    'by mistake',
    'over there',
    'near the beach',
    'without a problem',
    'in August',
    'through the north gate',
    'with pleasure',
  ],
  question: [
    'Shall we begin?',
    'How may I help you?',
    'Would you like to hear more?',
    'Where are you from?',
    'Do you mean the big one?',
    'Is that all right?',
    'What is your name, please?',
    'Could you say that once more?',
    'Which of the two do you prefer?',
    'Who told you so?',
  ],
};

const syllables = {
  first: ['m', 'b', 'p', 'f', 'v', 's', 'z', 'sh', 'ch', 'j', 'th', 'l', 'n', 'd', 't', 'k', 'g', 'r', 'w', 'h', 'y'],
  second: ['ah', 'ee', 'oo', 'oh', 'ay', 'eye', 'ow', 'air', 'aw'],
};

/** Words of other languages, strung together: the sounds count, not the sense. (Czech only where ASCII will do.) */
const words = {
  it: 'mamma buono piccolo ferro vino sole luna casa gelato amico pane mare fiume scuola zio ragazzo bambino foglia gnocchi acqua chiave uovo favore presto sempre amore vivo bello fuoco pomodoro',
  fi: 'hyvä päivä kuu yö tyttö poika meri sampo vesi tuuli äiti isä lumi pallo mummo ruoka hääyö öljy sinä puu pöytä silmä voi maa leipä kevät syksy jalka nenä suu',
  cs: 'mama pivo voda zima pes auto ulice hlava oko ucho jazyk ruka noha strom sestra chleba maso kolo more kniha doma zahrada slovo obloha bota malina fialka veverka',
  es: 'buenos amigo vino pueblo mano fuego leche jueves zapato lluvia mujer viejo bravo sombra plato fuente noche chico rojo mapa abuelo beber siempre miel uva faro',
  fr: 'bonjour femme bouche vue peu lune pomme feu jamais chaise rouge vin blanc maison oiseau rue deux fleur jeune pain belle voiture soupe fromage été nuit huile',
  de: 'guten morgen mutter vater fünf bücher schön über haus wasser zwei brot blume leute zug fisch müde öffnen pferd apfel wein baum ich auch mehr sommer kopf',
};

export const languages = Object.keys(words);

function clause(random) {
  return `${pick(random, english.who)} ${pick(random, english.verb)} ${pick(random, english.what)}`;
}

export function englishPhrase(random) {
  const kind = random();
  if (kind < 0.12) return pick(random, english.question);
  if (kind < 0.34) return `${pick(random, english.opening)}, ${clause(random)} ${pick(random, english.when)}.`;
  if (kind < 0.5) return `${pick(random, english.opening)}. ${clause(random)}.`;
  if (kind < 0.75) return `${clause(random)} ${pick(random, english.when)}.`;
  if (kind < 0.85) return `${clause(random)}, and ${clause(random)}.`;
  return syllablePhrase(random);
}

function syllablePhrase(random) {
  const count = 3 + Math.floor(random() * 4);
  return `${Array.from({ length: count }, () => pick(random, syllables.first) + pick(random, syllables.second)).join(' ')}.`;
}

export function foreignPhrase(random, language) {
  const list = words[language].split(' ');
  const count = 3 + Math.floor(random() * 4);
  const spoken = Array.from({ length: count }, () => pick(random, list));
  if (count > 4) spoken[2] += ',';
  return `${spoken.join(' ')}.`;
}
