import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { pcmSamples } from '../../src/audio/pcm.js';
import { decodePack } from '../../src/protocol/pack.js';
import { connect } from './client.js';
import { face } from './face-under-test.js';
import { type RunningServer, startServer } from './server.js';
import { voice } from './speech-under-test.js';

let server: RunningServer;
beforeAll(async () => {
  server = await startServer();
});
afterAll(async () => {
  expect(await server.stop()).toBe(0);
});

/** Root mean square of samples, where full scale is 1. */
function level(samples: Int16Array): number {
  return Math.sqrt(samples.reduce((sum, sample) => sum + (sample / 32_768) ** 2, 0) / samples.length);
}

/** Each belongs to a frame that was heard, in their order; and every frame has one, unless the face takes its time. */
function expectPictures(positions: readonly number[], frames: number): void {
  expect(positions.every((position) => position % 960 === 0 && position < frames * 960)).toBe(true);
  expect(positions).toEqual([...new Set(positions)].sort((one, other) => one - other));
  if (!face.isLeisurely) expect(positions.length).toBe(frames);
}

describe('a typed turn with the real engines', () => {
  it('is answered in words, voice and pictures, each frame with its own', async () => {
    const client = await connect(server.realtime);
    await client.next('avatar.announced');
    client.ask('Thank you');
    const done = await client.next('response.done');
    expect(done.response.status).toBe('completed');
    const audio = client.media.filter((frame) => frame.kind === 'audio');
    const positions = client.media.flatMap((frame) => (frame.kind === 'patch' ? [frame.position] : []));
    expect(audio.map(({ position }) => position)).toEqual(audio.map((_, index) => index * 960));
    expectPictures(positions, audio.length);
    const speech = audio.map(({ pcm }) => pcmSamples(pcm));
    expect(Math.max(...speech.map(level))).toBeGreaterThan(0.05);
    expect(Math.max(...speech.flatMap((frame) => [...frame].map(Math.abs)))).toBeLessThan(32_767);
    await client.close();
  });

  it('moves the mouth while there is sound, and rests in silence', async () => {
    const client = await connect(server.realtime);
    client.ask('Tell me a story');
    await client.next('avatar.response');
    while (client.media.length < 300) await client.next('avatar.words');
    const audio = new Map(
      client.media.flatMap((frame) => (frame.kind === 'audio' ? [[frame.position, frame] as const] : [])),
    );
    const patches = client.media.filter((frame) => frame.kind === 'patch');
    const loud = patches.filter(({ position }) => level(pcmSamples(audio.get(position)!.pcm)) > 0.05);
    const open = loud.filter(({ jpeg }) => jpeg.length > 0);
    const quiet = (position: number) => {
      const frame = audio.get(position);
      return frame !== undefined && level(pcmSamples(frame.pcm)) < 0.002;
    };
    // Some time after the last sound the mouth is shut, and it stays so until the next one is near.
    const around = Array.from({ length: face.shutAfter + 2 }, (_, n) => n - face.shutAfter);
    const pauses = patches.filter(({ position }) => around.every((n) => quiet(position + n * 960)));
    // Its sentences are 200 to 300 ms apart: too close together for a mouth that shuts more slowly.
    if (face.name === 'drawn') expect(pauses.length).toBeGreaterThan(0);
    expect(pauses.filter(({ jpeg }) => jpeg.length > 0)).toEqual([]);
    const mouths = new Set(open.map(({ jpeg }) => Buffer.from(jpeg).toString('base64'))).size;
    expect(open.length / loud.length).toBeGreaterThan(face.isLeisurely ? 0 : 0.8);
    expect(mouths).toBeGreaterThan(face.isLeisurely ? 1 : 12);
    await client.close();
  });

  it('has words that sound when they are said to', async () => {
    const client = await connect(server.realtime);
    client.ask('Count to five');
    const done = await client.next('response.done');
    const item = done.response.output[0]!;
    const transcript =
      item.type === 'message' && item.content[0]?.type === 'output_audio' ? item.content[0].transcript : '';
    const words = client.events.flatMap((event) => (event.type === 'avatar.words' ? event.words : []));
    expect(words.length).toBeGreaterThan(4);
    for (const word of words) expect(transcript.slice(word.from, word.to)).toBe(word.text);
    const total = client.media.reduce((sum, frame) => sum + (frame.kind === 'audio' ? frame.pcm.length / 2 : 0), 0);
    const sound = new Int16Array(total);
    for (const frame of client.media) if (frame.kind === 'audio') sound.set(pcmSamples(frame.pcm), frame.position);
    const silent = words.filter(({ start, end }) => level(sound.subarray(start, end)) < 0.01);
    expect(silent).toEqual([]);
    await client.close();
  });

  it('is cut off at once, and goes on from there when asked to', async () => {
    const client = await connect(server.realtime);
    client.ask('Tell me a story');
    await client.next('avatar.response');
    while (client.events.filter((event) => event.type === 'avatar.words').length < 3) await client.next('avatar.words');
    client.send({ type: 'response.cancel' });
    const { response: cut } = await client.next('avatar.flush');
    const mediaBefore = client.media.length;
    const { item_id } = await client.next('conversation.item.truncated');
    const whole =
      client.events.find((event) => event.type === 'response.output_audio_transcript.done')?.transcript ?? '';
    client.send({ type: 'conversation.item.retrieve', item_id });
    const { item } = await client.next('conversation.item.retrieved');
    const heard = item.type === 'message' && item.content[0]?.type === 'output_audio' ? item.content[0].transcript : '';
    expect(item.status).toBe('incomplete');
    expect(heard.length).toBeGreaterThan(5);
    expect(whole.startsWith(heard)).toBe(true);
    client.ask('Go on');
    const lastWords = whole.split(' ').slice(-3).join(' ');
    let going = '';
    while (!going.endsWith(lastWords)) going += (await client.next('response.output_audio_transcript.delta')).delta;
    await client.next('avatar.words');
    const late = client.media
      .slice(mediaBefore)
      .filter((frame) => frame.kind !== 'microphone' && frame.response <= cut);
    expect(late).toEqual([]);
    const [firstSentence] = heard.split('. ');
    expect(going).not.toContain(firstSentence);
    const nextWords = whole.slice(heard.length).trim().split(' ').slice(0, 3).join(' ');
    expect(going.toLowerCase()).toContain(nextWords.toLowerCase());
    await client.close();
  });

  it('is greeted when the conversation is empty', async () => {
    const client = await connect(server.realtime);
    client.send({ type: 'response.create', response: { output_modalities: ['text'] } });
    const done = await client.next('response.output_text.done');
    expect(done.text).toMatch(/Ada|Parley/);
    await client.close();
  });

  it('goes on in one session while another is cut off, and neither hears the other', async () => {
    const [one, two] = await Promise.all([connect(server.realtime), connect(server.realtime)]);
    one.ask('Count to ten');
    two.ask('Tell me a joke');
    await Promise.all([one.next('avatar.response'), two.next('avatar.response')]);
    two.send({ type: 'response.cancel' });
    await two.next('avatar.flush');
    const done = await one.next('response.done');
    expect(done.response.status).toBe('completed');
    expect(one.types()).not.toContain('avatar.flush');
    await Promise.all([one.close(), two.close()]);
  });
});

