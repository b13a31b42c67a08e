import { join } from 'node:path';
import { type Logger, pino } from 'pino';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type WhisperEngine, whisperStt } from '../../src/engines/stt/whisper.js';
import { joined, recordings, silence } from '../fixtures/hearing/recordings.js';
import { pythonFolder, SPEECHLESS, speechPython } from '../fixtures/speech-python.js';
import { recordingLog } from '../workers/rig.js';
import { all, context, endOf, given, options, sttContract, watched } from './stt.js';

/** Taught the recordings of these tests, and nothing else (tools/whisper). */
const model = join(import.meta.dirname, '../fixtures/whisper');
const log = pino({ level: 'silent' });
const forever = new AbortController().signal;

const started = (changes: { model?: string; language?: string | null; log?: Logger } = {}): WhisperEngine => {
  const usual = { device: 'cpu', compute: 'auto', beam: 1, language: null, log, model };
  return whisperStt({ python: speechPython!, pythonFolder, ...usual, ...changes });
};

const ready = async (): Promise<WhisperEngine> => {
  const engine = started();
  await engine.ready(forever);
  return engine;
};

describe.skipIf(speechPython === null)(`whisper on this machine${speechPython === null ? SPEECHLESS : ''}`, () => {
  let engine: WhisperEngine;
  beforeAll(async () => {
    engine = await ready();
  });
  afterAll(() => engine.close());

  sttContract('whisper', ready, {
    phrases: [
      { samples: recordings.tellMeAStory, text: 'Tell me a story.' },
      { samples: recordings.whatIsParley, text: 'What is Parley?' },
    ],
    speech: recordings.capitalOfFrance,
  });

  const heard = (samples: Int16Array, hints: Partial<typeof options> = {}) =>
    all(engine.run(given(samples), { ...options, ...hints }, context(forever)));

  it.each([
    ['the weather', recordings.howIsTheWeather, 'How is the weather today?'],
    ['what no script has', recordings.capitalOfFrance, 'What is the capital of France?'],
  ])('hears %s', async (_, samples, text) => {
    expect(endOf(await heard(samples))).toEqual({ kind: 'final', text });
  });

  it('is told the language and the prompt of a caller, which a model of English does without', async () => {
    const hints = { language: 'de-AT', prompt: 'Parley, Kyutai' };
    expect(endOf(await heard(recordings.tellMeAStory, hints))).toEqual({ kind: 'final', text: 'Tell me a story.' });
  });

  it('hears in a caller who thinks first, and in a pause, what was said', async () => {
    const late = joined(silence(12), recordings.tellMeAStory, silence(2));
    expect(endOf(await heard(late))).toEqual({ kind: 'final', text: 'Tell me a story.' });
  });

  it('believes no words that nobody had the time to say', async () => {
    const hints = { voicedMs: () => 100 };
    expect(await heard(recordings.tellMeAStory, hints)).toEqual([{ kind: 'final', text: '' }]);
  });

  it('hears an utterance from its beginning when its process is killed in mid-word', async () => {
    const { log: ofEngine, lines } = recordingLog();
    const { audio, taken } = watched(given(recordings.tellMeAStory));
    const end = all(engine.run(audio, options, { ...context(forever), log: ofEngine }));
    await taken(60);
    const killed = engine.pid;
    process.kill(killed!, 'SIGKILL');
    expect(endOf(await end)).toEqual({ kind: 'final', text: 'Tell me a story.' });
    expect(lines.map(({ msg }) => msg)).toContain(
      'the recogniser was lost; it hears the utterance again from its beginning',
    );
    expect(engine.pid).not.toBe(killed);
  });

  it('refuses a folder without a model by name, and is not started again', async () => {
    const refused = started({ model: import.meta.dirname });
    try {
      await expect(refused.ready(forever)).rejects.toMatchObject({
        code: 'worker_settings',
        message: expect.stringContaining('config.json is not there; `npm run setup:local whisper`'),
      });
    } finally {
      await refused.close();
    }
  });
});
