import { describe, expect, it } from 'vitest';
import { phraser, type SpeakablePhrase } from '../../src/conversation/phrases.js';

/** The phrases of a text that arrives in these pieces without any pause. */
function phrasesOf(...pieces: string[]): SpeakablePhrase[] {
  const splitter = phraser();
  return [...pieces.flatMap((piece) => splitter.push(piece, 0)), ...splitter.end()];
}

const textsOf = (...pieces: string[]) => phrasesOf(...pieces).map((phrase) => phrase.text);

/** Text, and the phrases that are spoken of it. */
const TABLE: readonly (readonly [name: string, text: string, phrases: readonly string[]])[] = [
  ['nothing', '', []],
  ['blanks', ' \n\t ', []],
  ['stops alone', '... ?! —', []],
  ['one word', 'Yes', ['Yes']],
  [
    'a clause first, then sentences',
    'Hello there, I am Ada. I look after this screen. Ask me anything you like.',
    ['Hello there, I am Ada.', 'I look after this screen.', 'Ask me anything you like.'],
  ],
  [
    'a comma that is enough',
    'If you should ask, this is the place to be now. Is it not so, my friend?',
    ['If you should ask,', 'this is the place to be now.', 'Is it not so, my friend?'],
  ],
  [
    'short sentences are joined',
    'It is a good day today. Yes. No. I do not know. It may be so. Ask.',
    ['It is a good day today.', 'Yes. No. I do not know. It may be so.', 'Ask.'],
  ],
  [
    'numbers and times',
    'It is about 3.14 and it began at 10:42 with 1,000 people. Then, at 11:00, it ended for good.',
    ['It is about 3.14 and it began at 10:42 with 1,000 people.', 'Then, at 11:00, it ended for good.'],
  ],
  [
    'abbreviations',
    'Please ask Dr. Smith of the U.S. Navy, e.g. about ships. Prof. Lee and J. Doe know more.',
    ['Please ask Dr. Smith of the U.S. Navy,', 'e.g. about ships. Prof. Lee and J. Doe know more.'],
  ],
  [
    'a short start before a long sentence',
    'Try this. There is nothing in this long second sentence where one could make a stop. So there.',
    ['Try this.', 'There is nothing in this long second sentence where one could make a stop.', 'So there.'],
  ],
  [
    'a trailing abbreviation',
    'Come at the hour of 5 p.m. Then we shall eat, drink etc. until late. So am I. And you are too.',
    ['Come at the hour of 5 p.m.', 'Then we shall eat, drink etc. until late.', 'So am I. And you are too.'],
  ],
  [
    'addresses',
    'You will find it at www.parley.dev/help?page=2 or in main.ts. Or see https://parley.dev/a.b, if you like.',
    ['You will find it at www.parley.dev/help?page=2 or in', 'main.ts. Or see https://parley.dev/a.b, if you like.'],
  ],
  [
    'trailing off',
    'Well, I am not so sure... maybe it is so. I said... no, I thought that it was so.',
    ['Well, I am not so sure...', 'maybe it is so. I said... no, I thought that it was so.'],
  ],
  [
    'two stops, quotes and brackets',
    'Are you sure of that?! "It was here," she said. (And it was here.) He said "No, it was not." Then he left.',
    [
      'Are you sure of that?',
      '"It was here," she said.',
      '(And it was here.) He said "No, it was not."',
      'Then he left.',
    ],
  ],
  [
    'a quote that closes late',
    '"What did you say?" she asked him twice. He did not know.',
    ['"What did you say?', 'she asked him twice. He did not know.'],
  ],
  [
    'dashes',
    'This is my idea — it is a good one. Pages 3–5 and a well-known fact - so they say.',
    ['This is my idea —', 'it is a good one. Pages 3–5 and a well-known fact - so they say.'],
  ],
  [
    'Chinese',
    '你好，我是艾达。我可以给你讲一个很长的故事！你想听吗？好的。',
    ['你好，我是艾达。', '我可以给你讲一个很长的故事！', '你想听吗？好的。'],
  ],
  [
    'Hindi',
    'नमस्ते, मैं एडा हूँ। मैं आपको एक कहानी सुना सकती हूँ। क्या आप सुनेंगे?',
    ['नमस्ते, मैं एडा हूँ।', 'मैं आपको एक कहानी सुना सकती हूँ।', 'क्या आप सुनेंगे?'],
  ],
  [
    'headings, emphasis and code words',
    '## The *first* part\n\nThis is **very** _important_ and `simple`: snake_case and 5*3 stay.',
    ['The first part', 'This is very important and simple: snake case and 5*3 stay.'],
  ],
  [
    'lists',
    'You need these:\n- milk\n* eggs\n+ bread\n1. Go to the shop\n2. Buy them all',
    ['You need these:', 'milk, eggs, bread, 1. Go to the shop', '2. Buy them all'],
  ],
  [
    'minus is no bullet',
    '-5 degrees is cold, they say. It is -7 now, and --help is an option.',
    ['-5 degrees is cold,', 'they say. It is -7 now, and --help is an option.'],
  ],
  [
    'links and pictures',
    'Read [the whole page](https://x.dev/a_(b)?c=1) and [this][1], ![a cat](cat.png)not [that]. Fine[^2] by me (really).',
    ['Read the whole page and this,', 'not that. Fine by me (really).'],
  ],
  [
    'code blocks and tables',
    'Here is how it goes:\n```js\nlet a = "b. c";\n```\nThat is all of it.\n| a | b |\n|---|---|\n| 1 | 2 |\nAnd the rest is easy.\n~~~\nx\n~~~\nReally, it is that easy.',
    ['Here is how it goes:', 'That is all of it. And the rest is easy.', 'Really, it is that easy.'],
  ],
  ['a block that never closes', 'This is the code, as it is:\n```\nlet a = 1;', ['This is the code,', 'as it is:']],
  [
    'rules and quotes',
    'Look at the first part.\n---\n> It is quoted, and it is long.\n***\nThe end of all this.',
    ['Look at the first part.', 'It is quoted, and it is long.', 'The end of all this.'],
  ],
  [
    'emoji',
    'So glad 😀 you came 👍🏽👨‍👩‍👧 today 1️⃣! I ❤️ this → place 🇩🇪.',
    ['So glad you came today 1!', 'I this place.'],
  ],
  [
    'tags, and smaller than',
    'This is <b>bold</b> and 2 < 3, with <3 and<br>a line. See <https://parley.dev> for more.',
    ['This is bold and 2 < 3,', 'with <3 and, a line. See https://parley.dev for more.'],
  ],
  ['escaped marks', 'A \\*star\\* and a \\\\ stay here, I think.', ['A *star* and a \\ stay here,', 'I think.']],
  [
    'spaces of all kinds',
    'One\u00a0two \u202f three,\t\tfour  five.\r\n\r\nSix  seven eight nine ten.',
    ['One two three,', 'four five. Six seven eight nine ten.'],
  ],
  ['joiners that letters need', 'क्‍षमा करें, मैं नहीं जानती।', ['क्‍षमा करें, मैं नहीं जानती।']],
];

