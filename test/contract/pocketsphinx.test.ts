import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Hearing, hearingGrammar } from '../../src/engines/stt/hearing-grammar.js';
import { pocketsphinxStt, type SphinxEngine } from '../../src/engines/stt/pocketsphinx.js';
import { dictionaryWords, findSphinx } from '../../src/engines/stt/pocketsphinx-package.js';
import { loadPersona, type Persona } from '../../src/persona.js';
import { joined, recordings, silence } from '../fixtures/hearing/recordings.js';
import { all, context, endOf, given, options, sttContract, watched } from './stt.js';

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
  const started = async (changes: Partial<Hearing['grammar']> = {}) => {
    persona ??= await loadPersona(join(root, 'personas/parley.json'));
    hearing ??= hearingGrammar(persona, 'enable' in found ? new Set() : dictionaryWords(found.dictionaryFile));
    const changed = { ...hearing, grammar: { ...hearing.grammar, ...changes } };
    return pocketsphinxStt({ python, pythonFolder, hearing: changed, log });
  };
  const ready = async () => {
    const one = await started();
    await one.ready(forever);
    return one;
  };
  const heard = (samples: Int16Array, language: string | null = null) =>
    all(engine.run(given(samples), { ...options, language }, context(forever)));

  sttContract('pocketsphinx', ready, {
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

  it('survives its process: killed in mid-word, the utterance fails by name, and the next process hears', async () => {
    const long = joined(...Array.from({ length: 10 }, () => recordings.capitalOfFrance));
    const { audio, taken } = watched(given(long));
    const end = all(engine.run(audio, options, context(forever)));
    const failed = expect(end).rejects.toMatchObject({ name: 'ParleyError', code: 'worker_broken' });
    await taken(100);
    const killed = engine.pid!;
    process.kill(killed, 'SIGKILL');
    await failed;
    await engine.ready(forever);
    expect(endOf(await heard(recordings.tellMeAStory))).toEqual({ kind: 'final', text: 'Tell me a story' });
    expect(engine.pid).not.toBe(killed);
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
