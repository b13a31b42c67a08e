import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { hearingGrammar, plainPhrase } from '../../src/engines/stt/hearing-grammar.js';
import { sphinxChoice } from '../../src/engines/stt/pocketsphinx-choice.js';
import { dictionaryWords, findSphinx } from '../../src/engines/stt/pocketsphinx-package.js';
import { withShortForms } from '../../src/engines/stt/short-forms.js';
import { type WordGraph, wordGraph } from '../../src/engines/stt/word-graph.js';
import type { Persona } from '../../src/persona.js';
import { recordingLog } from '../workers/rig.js';

/** Every way from the beginning to an end. */
function phrasesOf({ words, arcs, ends }: WordGraph): string[] {
  const from = (state: number, said: readonly string[]): string[] => [
    ...(ends.includes(state) ? [said.join(' ')] : []),
    ...arcs.flatMap(([origin, target, word]) => (origin === state ? from(target, [...said, words[word]!]) : [])),
  ];
  return from(0, []).sort();
}

const graphOf = (...phrases: string[]) => wordGraph(phrases.map((phrase) => phrase.split(' ')));
const statesOf = ({ arcs }: WordGraph) => 1 + Math.max(...arcs.map(([, to]) => to));

describe('the graph of words', () => {
  it('has exactly the phrases that went in', () => {
    const phrases = ['tell me', 'tell me a story', 'tell us a story', 'a story', 'story', 'me'];
    expect(phrasesOf(graphOf(...phrases, 'story'))).toEqual([...phrases].sort());
  });

  it('shares beginnings and ends', () => {
    const numbers = Array.from({ length: 50 }, (_, n) => `number${n}`);
    const graph = graphOf(...numbers.flatMap((n) => [`count to ${n} please`, `please count to ${n} please`]));
    expect(statesOf(graph)).toBe(6);
    expect(phrasesOf(graph)).toHaveLength(100);
  });

  it('keeps apart what may end here and what must go on', () => {
    expect(phrasesOf(graphOf('a b', 'a b c', 'd b c'))).toEqual(['a b', 'a b c', 'd b c']);
  });

  it('is empty without phrases', () => {
    expect(wordGraph([])).toEqual({ words: [], arcs: [], ends: [] });
  });
});

describe('short forms', () => {
  const forms = (phrase: string) => withShortForms(phrase.split(' ')).map((words) => words.join(' '));

  it('stand beside what is written out', () => {
    expect(forms('what is your name')).toEqual(['what is your name', "what's your name"]);
    expect(forms('i do not know what that is')).toEqual(['i do not know what that is', "i don't know what that is"]);
    expect(forms('let us see')).toContain("let's see");
  });

  it('come in every combination', () => {
    expect(forms('i am sure it is not')).toEqual([
      'i am sure it is not',
      "i am sure it isn't",
      "i am sure it's not",
      "i'm sure it is not",
      "i'm sure it isn't",
      "i'm sure it's not",
    ]);
  });

  it('do not end a phrase, but for "not"', () => {
    expect(forms('do you know who i am')).toEqual(['do you know who i am']);
    expect(forms('i can not')).toEqual(['i can not', "i can't"]);
  });
});

const DICTIONARY = new Set("what is are you what's a story tell me the api you're".split(' '));

const persona = (phrases: string[], more: Partial<Persona> = {}): Persona => ({
  id: 'otto',
  name: 'Otto',
  presenters: {},
  standby: {},
  description: 'The doorman.',
  instructions: 'You are Otto.',
  language: 'en-GB',
  greeting: ['Hello.'],
  fallback: ['What?'],
  pronunciations: {},
  suggestions: [],
  script: { intents: [{ id: 'one', phrases, answers: ['Yes.'] }] },
  ...more,
});