/** Models end no piece between a stop and what belongs to it: "example" and ".com", "so" and "...". */
const piecesOf = (text: string) => text.match(/\.+\S?|[\s\S]/gu) ?? [];
const isInStop = (text: string, at: number) => text[at - 1] === '.' && /\S/.test(text[at] ?? '');

describe('what is spoken', () => {
  it.each(TABLE)('%s', (_, text, phrases) => {
    expect(textsOf(text)).toEqual(phrases);
  });

  it.each(TABLE)('%s: the same however it is cut', (_, text) => {
    const whole = phrasesOf(text);
    expect(phrasesOf(...piecesOf(text))).toEqual(whole);
    for (let at = 1; at < text.length; at++) {
      if (isInStop(text, at)) continue;
      expect(phrasesOf(text.slice(0, at), text.slice(at)), `cut at ${at}`).toEqual(whole);
    }
  });

  it.each(TABLE)('%s: each phrase names its part of the text, in order', (_, text) => {
    let end = 0;
    for (const [i, phrase] of phrasesOf(text).entries()) {
      expect(phrase.index).toBe(i);
      expect(phrase.from).toBeGreaterThanOrEqual(end);
      expect(phrase.to).toBeGreaterThan(phrase.from);
      end = phrase.to;
      // Every letter of the phrase stands in its part, in this order.
      let place = phrase.from;
      for (const letter of phrase.text.match(/[\p{L}\p{N}]/gu) ?? []) {
        place = text.indexOf(letter, place) + letter.length;
        expect(place).toBeGreaterThan(0);
        expect(place).toBeLessThanOrEqual(phrase.to);
      }
    }
    expect(end).toBeLessThanOrEqual(text.length);
  });

  it('is the text itself where nothing had to be taken away', () => {
    const text =
      'Here is one about a clock. In a small town the church clock ran four minutes slow, and everybody knew it.';
    for (const phrase of phrasesOf(text)) expect(text.slice(phrase.from, phrase.to)).toBe(phrase.text);
  });

  it('loses no word and doubles none, in a long text without a stop', () => {
    const words = Array.from({ length: 400 }, (_, i) => `word${i}`);
    const phrases = textsOf(words.join(' '));
    expect(phrases.join(' ')).toBe(words.join(' '));
    expect(Math.max(...phrases.map((phrase) => phrase.length))).toBeLessThanOrEqual(300);
    expect(phrases[0]!.length).toBeLessThanOrEqual(60);
  });

  it('cuts a sentence that is too long at a clause', () => {
    const long = `It begins like this. ${'and it goes on and on for a while, '.repeat(12)}until it ends.`;
    const phrases = textsOf(long);
    expect(phrases.slice(1, -1).every((phrase) => phrase.endsWith(',') && phrase.length <= 300)).toBe(true);
  });

  it('gives the same for marks in any mixture, however they are cut', () => {
    // A plain linear congruential generator: the same 400 texts every time.
    let seed = 7;
    const next = (below: number) => {
      seed = (seed * 1_103_515_245 + 12_345) % 2 ** 31;
      return Math.floor((seed / 2 ** 31) * below);
    };
    const marks = [
      '*',
      '_',
      '`',
      '```',
      '~~~',
      '[',
      ']',
      '(',
      ')',
      '<',
      '>',
      '!',
      '|',
      '#',
      '- ',
      '\\',
      '\n',
      '. ',
      ', ',
      '"',
      '😀',
      'word ',
      'a',
      '7',
    ];
    for (let round = 0; round < 400; round++) {
      const text = Array.from({ length: 40 }, () => marks[next(marks.length)]).join('');
      const whole = phrasesOf(text);
      expect(phrasesOf(...piecesOf(text)), text).toEqual(whole);
      const at = next(text.length);
      if (isInStop(text, at)) continue;
      expect(phrasesOf(text.slice(0, at), text.slice(at)), text).toEqual(whole);
    }
  });

  it('does not hold back a word that has no end', () => {
    const phrases = textsOf('a'.repeat(1000));
    expect(phrases.join('')).toBe('a'.repeat(1000));
    expect(phrases.length).toBeGreaterThan(3);
  });
});

