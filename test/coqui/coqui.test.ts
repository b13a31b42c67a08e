/** XTTS behind its engine, with a tiny model that was taught nothing: it hums. */
import { createHash } from 'node:crypto';
import { pino } from 'pino';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { LearntVoice, LearntVoices } from '../../src/engines/learnt.js';
import { type CoquiEngine, type CoquiOptions, coquiTts } from '../../src/engines/tts/coqui.js';
import { ParleyError } from '../../src/errors.js';
import { all, context, countSamples, given, ttsContract } from '../contract/tts.js';
import { COQUILESS, coquiPython, tinyXtts } from '../fixtures/coqui-python.js';
import { eventually } from '../fixtures/eventually.js';
import { recordings } from '../fixtures/hearing/recordings.js';
import { pythonFolder } from '../fixtures/speech-python.js';

/** Of its sound: 1.6 s, after which each clause ends by itself. */
const TOKENS = 35;
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
  let endless: ReturnType<typeof tinyXtts>;
  let engine: CoquiEngine;
  const voices = shelf();
  const options = (): CoquiOptions => ({
    python: coquiPython!,
    pythonFolder,
    model: model.folder,
    device: 'cpu',
    language: 'en',
    voice: null,
    speed: 1,
    agreed: true,
    learnt: voices.learnt,
    log: pino({ level: 'silent' }),
  });
  const started = async (changes: Partial<CoquiOptions> = {}) => {
    model ??= tinyXtts(TOKENS);
    const one = coquiTts({ ...options(), ...changes });
    await one.ready(forever);
    return one;
  };

  ttsContract('coqui', started);

  beforeAll(async () => {
    endless = tinyXtts();
    engine = await started({ model: endless.folder });
  });
  afterEach(() => {
    voices.clear();
    voices.reads.length = 0;
  });
  afterAll(async () => {
    await engine.close();
    model.remove();
    endless.remove();
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

  it('names its voices, and refuses one that nobody has learnt', async () => {
    expect(engine.voices.map(({ id, language }) => [id, language])).toEqual([
      ['Ada Example', 'en'],
      ['Ben Example', 'en'],
    ]);
    await expect(say(['One.'], `sha256:${'0'.repeat(64)}`)).rejects.toMatchObject({ code: 'unknown_voice' });
  });

  it('refuses a voice for everybody that it has not', async () => {
    const broken = coquiTts({ ...options(), voice: 'Nobody' });
    await expect(broken.ready(forever)).rejects.toMatchObject({ code: 'worker_settings' });
    expect(broken.health()).toEqual({ down: expect.stringContaining('COQUI_VOICE: there is no speaker "Nobody"') });
    await broken.close();
  });

  it('bounds a clause whose end the model does not find', async () => {
    const seconds = countSamples(await say(['One.'])) / 24_000;
    expect(seconds).toBeGreaterThan(2);
    expect(seconds).toBeLessThan(3);
  });

  it('learns a voice, which speaks as soon as it is kept', async () => {
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

  it('brings a learnt voice again that its process has forgotten', async () => {
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

  it('says by name that its process died in mid-sentence, and speaks with what it learnt when it is back', async () => {
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
