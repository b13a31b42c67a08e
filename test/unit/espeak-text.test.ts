import { describe, expect, it } from 'vitest';
import { clausesOf } from '../../src/engines/tts/clauses.js';
import { spokenText } from '../../src/engines/tts/spoken-text.js';
import { spokenWords } from '../../src/engines/tts/spoken-words.js';

describe('spokenText', () => {
  it.each([
    // Times and dates
    ['It is 10:42.', 'It is 10 42.'],
    ['at 9:05 pm or 12:00', "at 9 oh 5 pm or 12 o'clock"],
    ['at 7:00 a.m. sharp', 'at 7 am sharp'],
    ['open 24/7', 'open 24 7'],
    ['in 1999, 1905, 2024 and 2005', 'in 19 99, 19 oh 5, 20 24 and 2005'],
    ['on 2024-05-03', 'on May 3rd 20 24'],
    ['2024-05-11', 'May 11th 20 24'],
    // Amounts
    ['$3.50, €20, £1,000.75', '3 dollars 50, 20 euros, 1,000 pounds 75'],
    ['$1 or $0.99', '1 dollar or 99 cents'],
    ['$3.5 million', '3.5 million dollars'],
    ['5 km, 2.5kg, 30 °C, 25km/h', '5 kilometres, 2.5 kilograms, 30 degrees Celsius, 25 kilometres an hour'],
    ['3-4 days, 2019–2024', '3 to 4 days, 20 19 to 20 24'],
    ['1/2 of it', 'one half of it'],
    ['#1 and No. 5', 'number 1 and Number 5'],
    // Abbreviations: no sentence ends after "Dr."
    ['Dr. Smith, Mrs. Jones, e.g. me', 'Doctor Smith, Missiz Jones, for example me'],
    ['in the U.S. today', 'in the U S today'],
    ['in the U.S. Today', 'in the U S. Today'],
    ['made in the U.S.A.', 'made in the U S A.'],
    ['A.I. at 5 p.m.', 'AI at 5 pm.'],
    ['cats, dogs, etc. There', 'cats, dogs, et cetera. There'],
    // Addresses
    ['See https://www.example.com/a-b?c=1#d.', 'See example dot com slash a dash b.'],
    ['Mail bob@example.com!', 'Mail bob at example dot com!'],
    ['and/or', 'and or'],
    // Signs
    ['R&D, C#, C++', 'R and D, C sharp, C++'],
    ['3 < 4, a>b', '3 less than 4, a greater than b'],
    ['He said “yes” (not loud) — then left…', 'He said yes, not loud, then left.'],
    ['you’re fine', "you're fine"],
  ])('%s', (written, spoken) => {
    expect(spokenText(written).text).toBe(spoken);
  });

  it.each([
    ['<speak>one <b>two</b><break time="9s"/></speak>', 'one two'],
    ['<say-as interpret-as="date">1 2</say-as><!-- x --><?y z?>', '1 2'],
    ["[[h@l'oU]] {x} \\a `b` |c|", "h@l'oU x a b c"],
    ['&lt;tag&gt; &amp; &#65;', 'tag and'],
    ['*bold* _it_ ~x~', 'bold it x'],
    ['a\u0000b\u001b[31m\u009f\u202ec', 'a b 31m c'],
    ['😀👩‍👩‍👧 ok 1️⃣', 'ok 1'],
    ['שלום hello мир 世界', 'hello'],
    ['ＡＢＣ ﬁne 𝐛𝐨𝐥𝐝', 'ABC fine bold'],
    ['Cafe\u0301', 'Café'],
    ['\ud83d x \udc00', 'x'],
  ])('lets nothing through that could be taken for markup: %s', (written, spoken) => {
    expect(spokenText(written).text).toBe(spoken);
  });

  it('knows for every character where it comes from', () => {
    const written = '😀 Café at 10:42, ok';
    const { text, origins } = spokenText(written);
    expect(text).toBe('Café at 10 42, ok');
    expect(origins).toHaveLength(text.length);
    const at = (word: string) => origins[text.indexOf(word)];
    expect(at('Café')).toBe(written.indexOf('Café'));
    expect(at('42')).toBe(written.indexOf('10:42'));
    expect(at('ok')).toBe(written.indexOf('ok'));
  });

  it.each([
    '<a '.repeat(3300),
    'A.'.repeat(5000),
    'a/'.repeat(5000),
    'a.b-'.repeat(2500),
    'a@'.repeat(5000),
    '<a b='.repeat(2000),
  ])('is not slowed down by a text made to slow it down (%#)', (text) => {
    // Three times as long is usual; what looks at the rest of the text from every character takes hundreds of times.
    const plain = 'well, '.repeat(2000).slice(0, text.length);
    expect(effortOf(text)).toBeLessThan(20 * effortOf(plain));
  });
});

