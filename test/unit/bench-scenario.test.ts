import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { chooser } from '../../src/bench/choosing.js';
import { isSameWording, loadRecordings } from '../../src/bench/questions.js';
import { scenarioSchema, written } from '../../src/bench/scenario.js';
import { loadScenario, parseScenario, shippedScenarios } from '../../src/bench/scenario-files.js';
import { askedIn, type Utterance } from '../../src/bench/utterance.js';
import { everyPhrase, loadPersonas } from '../../src/persona.js';

const recordings = loadRecordings('.');
const good = { name: 'mine', about: 'Mine.', callers: 2, turns: 3, script: [[{ say: 'any question' }]] };
const parse = (fields: object) => parseScenario(JSON.stringify({ ...good, ...fields }), 'mine.json', '.');
const turn = (...steps: object[]) => ({ script: [steps] });
const say = { say: 'what-time-is-it' };
const opening = { name: 'opening', wav: 'opening.wav', text: 'What are your opening hours?' };
const door = { name: 'door', wav: 'sounds/door.wav' };
const own = (...recordings: object[]) => ({ recordings });

describe('a scenario', () => {
  it('is what its file says', () => {
    expect(parse({})).toEqual(good);
    const all = turn(
      { echo: 0.1 },
      { noise: 'cough' },
      { pause: 300 },
      say,
      { over: { afterMs: [100, 200], say: ['uh-huh', 'yeah'], cuts: false } },
      { over: { afterMs: 5000, noise: 'knock' } },
    );
    expect(parse(all)).toMatchObject(all);
  });

  it.each<[string, object, string]>([
    ['an unknown key', { colour: 'red' }, 'mine.json: Unrecognized key: "colour"'],
    ['a name with blanks', { name: 'My own' }, 'mine.json: name: must be small letters'],
    ['no length', { turns: undefined }, 'mine.json: one of turns, minutes and ramp'],
    ['two lengths', { minutes: 3 }, 'mine.json: one of turns, minutes and ramp'],
    ['no callers', { callers: undefined }, 'mine.json: callers: must be there'],
    [
      'callers beside a ramp',
      { turns: undefined, ramp: { callers: [1], turns: 1 } },
      'callers: is for scenarios without',
    ],
    [
      'a ramp that falls',
      { turns: undefined, callers: undefined, ramp: { callers: [2, 2], turns: 1 } },
      'ramp.callers: must grow',
    ],
    [
      'leftovers of a ramp',
      { turns: undefined, callers: undefined, ramp: { callers: [1], turns: 1 }, leftovers: { warmUp: 1 } },
      'leftovers: is for scenarios without a ramp',
    ],
    ['no warming up', { leftovers: { warmUp: 0 } }, 'mine.json: leftovers.warmUp: '],
    ['a room that drowns everybody', { roomDb: -10 }, 'mine.json: roomDb: '],
    ['too much of its time', { answered: 1 }, 'mine.json: answered: '],
    ['a pause that is no number', turn(say, { pause: 'long' }, say), 'mine.json: script[0][1].pause: '],
    ['two things in a step', turn({ ...say, pause: 3 }), 'script[0][0]: must have one of say, pause'],
    ['an empty step', turn({}), 'script[0][0]: must have one of say, pause'],
    ['nothing said', turn({ noise: 'cough' }), 'script[0]: something must be said or typed'],
    ['speech beside what is typed', turn({ type: 'Hello' }, say), 'script[0]: what is typed stands by itself'],
    ['a pause at the end', turn(say, { pause: 300 }), 'script[0]: a pause stands between'],
    ['a pause at the beginning', turn({ pause: 300 }, say), 'script[0]: a pause stands between'],
    ['speech behind the answer', turn({ over: { afterMs: 1, noise: 'knock' } }, say), 'script[0]: what is heard over'],
    ['over with nothing', turn(say, { over: { afterMs: 1 } }), 'script[0][1]: over must have say or noise'],
    [
      'a moment that ends first',
      turn(say, { over: { afterMs: [9, 1], noise: 'knock' } }),
      'afterMs must be from and to',
    ],
    [
      'a moment that is a word',
      turn(say, { over: { afterMs: 'soon', noise: 'knock' } }),
      'script[0][1].over.afterMs: ',
    ],
    ['an unknown recording', turn({ say: 'hello' }), 'script[0][0].say: there is no "hello"; there are: any question,'],
    [
      'a question as a noise',
      turn(say, { over: { afterMs: 1, noise: 'the-time' } }),
      'script[0][1].over.noise: there is',
    ],
    ['no recordings in its list', own(), 'mine.json: recordings: '],
    ['a recording with capitals', own({ ...opening, name: 'Opening' }), 'recordings[0].name: must be small letters'],
    ['a recording without a file', own({ name: 'opening' }), 'mine.json: recordings[0].wav: '],
    [
      'a recording without words',
      own({ ...opening, text: ' ' }),
      'recordings[0].text: must have words; a noise has no',
    ],
    ['a recording that says where it lies', own({ ...opening, file: '/x' }), 'recordings[0]: Unrecognized key: "file"'],
    ['a recording twice', own(opening, { ...door, name: 'opening' }), 'recordings[1].name: "opening" is there twice'],
    [
      'the name of a question',
      own(opening, { ...door, name: 'what-time-is-it' }),
      'recordings[1].name: "what-time-is-it" is the name of a shipped one',
    ],
    ['the name of a noise', own({ ...door, name: 'cough' }), 'recordings[0].name: "cough" is the name of a shipped'],
    ['the name of any question', own({ ...door, name: 'any question' }), 'recordings[0].name: must be small letters'],
    [
      'a noise that is said',
      { ...own(door), ...turn({ say: ['what-time-is-it', 'door'] }) },
      'script[0][0].say: "door" has no text',
    ],
    [
      'speech that is a noise',
      { ...own(opening), ...turn(say, { over: { afterMs: 1, noise: 'opening' } }) },
      'script[0][1].over.noise: "opening" has a text',
    ],
    ['a recording that is not there', own(opening), 'mine.json: recordings[0].wav: The file /'],
  ])('with %s is refused with its place', (_what, fields, sentence) => {
    expect(() => parse(fields)).toThrow(expect.objectContaining({ code: 'bad_settings' }));
    expect(() => parse(fields)).toThrow(sentence);
  });

  it('that is no JSON, or is not there, is refused by its name', () => {
    expect(() => parseScenario('{', 'mine.json', '.')).toThrow(/mine\.json is no JSON: /);
    expect(() => loadScenario('.', '/nowhere/mine.json')).toThrow('The scenario /nowhere/mine.json cannot be read.');
    expect(() => loadScenario('.', 'nothing')).toThrow(
      /no scenario "nothing"; there are: .*questions.*A file's name ends/,
    );
  });
});

