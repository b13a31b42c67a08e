/** Voices that the vendor makes of recordings: as its own SDK asks for them, and as our engine does. */
import { ElevenLabsError } from 'elevenlabs';
import { expect, it } from 'vitest';
import type { LearntVoice } from '../../src/engines/learnt.js';
import { elevenLabsLearner } from '../../src/engines/tts/elevenlabs-learner.js';
import type { ElevenLabsSettings } from '../../src/engines/tts/elevenlabs-settings.js';
import { voiceList } from '../../src/engines/tts/elevenlabs-voices.js';
import { silentLog } from '../fixtures/engines.js';
import { KEY, RACHEL, type StartedVendor, sdk, vendor } from './vendor-elevenlabs-fixture.js';

const forever = new AbortController().signal;
const LESSON = { name: 'Anna', consent: 'Anna agreed on 3 May 2026', recordings: [new Int16Array(2400)] };

const settings = ({ url }: StartedVendor, more: Partial<ElevenLabsSettings> = {}): ElevenLabsSettings => ({
  apiKey: KEY,
  baseUrl: url,
  timeoutMs: 10_000,
  voice: RACHEL,
  model: 'eleven_multilingual_v2',
  format: 'pcm_24000',
  voiceSettings: { stability: 0.5, similarityBoost: 0.75, style: 0, speakerBoost: true, speed: 1 },
  log: silentLog,
  ...more,
});

it("makes, lists and deletes one as the vendor's SDK asks for it", async () => {
  const started = await vendor();
  const client = sdk(started);
  const files = [new Blob([new Uint8Array(100)])];
  const { voiceId, requiresVerification } = await client.voices.ivc.create({
    name: 'Anna',
    description: 'calm',
    files,
  });
  expect([voiceId, requiresVerification]).toEqual([expect.stringMatching(/^[A-Za-z0-9]{20}$/), false]);
  const { voices } = await client.voices.getAll();
  expect(voices).toHaveLength(7);
  expect(voices.at(-1)).toMatchObject({ voiceId, name: 'Anna', category: 'cloned', description: 'calm' });
  const stream = await client.textToSpeech.stream(voiceId, { text: 'Hello there.', outputFormat: 'pcm_24000' });
  let bytes = 0;
  for await (const chunk of stream as unknown as AsyncIterable<Uint8Array>) bytes += chunk.length;
  expect(bytes).toBeGreaterThan(10_000);
  await client.voices.delete(voiceId);
  await expect(client.voices.delete(voiceId)).rejects.toBeInstanceOf(ElevenLabsError);
  expect((await client.voices.getAll()).voices).toHaveLength(6);
});

it('deletes none of those that every account has', async () => {
  const started = await vendor();
  await expect(sdk(started).voices.delete(RACHEL)).rejects.toMatchObject({ statusCode: 404 });
});

it('refuses a form without files, a body that is no form, and a wrong key', async () => {
  const started = await vendor();
  await expect(sdk(started).voices.ivc.create({ name: 'Anna', files: [] })).rejects.toMatchObject({ statusCode: 422 });
  const headers = { 'xi-api-key': KEY, 'content-type': 'application/json' };
  expect((await fetch(`${started.url}/v1/voices/add`, { method: 'POST', headers, body: '{}' })).status).toBe(422);
  const wrong = sdk(started, 'wrong').voices.ivc.create({ name: 'Anna', files: [new Blob(['x'])] });
  await expect(wrong).rejects.toMatchObject({ statusCode: 401 });
});

it('learns and forgets for our engine, and forgets twice without complaint', async () => {
  const started = await vendor();
  const learner = elevenLabsLearner(settings(started));
  const made = await learner.learn(LESSON, forever);
  expect(made.kind).toBe('vendor');
  const id = made.kind === 'vendor' ? made.id : '';
  expect(started.requests.at(-1)?.body).toEqual({
    name: 'Anna',
    description: LESSON.consent,
    files: [{ name: 'recording-1.wav', size: 44 + 4800 }],
  });
  await learner.forget?.(id, forever);
  await learner.forget?.(id, forever);
  expect((await sdk(started).voices.getAll()).voices).toHaveLength(6);
});

it.each([
  ['has as many as it may have', 1],
  ['may make none', 0],
])('says so if the account %s', async (_, ownVoices) => {
  const learner = elevenLabsLearner(settings(await vendor({ ownVoices })));
  for (let n = 0; n < ownVoices; n += 1) await learner.learn(LESSON, forever);
  await expect(learner.learn(LESSON, forever)).rejects.toMatchObject({ code: 'cannot_learn' });
});

it('waits for the answer although its caller has gone: whoever knows the id can have the voice forgotten', async () => {
  const started = await vendor();
  const abort = new AbortController();
  const learner = elevenLabsLearner(settings(started));
  const learning = learner.learn(LESSON, abort.signal);
  const reason = new Error('gone');
  abort.abort(reason);
  expect((await learning).kind).toBe('vendor');
  await expect(learner.learn(LESSON, abort.signal)).rejects.toBe(reason);
});

it('fails by name when nothing comes', async () => {
  const started = await vendor();
  started.faults.set('cloning', { kind: 'half_open' });
  const impatient = elevenLabsLearner(settings(started, { timeoutMs: 100 }));
  await expect(impatient.learn(LESSON, forever)).rejects.toMatchObject({ code: 'deadline' });
});

it('lists our voices by our ids, once, and finds the id that the vendor has for them', async () => {
  const started = await vendor();
  const made = await elevenLabsLearner(settings(started)).learn(LESSON, forever);
  if (made.kind !== 'vendor') throw new Error('the vendor has it');
  const ours: LearntVoice = { id: 'voice_1', name: 'Anna', language: null, kept: made };
  let learnt = [ours];
  const list = voiceList(settings(started, { learnt: { of: () => learnt, read: () => Promise.reject(new Error()) } }));
  for (const isListed of [false, true]) {
    if (isListed) await list.ask(forever);
    expect(list.known().map(({ id }) => id)).toContain('voice_1');
    expect(list.known().map(({ id }) => id)).not.toContain(made.id);
    expect([list.has('voice_1'), list.find('voice_1'), list.find(RACHEL)]).toEqual([true, made.id, RACHEL]);
  }
  learnt = [];
  expect(list.has('voice_1')).toBe(false);
  expect(() => list.find('voice_1')).toThrow(expect.objectContaining({ code: 'unknown_voice' }));
});