describe('how early the first phrase comes', () => {
  /** The text that had to arrive, character by character, before the first phrase left. */
  const neededFor = (text: string) => {
    const splitter = phraser();
    const at = text.split('').findIndex((char) => splitter.push(char, 0).length > 0);
    return text.slice(0, at + 1);
  };

  it.each([
    ['with the comma', 'That is a good one, and I will tell you why.', 'That is a good one,'],
    ['with the question mark', 'Would you like that? I would.', 'Would you like that?'],
    ['with the mark, though another may follow', 'That is quite true!! Yes.', 'That is quite true!'],
    ['with the full stop', 'I am quite sure. You too.', 'I am quite sure.'],
    ['with the character after a stop that may be none', 'Ask for our Mr. Smith. You too.', 'Ask for our Mr. Smith.'],
    ['with the character after a number and its stop', 'It is about 33. You see.', 'It is about 33. '],
    ['with the character after one letter and its stop', 'It is the U.S. I think.', 'It is the U.S. I think.'],
    ['not with too few words', 'Unfortunately, yes, it is, I fear.', 'Unfortunately, yes, it is,'],
    ['not with too few letters', 'A b, c d, e f, g h, i j, k l, m.', 'A b, c d, e f, g h,'],
    [
      'at sixty characters',
      'There is nothing at all in this long first sentence where one could stop',
      'There is nothing at all in this long first sentence where one',
    ],
  ])('%s', (_, text, needed) => {
    expect(neededFor(text)).toBe(needed);
  });
});