describe("a scenario with recordings of one's own", () => {
  const folder = mkdtempSync(join(tmpdir(), 'parley-'));
  mkdirSync(join(folder, 'sounds'));
  copyFileSync('src/bench/voices/what-is-your-name.wav', join(folder, 'opening.wav'));
  copyFileSync('src/bench/voices/knock.wav', join(folder, 'sounds/door.wav'));
  const scenario = {
    ...good,
    recordings: [opening, door],
    script: [
      [{ noise: 'door' }, { say: ['opening', 'what-time-is-it'] }, { over: { afterMs: 9, noise: ['door', 'cough'] } }],
      [{ say: 'opening' }, { over: { afterMs: 9, say: 'opening' } }],
    ],
  };
  const load = (fields: object = {}) => {
    const file = join(folder, 'mine.json');
    writeFileSync(file, JSON.stringify({ ...scenario, ...fields }));
    return loadScenario('.', file);
  };

  it('knows where they lie, from its own folder', () => {
    const files = load().recordings!.map(({ file }) => file);
    expect(files).toEqual([join(folder, 'opening.wav'), join(folder, 'sounds/door.wav')]);
    const there = { ...opening, wav: join(folder, 'opening.wav') };
    expect(load({ recordings: [there, door] }).recordings![0]!.file).toBe(there.wav);
  });

  it('is written down as its file says it, but for the paths, in whose place the sounds are told', () => {
    const sha256 = expect.stringMatching(/^[0-9a-f]{12}$/);
    const recordings = [
      { name: 'opening', text: opening.text, sha256 },
      { name: 'door', sha256 },
    ];
    expect(written(load())).toEqual({ ...scenario, recordings });
    expect(written(parse({}))).toEqual(good);
  });

  it('is the same wherever the same sound lies, and another with another sound of the same name', () => {
    const sounds = (name: string) => {
      copyFileSync(`src/bench/voices/${name}.wav`, join(folder, 'sounds/again.wav'));
      return written(load({ recordings: [{ ...opening, wav: join(folder, 'sounds/again.wav') }, door] }));
    };
    expect(sounds('what-is-your-name')).toEqual(written(load()));
    expect(sounds('how-old-are-you')).not.toEqual(written(load()));
  });

  it('has them said, typed and heard as all others are', () => {
    const all = loadRecordings('.', load().recordings!);
    const choose = chooser(
      all,
      () => 0,
      () => all.questions[0]!,
    );
    expect(choose('opening')).toMatchObject({ kind: 'speech', words: opening.text });
    expect(choose('door')).toMatchObject({ kind: 'noise', words: 'door' });
    expect(askedIn([{ say: 'opening' }], choose, true)).toEqual({ kind: 'typed', text: opening.text });
    const { text, ...spoken } = askedIn([{ noise: 'door' }, { say: 'opening' }], choose, false) as Utterance;
    expect(text).toBe(opening.text);
    expect(spoken.samples.length).toBe(choose('door').samples.length + choose('opening').samples.length);
  });

  it.each([
    ['is no WAV', 'notes.wav', 'it is no RIFF/WAVE file. `ffmpeg'],
    ['is not there', 'none.wav', 'none.wav is not there'],
  ])('is refused with the place of one that %s', (_what, wav, sentence) => {
    writeFileSync(join(folder, 'notes.wav'), 'Ask for the opening hours.');
    const mistaken = { recordings: [opening, { ...door, wav }] };
    expect(() => load(mistaken)).toThrow(expect.objectContaining({ code: 'bad_settings' }));
    expect(() => load(mistaken)).toThrow(`recordings[1].wav: The file ${join(folder, wav)} `);
    expect(() => load(mistaken)).toThrow(sentence);
  });
});

