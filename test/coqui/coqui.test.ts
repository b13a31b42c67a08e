/**
 * XTTS behind its engine, with a tiny model. It was taught nothing: it hums for as long as a clause may last, so that the
 * promises about how long something sounds are left to test/coqui.
 */
import { createHash } from 'node:crypto';
import { pino } from 'pino';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { LearntVoice, LearntVoices } from '../../src/engines/learnt.js';
import { type CoquiEngine, coquiTts } from '../../src/engines/tts/coqui.js';
import { ParleyError } from '../../src/errors.js';
import { all, context, countSamples, given } from '../contract/tts.js';
import { COQUILESS, coquiPython, tinyXtts } from '../fixtures/coqui-python.js';
import { eventually } from '../fixtures/eventually.js';
import { recordings } from '../fixtures/hearing/recordings.js';
import { pythonFolder } from '../fixtures/speech-python.js';

const LONG_MS = 300_000;
const forever = new AbortController().signal;

/** Voices in memory, and how often each was read. */
function shelf() {
  const voices = new Map<string, { readonly voice: LearntVoice; readonly body: Uint8Array }>();
  const reads: string[] = [];
  const learnt: LearntVoices = {
    of: (engine) => (engine === 'coqui' ? [...voices.values()].map(({ voice }) => voice) : []),
    async read(id) {
      reads.push(id);
      const body = voices.get(id)?.body;
      if (body === undefined) throw new ParleyError('unknown_voice');
      return body;
    },
  };
  return {
    learnt,
    reads,
    put(id: string, body: Uint8Array) {
      const sha256 = createHash('sha256').update(body).digest('hex');
      voices.set(id, { voice: { id, name: id, language: null, kept: { kind: 'here', sha256 } }, body });
    },
    clear: () => voices.clear(),
  };
}

