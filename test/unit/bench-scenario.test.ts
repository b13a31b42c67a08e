import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { chooser } from '../../src/bench/choosing.js';
import { isSameWording, loadRecordings } from '../../src/bench/questions.js';
import { loadScenario, parseScenario, shippedScenarios } from '../../src/bench/scenario-files.js';
import { askedIn } from '../../src/bench/utterance.js';
import { everyPhrase, loadPersonas } from '../../src/persona.js';

const recordings = loadRecordings('.');
const good = { name: 'mine', about: 'Mine.', callers: 2, turns: 3, script: [[{ say: 'any question' }]] };
const parse = (fields: object) => parseScenario(JSON.stringify({ ...good, ...fields }), 'mine.json', '.');
const turn = (...steps: object[]) => ({ script: [steps] });
const say = { say: 'what-time-is-it' };

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

it('is what the docs show', () => {
  const [, example] = /```json\n([\s\S]*?)```/.exec(readFileSync('docs/benchmark.md', 'utf8'))!;
  expect(parseScenario(example!, 'benchmark.md', '.').name).toBe('hesitant');
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