describe('when the text pauses', () => {
  it('speaks the first words after 250 ms, up to the last whole one', () => {
    const splitter = phraser();
    expect(splitter.quietIn(0)).toBeUndefined();
    expect(splitter.push('Let me see if I can fi', 1000)).toEqual([]);
    expect(splitter.quietIn(1000)).toBe(250);
    expect(splitter.quietIn(1100)).toBe(150);
    expect(splitter.tick(1249)).toEqual([]);
    expect(splitter.tick(1250).map((phrase) => phrase.text)).toEqual(['Let me see if I can']);
    expect(splitter.quietIn(1250)).toBeUndefined();
    expect([...splitter.push('nd it.', 1300), ...splitter.end()].map((phrase) => phrase.text)).toEqual(['find it.']);
  });

  it('does not speak half a word', () => {
    const splitter = phraser();
    splitter.push('Unfor', 0);
    expect(splitter.quietIn(0)).toBeUndefined();
    expect(splitter.tick(5000)).toEqual([]);
  });

  it('takes a stop for the end of its sentence after 80 ms', () => {
    const splitter = phraser();
    splitter.push('That is a good one, I think. And this is quite another one.', 0);
    expect(splitter.quietIn(0)).toBe(80);
    expect(splitter.tick(79)).toEqual([]);
    expect(splitter.tick(80).map((phrase) => phrase.text)).toEqual(['I think. And this is quite another one.']);
  });

  it('waits longer for a stop that may stand in a number', () => {
    const splitter = phraser();
    splitter.push('That is it, I should say. The number that you want is 3.', 0);
    expect(splitter.tick(100)).toEqual([]);
    expect(splitter.push('14, nearly.', 110)).toEqual([]);
    expect(splitter.end().map((phrase) => phrase.text)).toEqual(['The number that you want is 3.14, nearly.']);
  });

  it('lets a short sentence go alone', () => {
    const splitter = phraser();
    splitter.push('That is a good one, I think. Yes. And', 0);
    expect(splitter.quietIn(0)).toBe(250);
    expect(splitter.tick(250).map((phrase) => phrase.text)).toEqual(['I think. Yes.']);
    expect(splitter.end().map((phrase) => phrase.text)).toEqual(['And']);
  });

  it('always has something when it said it would', () => {
    const text = TABLE.map(([, one]) => one).join('\n');
    const splitter = phraser();
    for (const [i, char] of text.split('').entries()) {
      splitter.push(char, i * 1000);
      for (let now = i * 1000, wait = splitter.quietIn(now); wait !== undefined; wait = splitter.quietIn(now)) {
        now += wait;
        expect(splitter.tick(now).length).toBeGreaterThan(0);
      }
    }
  });
});