it('is what the docs show', () => {
  const docs = readFileSync('docs/benchmark.md', 'utf8');
  const [scenario, recorded] = [...docs.matchAll(/```json\n([\s\S]*?)```/g)].map(([, example]) => example!);
  expect(parseScenario(scenario!, 'benchmark.md', '.').name).toBe('hesitant');
  // Its files are nobody's.
  const { recordings } = scenarioSchema.parse({ ...good, ...JSON.parse(`{${recorded}}`) });
  expect(recordings!.map(({ name }) => name)).toEqual(['opening-hours', 'door']);
});

describe('the shipped scenarios', () => {
  const shipped = shippedScenarios('.');

  it('have the names of their files', () => {
    expect(shipped.map(({ name }) => name)).toEqual(
      expect.arrayContaining(['questions', 'interruptions', 'thinking-pauses', 'echo', 'tools', 'ramp', 'soak']),
    );
    for (const { name } of shipped) expect(loadScenario('.', name).name).toBe(name);
  });

  it('ask the same in first turns as in second ones, where these are held against each other', () => {
    const { script, turns = 0, callers = 0, turnsPerSession } = loadScenario('.', 'first-turns');
    expect(turnsPerSession).toBe(2);
    for (let caller = 0; caller < callers; caller += 1) {
      const asked = Array.from({ length: turns }, (_, turn) => script[(turn + caller) % script.length]![0]!.say);
      const [first, second] = [0, 1].map((place) => asked.filter((_, turn) => turn % 2 === place).sort());
      expect(new Set(first).size).toBe(6);
      expect(first).toEqual(second);
    }
  });

  it('say what the persona knows, but for the long turn', async () => {
    const phrases = everyPhrase((await loadPersonas('personas')).get('parley')!);
    const choose = chooser(
      recordings,
      () => 0,
      () => recordings.questions[0]!,
    );
    const said = shipped
      .filter(({ name }) => name !== 'long-turns')
      .flatMap(({ script }) => script.map((each) => askedIn(each, choose, false).text));
    expect(said.length).toBeGreaterThan(10);
    expect(said.filter((text) => !phrases.some(({ phrase }) => isSameWording(phrase, text)))).toEqual([]);
  });
});
