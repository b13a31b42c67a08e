import { copyFileSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type KokoroEngine, type KokoroOptions, kokoroTts } from '../../src/engines/tts/kokoro.js';
import { pythonFolder, SPEECHLESS, speechPython, tinyKokoro } from '../fixtures/speech-python.js';
import { all, context, countSamples, given, ttsContract } from './tts.js';

const log = pino({ level: 'silent' });
const forever = new AbortController().signal;

describe.skipIf(speechPython === null)(`kokoro${speechPython === null ? SPEECHLESS : ''}`, () => {
  let model: ReturnType<typeof tinyKokoro>;
  let engine: KokoroEngine;
  const options = (changes: Partial<KokoroOptions> = {}): KokoroOptions => ({
    python: speechPython!,
    pythonFolder,
    model: model.folder,
    repository: 'hexgrad/Kokoro-82M',
    device: 'cpu',
    voice: 'af_heart',
    language: null,
    splitPattern: null,
    speed: 1,
    log,
    ...changes,
  });
  const started = async (changes: Partial<KokoroOptions> = {}) => {
    model ??= tinyKokoro();
    const one = kokoroTts(options(changes));
    await one.ready(forever);
    return one;
  };
  const say = (voice: string, texts: string[], speed = 1) =>
    all(engine.run(given(texts), { voice, speed }, context(forever)));

  ttsContract('kokoro', started);

  beforeAll(async () => {
    engine = await started();
  });
  afterAll(async () => {
    await engine.close();
    model.remove();
  });

  it('has the voices of its file, with the one for sessions that name none first', async () => {
    const british = await started({ voice: 'bf_emma' });
    expect(british.voices.map(({ id }) => id)).toEqual(['bf_emma', 'af_heart', 'af_sky', 'am_adam', 'ff_siwi']);
    expect(british.voices.map(({ name, language }) => [name, language])).toContainEqual(['Siwi', 'fr']);
    await british.close();
  });

  it('names the voice for sessions that name none before its process has told the others', async () => {
    const starting = kokoroTts(options({ voice: 'af_sky' }));
    expect(starting.voices.map(({ id }) => id)).toEqual(['af_sky']);
    expect(starting.mayHave?.('am_adam')).toBe(true);
    expect(starting.mayHave?.('ada')).toBe(false);
    await starting.close();
  });

  it('mixes voices, each by its share', async () => {
    const loudness = async (voice: string) =>
      Math.max(...(await say(voice, ['Hello there.'])).flatMap(({ samples }) => [...samples]).map(Math.abs));
    // The tiny model's voices are as loud as 0.2, 0.3 and 0.4 of full scale.
    const [heart, adam, half, mostly] = await Promise.all(
      ['af_heart', 'am_adam', 'af_heart,am_adam', 'af_heart:3, am_adam:1'].map(loudness),
    );
    expect(heart! / 32_767).toBeCloseTo(0.2, 2);
    expect(adam! / 32_767).toBeCloseTo(0.4, 2);
    expect(half! / 32_767).toBeCloseTo(0.3, 2);
    expect(mostly! / 32_767).toBeCloseTo(0.25, 2);
    expect(engine.mayHave?.('af_heart,am_adam')).toBe(true);
    const wrong = ['af_heart,am_nobody', 'af_heart:0', 'af_heart:x', '', ',', Array(9).fill('af_heart').join(',')];
    expect(wrong.filter((voice) => engine.mayHave?.(voice))).toEqual([]);
    await expect(say('af_heart,am_nobody', ['Hello.'])).rejects.toMatchObject({ code: 'unknown_voice' });
  });

  it('times every word of a phrase, and none where the model does not tell', async () => {
    const text = 'Good morning, Ada; shall we go?';
    const words = (await say('af_heart', [text])).flatMap((speech) => speech.words);
    expect(words.map(({ from, to }) => text.slice(from, to))).toEqual([
      'Good',
      'morning,',
      'Ada;',
      'shall',
      'we',
      'go?',
    ]);
    const silent = tinyKokoro('--without-durations');
    const untold = await started({ model: silent.folder });
    const speech = await all(untold.run(given([text]), { voice: 'af_heart', speed: 1 }, context(forever)));
    expect(countSamples(speech)).toBeGreaterThan(24_000);
    expect(speech.flatMap((one) => one.words)).toEqual([]);
    await untold.close();
    silent.remove();
  });

  it('gives the first sound of a long sentence before the rest is said', async () => {
    const long = 'First of all, there is the house on the hill, which nobody has ever seen from inside but me.';
    const speech = await say('af_heart', [long]);
    const firstWords = speech.find(({ words }) => words.length > 0)!.words;
    expect(long.slice(firstWords[0]!.from, firstWords.at(-1)!.to)).toBe('First of all,');
  });

  it('tells how fast it is', async () => {
    await say('af_heart', ['Hello there.']);
    const [told] = engine.stats!();
    expect(told?.worker).toBe('kokoro');
    await expect.poll(() => engine.stats!()[0]?.values).toHaveProperty('first_clause_s_p50');
    expect(engine.stats!()[0]?.values).toMatchObject({
      real_time_factor_p50: expect.any(Number),
      first_clause_s_p95: expect.any(Number),
      on_cpu: 1,
    });
  });

  it('refuses a speed out of range by name', async () => {
    await expect(say('af_heart', ['Hello.'], 3)).rejects.toMatchObject({ code: 'invalid_value', param: 'speed' });
  });

  it('survives its process: killed in mid-word, the stream fails by name, and the next process answers', async () => {
    const pieces = engine.run(given(['A long sentence, '.repeat(50)]), { voice: 'af_sky', speed: 1 }, context(forever));
    const reader = pieces[Symbol.asyncIterator]();
    expect((await reader.next()).done).toBe(false);
    const killed = engine.pid!;
    process.kill(killed, 'SIGKILL');
    const rest = all({ [Symbol.asyncIterator]: () => reader });
    await expect(rest).rejects.toMatchObject({ name: 'ParleyError', code: 'worker_broken' });
    await engine.ready(forever);
    expect(engine.pid).not.toBe(killed);
    expect(countSamples(await say('af_sky', ['Here again.']))).toBeGreaterThan(0);
  });

  it('refuses a voice for everybody that it has not', async () => {
    const broken = kokoroTts(options({ voice: 'af_typo' }));
    await expect(broken.ready(forever)).rejects.toMatchObject({ code: 'worker_settings' });
    expect(broken.health()).toEqual({
      down: expect.stringContaining('KOKORO_VOICE: there is no voice "af_typo"; there are af_heart, af_sky'),
    });
    await broken.close();
  });

  it.each([
    ['no such folder', {}, 'is not there'],
    ['a graph without its voices', { 'kokoro-v1.0.onnx': '' }, 'voices-v1.0.bin is not there'],
    [
      'what is no graph',
      { 'kokoro-v1.0.onnx': 'text', 'voices-v1.0.bin': 'text' },
      'kokoro-v1.0.onnx cannot be loaded',
    ],
    ['what are no voices', { 'kokoro-v1.0.onnx': null, 'voices-v1.0.bin': 'text' }, 'cannot be loaded'],
  ])('refuses %s, and names the command that mends it', async (name, files, why) => {
    const folder = join(model.folder, name.replaceAll(' ', '-'));
    if (Object.keys(files).length > 0) mkdirSync(folder);
    for (const [file, content] of Object.entries(files)) {
      if (content === null) copyFileSync(join(model.folder, file), join(folder, file));
      else writeFileSync(join(folder, file), content);
    }
    const broken = kokoroTts(options({ model: folder }));
    await expect(broken.ready(forever)).rejects.toMatchObject({ code: 'worker_settings' });
    const { down } = broken.health() as { down: string };
    expect(down).toContain(why);
    expect(down).toContain('npm run setup:local kokoro');
    await broken.close();
    rmSync(folder, { recursive: true, force: true });
  });
});