describe.skipIf(coquiPython === null)(`coqui${coquiPython === null ? COQUILESS : ''}`, () => {
  let model: ReturnType<typeof tinyXtts>;
  let engine: CoquiEngine;
  const voices = shelf();

  beforeAll(async () => {
    model = tinyXtts();
    engine = coquiTts({
      python: coquiPython!,
      pythonFolder,
      model: model.folder,
      device: 'cpu',
      language: 'en',
      voice: 'Ada Example',
      speed: 1,
      agreed: true,
      learnt: voices.learnt,
      log: pino({ level: 'silent' }),
    });
    await engine.ready(forever);
  }, LONG_MS);
  afterEach(() => {
    voices.clear();
    voices.reads.length = 0;
  });
  afterAll(async () => {
    await engine.close();
    model.remove();
  });

  const speak = (voice: string, texts: readonly string[], signal = forever) =>
    engine.run(given(texts), { voice, speed: 1 }, context(signal));
  const say = (texts: readonly string[], voice = 'Ada Example') => all(speak(voice, texts));
  /** At 16 kHz: taken for 24, it is somebody who speaks faster. */
  const learn = async () => {
    const lesson = { name: 'Anna', consent: 'Anna agreed to it', recordings: Object.values(recordings) };
    const made = await engine.learner!.learn(lesson, forever);
    if (made.kind !== 'here') throw new Error('it is not here');
    return made.body;
  };

  it('is up, names its voices, and speaks phrases in order', { timeout: LONG_MS }, async () => {
    expect(engine.health()).toBe('up');
    expect(engine.voices.map(({ id, language }) => [id, language])).toEqual([
      ['Ada Example', 'en'],
      ['Ben Example', 'en'],
    ]);
    const speech = await say(['One.', ' \n', 'Two.']);
    const indices = speech.map(({ phrase }) => phrase);
    expect(indices).toEqual([...indices].sort((a, b) => a - b));
    for (const index of [0, 2])
      expect(countSamples(speech.filter(({ phrase }) => phrase === index))).toBeGreaterThan(0);
    expect(countSamples(speech.filter(({ phrase }) => phrase === 1))).toBe(0);
    expect(await say([])).toEqual([]);
  });

  it('refuses a voice that it has not, by name', async () => {
    await expect(say(['One.'], 'nobody')).rejects.toMatchObject({ code: 'unknown_voice' });
    await expect(say(['One.'], `sha256:${'0'.repeat(64)}`)).rejects.toMatchObject({ code: 'unknown_voice' });
  });

  it('serves two callers', { timeout: LONG_MS }, async () => {
    const [one, two] = await Promise.all([say(['One.', 'Two.']), say(['Three.'], 'Ben Example')]);
    expect(one.at(-1)?.phrase).toBe(1);
    expect(two.every(({ phrase }) => phrase === 0)).toBe(true);
    expect(countSamples(two)).toBeGreaterThan(0);
  });

  it('ends with the reason of an abort, and speaks on to others', { timeout: LONG_MS }, async () => {
    const abort = new AbortController();
    const reason = new ParleyError('barge_in');
    const reader = speak('Ada Example', ['A long sentence of many words. '.repeat(20)], abort.signal)[
      Symbol.asyncIterator
    ]();
    expect((await reader.next()).done).toBe(false);
    abort.abort(reason);
    await expect(reader.next()).rejects.toBe(reason);
    expect(await reader.next()).toEqual({ done: true, value: undefined });
    expect(countSamples(await say(['One.']))).toBeGreaterThan(0);
  });

  it('learns a voice, which speaks as soon as it is kept', { timeout: LONG_MS }, async () => {
    const body = await learn();
    expect(engine.voices.map(({ id }) => id)).not.toContain('voice_1');
    voices.put('voice_1', body);
    expect(engine.voices).toContainEqual({ id: 'voice_1', name: 'voice_1', language: 'en' });
    expect(countSamples(await say(['One.'], 'voice_1'))).toBeGreaterThan(0);
    expect(countSamples(await say(['Two.'], 'voice_1'))).toBeGreaterThan(0);
    expect(voices.reads).toEqual(['voice_1']);
    voices.clear();
    await expect(say(['One.'], 'voice_1')).rejects.toMatchObject({ code: 'unknown_voice' });
  });

  it('brings a learnt voice again that its process has forgotten', { timeout: LONG_MS }, async () => {
    const body = await learn();
    voices.put('voice_2', body);
    const first = await say(['One.'], 'voice_2');
    expect(countSamples(first)).toBeGreaterThan(0);
    // As many others as a process keeps; each is another file, and the same voice.
    for (let n = 0; n < 256; n += 1) voices.put(`voice_other_${n}`, renamed(body, n));
    for (let n = 0; n < 256; n += 1) await all(speak(`voice_other_${n}`, []));
    voices.reads.length = 0;
    const speech = await say(['One.', 'Two.'], 'voice_2');
    expect(voices.reads).toEqual(['voice_2']);
    expect(new Set(speech.map(({ phrase }) => phrase))).toEqual(new Set([0, 1]));
  });

  it('says by name that its process died in mid-sentence, and speaks with what it learnt when it is back', {
    timeout: LONG_MS,
  }, async () => {
    voices.put('voice_3', await learn());
    const reader = speak('voice_3', ['A long sentence of many words. '.repeat(20)])[Symbol.asyncIterator]();
    expect((await reader.next()).done).toBe(false);
    voices.reads.length = 0;
    process.kill(engine.pid!, 'SIGKILL');
    const drain = async () => {
      while ((await reader.next()).done !== true);
    };
    await expect(drain()).rejects.toMatchObject({ code: expect.stringMatching(/^worker_(broken|unavailable)$/) });
    await eventually(() => expect(engine.health()).not.toBe('up'));
    await engine.ready(forever);
    expect(countSamples(await say(['One.'], 'voice_3'))).toBeGreaterThan(0);
    expect(voices.reads).toEqual(['voice_3']);
  });

  it('says that a voice which was damaged since cannot be used', async () => {
    const body = await learn();
    body[body.length - 1]! ^= 0xff;
    voices.put('voice_4', body.subarray(0, 1000));
    await expect(say(['One.'], 'voice_4')).rejects.toMatchObject({ code: 'invalid_value' });
  });
});

/** The name that stands in the file is part of its bytes, and so of its hash. */
function renamed(body: Uint8Array, n: number): Uint8Array {
  const copy = Uint8Array.from(body);
  const at = Buffer.from(copy).indexOf('Anna');
  copy.set(Buffer.from(String(n).padStart(4, '0')), at);
  return copy;
}