describe('what stands beside the socket', () => {
  it('is a page, health, and what the server is made of', async () => {
    const page = await fetch(server.url);
    expect(page.headers.get('content-security-policy')).toContain("default-src 'self'");
    expect(await page.text()).toContain('<parley-avatar');
    expect(await (await fetch(`${server.url}/healthz`)).json()).toEqual({ status: 'alive' });
    const about = (await (await fetch(`${server.url}/v1/about`)).json()) as {
      engines: { job: string; engine: string }[];
    };
    const inUse = Object.fromEntries(about.engines.map(({ job, engine }) => [job, engine]));
    expect(inUse).toMatchObject({ 'language model': 'scripted', voice, face: face.name });
    expect(Object.keys(inUse)).toContain('voice detector');
    expect(Object.keys(inUse)).toContain('recogniser');
    expect(server.output().out).toMatch(new RegExp(`voice +${voice} +\\S`));
  });

  it('is the avatar’s pack, of the announced size and hash', async () => {
    const client = await connect(server.realtime);
    const { avatar } = await client.next('avatar.announced');
    const response = await fetch(server.url + avatar.pack.url);
    expect(response.headers.get('cache-control')).toContain('immutable');
    const bytes = new Uint8Array(await response.arrayBuffer());
    expect(bytes.length).toBe(avatar.pack.bytes);
    expect(decodePack(bytes).pictures.length).toBe(avatar.frames);
    const hash = Buffer.from(await crypto.subtle.digest('SHA-256', bytes)).toString('hex');
    expect(hash).toBe(avatar.pack.sha256);
    await client.close();
  });

  it.each(['/v1/nothing', '/v1/avatars/nobody/pack-1.bin', '/v1/avatars/ada/..%2fmouths.bin', '/../package.json'])(
    'is nothing at %s, and says so as JSON',
    async (path) => {
      const response = await fetch(server.url + path);
      expect(response.status).toBe(404);
      expect(await response.json()).toMatchObject({
        error: { code: expect.stringMatching(/not_found|unknown_avatar/) },
      });
    },
  );
});