/** Processor time, not the clock's: others may be at work on this machine. The least of three, for the same reason. */
function effortOf(text: string): number {
  const once = () => {
    const before = process.cpuUsage();
    spokenText(text);
    const { user, system } = process.cpuUsage(before);
    return user + system;
  };
  return Math.min(once(), once(), once());
}

const clauses = (text: string) => [...clausesOf(spokenText(text))];

describe('clausesOf', () => {
  it('breathes where a reader would, longer after a sentence than after a comma', () => {
    expect(clauses('Well, I am. Are you? Then 3.5, or 1,000').map(({ text, pauseMs }) => [text, pauseMs])).toEqual([
      ['Well,', 150],
      ['I am.', 320],
      ['Are you?', 320],
      ['Then 3.5,', 150],
      ['or 1,000', 60],
    ]);
  });

  it('keeps the origins of what it cuts', () => {
    const text = 'One — two 😀 three. Four';
    for (const { text: said, origins } of clauses(text)) {
      expect(origins).toHaveLength(said.length);
      [...said].forEach((character, n) => {
        if (/\w/.test(character)) expect(text.charAt(origins[n]!)).toBe(character);
      });
    }
  });

  it('cuts what is too long for one breath, at blanks, and keeps the voice up', () => {
    const text = 'word '.repeat(100).trim();
    const parts = clauses(text);
    expect(parts.length).toBeGreaterThan(4);
    for (const part of parts) expect(part.text.length).toBeLessThanOrEqual(101);
    for (const part of parts.slice(0, -1)) expect(part.text).toMatch(/^word( word)*,$/);
    expect(parts.flatMap((part) => part.text.match(/word/g)!)).toHaveLength(100);
  });

  it('cuts a word without end', () => {
    expect(
      clauses('x'.repeat(1000))
        .map(({ text }) => text.replace(',', ''))
        .join(''),
    ).toBe('x'.repeat(1000));
  });

  it.each(['', ' \n', '...', '!? —', '😀', "''", '()'])('finds nothing to say in %j', (text) => {
    expect(clauses(text)).toEqual([]);
  });
});

describe('spokenWords', () => {
  const words = (source: string, onsets: [string, number][], end = 1000, after = 0) =>
    spokenWords(
      source,
      onsets.map(([part, start]) => ({ origin: source.indexOf(part), start })),
      end,
      after,
    ).map(({ from, to, start, end: stop }) => [source.slice(from, to), start, stop]);

  it('gives each word until the next one begins', () => {
    expect(
      words('Hi, “Ada”!', [
        ['Hi', 0],
        ['Ada', 300],
      ]),
    ).toEqual([
      ['Hi', 0, 300],
      ['Ada', 300, 1000],
    ]);
  });

  it('counts what is written together as one word, however much is said for it', () => {
    expect(
      words('At 10:42, $3.50 100%', [
        ['At', 0],
        ['10', 100],
        ['42', 200],
        ['$', 400],
        ['50', 500],
        ['100', 700],
      ]),
    ).toEqual([
      ['At', 0, 100],
      ['10:42', 100, 400],
      ['$3.50', 400, 700],
      ['100%', 700, 1000],
    ]);
  });

  it('parts words at a dash without blanks', () => {
    expect(
      words('fine—really', [
        ['fine', 0],
        ['really', 500],
      ]),
    ).toEqual([
      ['fine', 0, 500],
      ['really', 500, 1000],
    ]);
  });

  it('does not begin a word again that an earlier clause has begun', () => {
    expect(
      words(
        'a.b.c d',
        [
          ['b', 0],
          ['d', 500],
        ],
        1000,
        5,
      ),
    ).toEqual([['d', 500, 1000]]);
  });

  it('drops words that have no time', () => {
    expect(
      words(
        'a b c',
        [
          ['a', 0],
          ['b', 500],
          ['c', 500],
        ],
        500,
      ),
    ).toEqual([['a', 0, 500]]);
  });
});
