import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ParleyError } from '../../src/errors.js';
import { everyPhrase, loadPersona, loadPersonas } from '../../src/persona.js';
import { folderWith, personaOf, SMALL } from './persona-fixture.js';

/** The mistakes of a persona file, one a line, with the folder taken off. */
async function mistakesOf(text: string): Promise<string[]> {
  const file = join(await folderWith({ 'x.json': text }), 'x.json');
  const error = await loadPersona(file).then(
    () => new Error('it was accepted'),
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(ParleyError);
  expect((error as ParleyError).code).toBe('bad_persona');
  return (error as ParleyError).message.replaceAll(file, 'x.json').split('\n');
}

const small = JSON.stringify(SMALL, null, 2);
const withIntents = (...intents: object[]) => JSON.stringify({ ...SMALL, script: { intents } }, null, 2);
const plain = { id: 'who', phrases: ['who are you'], answers: ['Otto.'] };

describe('loading', () => {
  it('reads a folder of personas, each under the name of its file', async () => {
    const personas = await loadPersonas(await folderWith({ 'otto.json': small, 'emil.json': small, 'read.me': '' }));
    expect([...personas.keys()]).toEqual(['emil', 'otto']);
    expect(personas.get('otto')).toMatchObject({ id: 'otto', name: 'Otto', pronunciations: {}, suggestions: [] });
  });

  it('names the mistakes of all files at once', async () => {
    const folder = await folderWith({ 'a.json': '{', 'b.json': '[]', 'c.json': small });
    await expect(loadPersonas(folder)).rejects.toThrow(/a\.json:1:2 .*\n.*b\.json:1:1 /s);
  });

  it.each([
    ['a folder without personas', async () => loadPersonas(await folderWith({})), /there is no persona/],
    ['a folder that is not there', () => loadPersonas('/nowhere/at/all'), /cannot be read/],
    ['a file that is not there', () => loadPersona('/nowhere/x.json'), /cannot be read/],
    ['a file name that is no id', () => loadPersona('/nowhere/My Host.json'), /file name is the id/],
  ])('refuses %s', async (_, load, reason) => {
    await expect(load()).rejects.toMatchObject({ code: 'bad_persona', message: expect.stringMatching(reason) });
  });
});

describe('mistakes are named with line, column and path', () => {
  it('in the JSON itself', async () => {
    expect(await mistakesOf('{\n  "name": "Otto"\n  "language": "en"\n}')).toEqual(['x.json:3:3 JSON: comma expected']);
    expect((await mistakesOf('{\n  // a comment\n}'))[0]).toMatch(/^x\.json:2:3 JSON: invalid comment/);
    expect((await mistakesOf('{"name": "Otto",}'))[0]).toMatch(/^x\.json:1:17 JSON: /);
    expect((await mistakesOf(''))[0]).toMatch(/^x\.json:1:1 JSON: /);
  });

  it('in a value', async () => {
    const text = withIntents(plain).replace('"Otto."', '7').replace('"en-GB"', '"English"');
    const [language, answer] = await mistakesOf(text);
    expect(language).toMatch(/^x\.json:5:15 language: must be a language tag/);
    expect(answer).toMatch(/^x\.json:22:11 script\.intents\[0\]\.answers\[0\]: .*string/);
  });

  it('in a field that is missing, unknown or there twice', async () => {
    const { name: _, ...nameless } = SMALL;
    expect(await mistakesOf(JSON.stringify(nameless))).toEqual([expect.stringMatching(/^x\.json:1:1 name: .*string/)]);
    const unknown = small.replace('"name": "Otto"', '"name": "Otto",\n  "colour": "red"');
    expect(await mistakesOf(unknown)).toEqual(['x.json:3:13 colour: there is no such field']);
    const twice = small.replace('"name": "Otto"', '"name": "Otto",\n  "name": "Emil"');
    expect(await mistakesOf(twice)).toEqual(['x.json:3:3 "name" stands here twice']);
  });

  const after = { id: 'more', phrases: ['more'], leadsTo: 'last_answered', after: ['who'] };
  it.each<[string, object[], RegExp]>([
    ['the same id twice', [plain, { ...plain, phrases: ['hi'] }], /intents\[1\]\.id: "who" is already intents\[0\]/],
    [
      'one phrase for two intents',
      [plain, { ...plain, id: 'b', phrases: ['hi', 'Who are you?'] }],
      /intents\[1\]\.phrases\[1\]: "who are you" is already a phrase of intents\[0\] \(who\)/,
    ],
    [
      'one wording for two intents',
      [plain, { ...plain, id: 'b', phrases: ['[so] who (is|are) you'] }],
      /"who are you" is already/,
    ],
    [
      'an unknown placeholder',
      [{ ...plain, answers: ['I am {nobody}.'] }],
      /answers\[0\]: \{nobody\} is not known here/,
    ],
    ['an output without a tool', [{ ...plain, answers: ['It is {output}.'] }], /\{output\} is not known here/],
    [
      'an unknown placeholder in a phrase',
      [{ ...plain, phrases: ['call {name}'] }],
      /\{name\} is not known here; known is \{number\}/,
    ],
    [
      'no way out',
      [{ ...plain, answers: ['So. {rest}'] }],
      /needs an otherwise: what is said when \{rest\} has no value/,
    ],
    ['neither answers nor target', [{ id: 'who', phrases: ['who are you'] }], /needs either answers or leadsTo/],
    [
      'a target that is not there',
      [{ id: 'who', phrases: ['who are you'], leadsTo: 'me' }],
      /leadsTo: there is no intent "me"/,
    ],
    [
      'a target that only leads on',
      [plain, after, { id: 'b', phrases: ['b'], leadsTo: 'more' }],
      /"more" has no answers of its own/,
    ],
    ['a last answer of anything', [plain, { id: 'b', phrases: ['more'], leadsTo: 'last_answered' }], /needs an after/],
    [
      'a follow-up of nothing',
      [plain, { ...plain, id: 'b', phrases: ['b'], after: ['me'] }],
      /after\[0\]: there is no intent "me"/,
    ],
    [
      'a follow-up of itself',
      [plain, { ...plain, id: 'b', phrases: ['b'], after: ['b'] }],
      /after: this follow-up is never reached/,
    ],
    [
      'a follow-up of an aside',
      [
        { ...plain, aside: true },
        { ...plain, id: 'b', phrases: ['b'], after: ['who'] },
      ],
      /never reached/,
    ],
    ['brackets that do not close', [{ ...plain, phrases: ['who (are you'] }], /phrases\[0\]: lacks a \)/],
    ['brackets that do not open', [{ ...plain, phrases: ['who are you]'] }], /has a \] that closes nothing/],
    ['a choice without brackets', [{ ...plain, phrases: ['who|what'] }], /has a \| outside of brackets/],
    ['a phrase of nothing', [{ ...plain, phrases: ['[who]'] }], /can be left out as a whole/],
    ['too many wordings', [{ ...plain, phrases: ['[a] [b] [c] [d] [e] [f] [h] g'] }], /has 128 wordings; at most 64/],
  ])('refuses %s', async (_, intents, reason) => {
    const mistakes = await mistakesOf(withIntents(...intents));
    expect(mistakes[0]).toMatch(reason);
    expect(mistakes[0]).toMatch(/^x\.json:\d+:\d+ script\.intents\[\d\]/);
  });

  it('lets follow-ups of different intents share a phrase', async () => {
    const text = withIntents(
      plain,
      { ...plain, id: 'b', phrases: ['b'] },
      { ...plain, id: 'yes_a', phrases: ['yes'], after: ['who'] },
      { ...plain, id: 'yes_b', phrases: ['yes'], after: ['b'] },
      { ...plain, id: 'yes', phrases: ['yes'] },
    );
    const file = join(await folderWith({ 'x.json': text }), 'x.json');
    await expect(loadPersona(file)).resolves.toMatchObject({ id: 'x' });
  });
});

