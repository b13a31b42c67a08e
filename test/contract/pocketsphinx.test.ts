import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { type Logger, pino } from 'pino';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Hearing, hearingGrammar } from '../../src/engines/stt/hearing-grammar.js';
import { pocketsphinxStt, type SphinxEngine } from '../../src/engines/stt/pocketsphinx.js';
import { dictionaryWords, findSphinx } from '../../src/engines/stt/pocketsphinx-package.js';
import { loadPersona, type Persona } from '../../src/persona.js';
import { joined, recordings, silence } from '../fixtures/hearing/recordings.js';
import { recordingLog, until } from '../workers/rig.js';
import { all, context, endless, endOf, given, options, sttContract, watched } from './stt.js';

const root = join(import.meta.dirname, '../..');
const pythonFolder = join(root, 'python');
const log = pino({ level: 'silent' });
const forever = new AbortController().signal;

/** The environment of the Python that the tests were told to use, or of the set-up. */
function environment(): string {
  const python = process.env.PARLEY_PYTHON;
  if (python === undefined) return join(root, 'var/python');
  try {
    return execFileSync(python, ['-c', 'import sys; print(sys.prefix)'], { encoding: 'utf8' }).trim();
  } catch {
    return join(root, 'var/python');
  }
}

const found = findSphinx(environment());
const reason = 'enable' in found ? `: SKIPPED, ${found.why}; ${found.enable}` : '';
const python = 'enable' in found ? '' : found.python;