describe('the grammar of a persona', () => {
  it('has every wording in small letters, with its short forms', () => {
    const { grammar, wordings } = hearingGrammar(persona(['What is [the] API?', 'Tell me a story!']), DICTIONARY);
    expect(phrasesOf(grammar)).toEqual([
      'tell me a story',
      'what is api',
      'what is the api',
      "what's api",
      "what's the api",
    ]);
    expect(wordings).toBe(5);
  });

  it('leaves out phrases with a word that nobody told how to say, and names the word', () => {
    const { grammar, unknownWords } = hearingGrammar(persona(['tell me (a story|the Kokoro)', 'Quux']), DICTIONARY);
    expect(phrasesOf(grammar)).toEqual(['tell me a story']);
    expect(unknownWords).toEqual(['kokoro', 'quux']);
  });

  it('takes the pronunciations of the persona, without stress, as far as they are used', () => {
    const pronunciations = { Kokoro: 'K OW0 K OW1 R OW0', unused: 'AH1 N' };
    const { grammar, unknownWords } = hearingGrammar(persona(['tell me the Kokoro'], { pronunciations }), DICTIONARY);
    expect(grammar.pronunciations).toEqual({ kokoro: 'K OW K OW R OW' });
    expect(unknownWords).toEqual([]);
  });

  it('names a phone that does not exist, and takes the word for unknown', () => {
    const pronunciations = { kokoro: 'K QQ1' };
    const hearing = hearingGrammar(persona(['a story', 'a Kokoro'], { pronunciations }), DICTIONARY);
    expect(hearing.strangePhones).toEqual(['kokoro: QQ']);
    expect(hearing.unknownWords).toEqual(['kokoro']);
    expect(phrasesOf(hearing.grammar)).toEqual(['a story']);
  });

  it('remembers how words are written', () => {
    const { spelling } = hearingGrammar(persona(['What is the API', 'what is a story']), DICTIONARY);
    expect(spelling.get('api')).toBe('API');
    expect(spelling.get('i')).toBe('I');
    expect(spelling.has('story')).toBe(false);
  });

  it.each([
    ["What's today’s date?", ["what's", "today's", 'date']],
    ['Café, 24 - hours', ['café', '24', 'hours']],
    ["'tis", ['tis']],
    [' ... ', []],
  ])('takes %s as words', (phrase, words) => {
    expect(plainPhrase(phrase)).toEqual(words);
  });
});

interface HouseOptions {
  readonly python: boolean;
  readonly dictionary: string | null;
}

describe('choosing PocketSphinx', () => {
  const folders: string[] = [];
  afterEach(() => {
    for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
  });

  function house({ python = true, dictionary = 'a AH\na(2) EY\nstory S T AO R IY\n' }: Partial<HouseOptions> = {}) {
    const root = mkdtempSync(join(tmpdir(), 'parley-hearing-'));
    folders.push(root);
    const model = join(root, 'var/python/lib/python3.12/site-packages/pocketsphinx/model/en-us');
    mkdirSync(python ? join(root, 'var/python/bin') : join(root, 'var/python'), { recursive: true });
    if (python) writeFileSync(join(root, 'var/python/bin/python'), '');
    if (dictionary !== null) {
      mkdirSync(model, { recursive: true });
      writeFileSync(join(model, 'cmudict-en-us.dict'), dictionary);
    }
    return root;
  }
  const choice = (root: string, who: Persona) => {
    const { log, lines } = recordingLog();
    return { ...sphinxChoice({ root, persona: who, log, stopping: new AbortController().signal }), lines };
  };

  it('finds the package without starting Python', () => {
    const found = findSphinx(join(house(), 'var/python'));
    expect(found).toMatchObject({ python: expect.stringMatching(/bin.python$/) });
    expect('dictionaryFile' in found && dictionaryWords(found.dictionaryFile)).toEqual(new Set(['a', 'story']));
  });

  it('says what it hears', () => {
    expect(choice(house(), persona(['a story', 'story']))).toMatchObject({
      obstacle: null,
      why: 'hears the 2 wordings of the script, in English; needs no key and no network',
    });
  });

  it('names the words and phones that it does not know', () => {
    const who = persona(['a story', 'Quux', 'a (b|c|d|e|f|g)'], { pronunciations: { h: 'QQ' } });
    expect(choice(house(), who).why).toContain(
      'unknown words: b, c, d, e, f and 2 more; add them to pronunciations; no such phone: h: QQ',
    );
  });

  it.each<[string, Partial<HouseOptions>, Persona, string]>([
    ['there is no Python', { python: false }, persona(['a story']), 'python3-venv'],
    ['the package is missing', { dictionary: null }, persona(['a story']), 'pip install "pocketsphinx>=5.1,<6"'],
    ['the persona is not English', {}, persona(['a story'], { language: 'de' }), 'language'],
    ['it knows no phrase', {}, persona(['Quux']), 'pronunciations'],
    [
      'there are too many phrases',
      { dictionary: Array.from({ length: 9000 }, (_, n) => `word${n} AH`).join('\n') },
      persona(Array.from({ length: 9000 }, (_, n) => `word${n}`)),
      'fewer',
    ],
  ])('names the line that mends it when %s', (_, options, who, line) => {
    expect(choice(house(options), who).obstacle?.enable).toContain(line);
  });
});