describe('the page about personas', () => {
  it('has an example that loads', async () => {
    const page = await readFile(resolve('docs/personas.md'), 'utf8');
    const example = /```json\n(.*?)```/s.exec(page)?.[1] ?? '';
    const folder = await folderWith({ 'otto.json': example });
    expect((await loadPersonas(folder)).get('otto')).toMatchObject({ name: 'Otto' });
  });
});

describe('the host', async () => {
  const host = await loadPersona(resolve('personas/parley.json'));
  const spoken = [...host.greeting, ...host.fallback].concat(
    host.script.intents.flatMap((one) => [...(one.answers ?? []), ...(one.otherwise ?? []), one.allTold ?? []].flat()),
  );

  it('begins every answer with a short clause', () => {
    const late = spoken.filter((text) => (/^[^.,?!;:]*/.exec(text)?.[0].length ?? 0) > 50);
    expect(late).toEqual([]);
  });

  it('writes nothing that cannot be said', () => {
    expect(spoken.filter((text) => /[^\p{L}\p{N}\s.,?!'{}-]|\d{3}/u.test(text))).toEqual([]);
  });

  it('has stories enough for a rainy afternoon', () => {
    const stories = host.script.intents.find((one) => one.id === 'story')?.answers ?? [];
    expect(stories.length).toBeGreaterThanOrEqual(5);
    for (const story of stories) expect(story.split(/[.?!] /).length).toBeGreaterThan(6);
  });
});

describe('sample phrases', () => {
  it('are listed in every wording, for a recogniser', () => {
    const phrases = everyPhrase(personaOf());
    expect(phrases.filter((one) => one.intent === 'story').map((one) => one.phrase)).toEqual([
      'tell me a story',
      'tell me another story',
      'story please',
      'a story please',
    ]);
    const counts = phrases.filter((one) => one.intent === 'count').map((one) => one.phrase);
    expect(counts).toHaveLength(101);
    expect(counts).toContain('count to forty two');
    expect(counts).toContain('count to one hundred');
  });

  it('of the host are many, but not more than a recogniser can take', async () => {
    const persona = await loadPersona(resolve('personas/parley.json'));
    const patterns = persona.script.intents.flatMap((intent) => intent.phrases);
    expect(persona.script.intents.length).toBeGreaterThanOrEqual(40);
    expect(patterns.length).toBeGreaterThanOrEqual(200);
    const phrases = everyPhrase(persona).map((one) => one.phrase);
    expect(phrases.length).toBeLessThan(5000);
    // Nothing that a recogniser would have to spell: letters, spaces and apostrophes.
    expect(phrases.filter((phrase) => !/^[\p{L}' ]+$/u.test(phrase))).toEqual([]);
  });
});