describe.skipIf('enable' in found)(`pocketsphinx${reason}`, () => {
  let persona: Persona;
  let hearing: Hearing;
  let engine: SphinxEngine;
  const started = async (changes: Partial<Hearing['grammar']> = {}, processes = 1, ofEngine: Logger = log) => {
    persona ??= await loadPersona(join(root, 'personas/parley.json'));
    hearing ??= hearingGrammar(persona, 'enable' in found ? new Set() : dictionaryWords(found.dictionaryFile));
    const changed = { ...hearing, grammar: { ...hearing.grammar, ...changes } };
    return pocketsphinxStt({ python, pythonFolder, hearing: changed, log: ofEngine, processes });
  };
  const ready = async (processes = 1) => {
    const one = await started({}, processes);
    await one.ready(forever);
    return one;
  };
  const heard = (samples: Int16Array, language: string | null = null) =>
    all(engine.run(given(samples), { ...options, language }, context(forever)));

  sttContract('pocketsphinx', () => ready(2), {
    phrases: [
      { samples: recordings.tellMeAStory, text: 'Tell me a story' },
      { samples: recordings.whatIsParley, text: 'What is Parley' },
    ],
    speech: recordings.capitalOfFrance,
  });

  beforeAll(async () => {
    engine = await ready();
  });
  afterAll(() => engine.close());

  it('knows every word of the persona that comes with Parley', () => {
    expect(hearing.unknownWords).toEqual([]);
    expect(hearing.strangePhones).toEqual([]);
  });

  it('rejects a sentence that is none of the phrases, though it begins like one', async () => {
    expect(endOf(await heard(recordings.capitalOfFrance))).toEqual({ kind: 'unclear' });
  });

  it('rejects a phrase with another sentence behind it', async () => {
    const both = joined(recordings.tellMeAStory, recordings.capitalOfFrance);
    expect(endOf(await heard(both))).toEqual({ kind: 'unclear' });
  });

  it('finds a phrase after a long silence, as of a caller who presses the button and thinks', async () => {
    const late = joined(silence(12), recordings.tellMeAStory);
    expect(endOf(await heard(late))).toEqual({ kind: 'final', text: 'Tell me a story' });
  });

  it('understands nothing of a caller who announced another language, and hears that nothing was said', async () => {
    expect(await heard(recordings.tellMeAStory, 'de')).toEqual([{ kind: 'unclear' }]);
    expect(await heard(silence(1), 'de')).toEqual([{ kind: 'final', text: '' }]);
    expect(endOf(await heard(recordings.tellMeAStory, 'en-GB'))).toMatchObject({ kind: 'final' });
  });

  it('tells words while they are spoken, the first one only if it may be all that is meant', async () => {
    const story = await heard(recordings.tellMeAStory);
    const partials = story.flatMap((one) => (one.kind === 'partial' ? [one.text] : []));
    expect(partials.length).toBeGreaterThan(0);
    for (const text of partials) expect(text).toMatch(/^Tell me/);
  });

  it('takes no noise for words while it lasts', async () => {
    const dice = randomFrom(1);
    const second = Array.from({ length: 16_000 }, (_, n) => n);
    const hiss = Int16Array.from(second, () => 4000 * (dice() - 0.5));
    const hum = Int16Array.from(second, (n) => 2000 * Math.sin((2 * Math.PI * 100 * n) / 16_000) + 200 * dice());
    const knocks = Int16Array.from(second, (n) => 8000 * Math.exp(-(n % 4000) / 250) * (dice() - 0.5));
    for (const noise of [hiss, hum, knocks]) {
      const transcripts = await heard(joined(silence(0.4), noise, noise));
      expect(transcripts.filter(({ kind }) => kind === 'partial')).toEqual([]);
    }
  });

  it('hears an utterance from its beginning with another process, if the first is killed in mid-word', async () => {
    const { log, lines } = recordingLog();
    const two = await started({}, 2, log);
    try {
      await until(() => lines.filter(({ msg }) => msg === 'worker is up').length === 2);
      const { audio, taken } = watched(given(recordings.tellMeAStory));
      const end = all(two.run(audio, options, { ...context(forever), log }));
      await taken(60);
      process.kill(two.pids[0]!, 'SIGKILL');
      expect(endOf(await end)).toEqual({ kind: 'final', text: 'Tell me a story' });
      expect(lines.map(({ msg }) => msg)).toContain(
        'the recogniser was lost; it hears the utterance again from its beginning',
      );
    } finally {
      await two.close();
    }
  });

  it('fails by name with its process if it is too long to be kept, and the next one is heard', async () => {
    const { audio, taken } = watched(endless(given(joined(silence(10), recordings.capitalOfFrance))));
    const end = all(engine.run(audio, options, context(forever)));
    const failed = expect(end).rejects.toMatchObject({ name: 'ParleyError', code: 'worker_broken' });
    await taken(540);
    const [killed] = engine.pids;
    process.kill(killed!, 'SIGKILL');
    await failed;
    await engine.ready(forever);
    expect(endOf(await heard(recordings.tellMeAStory))).toEqual({ kind: 'final', text: 'Tell me a story' });
    expect(engine.pids).not.toContain(killed);
  });

  it.each([
    ['a word that the dictionary lacks', { words: ['xyzzy'], arcs: [[0, 1, 0]], ends: [1] }, 'xyzzy'],
    ['an arc to a word that is not there', { arcs: [[0, 1, 100_000]] }, 'arcs[0]'],
    ['an end that nothing leads to', { ends: [100_000] }, '100000'],
    ['a phone that does not exist', { pronunciations: { story: 'S QQ' } }, 'QQ'],
    ['no phrase', { arcs: [] }, 'arcs'],
  ] as const)('refuses %s by name, and is not started again', async (_, changes, named) => {
    const refused = await started(changes as Partial<Hearing['grammar']>);
    try {
      await expect(refused.ready(forever)).rejects.toMatchObject({
        code: 'worker_settings',
        message: expect.stringContaining(named),
      });
      const end = all(refused.run(given(recordings.tellMeAStory), options, context(forever)));
      await expect(end).rejects.toMatchObject({ code: 'worker_settings' });
    } finally {
      await refused.close();
    }
  });
});

/** The same numbers from 0 to 1 in every run. */
function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 16_807) % 2_147_483_647;
    return state / 2_147_483_647;
  };
}
