/** Of what no voice is made: forms, recordings and senders of every kind. */
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { connect as connectTcp } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { HEARING_RATE } from '../../src/audio/pcm.js';
import { wavFile } from '../../src/audio/wav.js';
import { noise } from '../contract/vad.js';
import { eventually } from '../fixtures/eventually.js';
import { joined } from '../fixtures/hearing/recordings.js';
import { type FormFields, speech, speechFile, voiceForm } from '../fixtures/voice-form.js';
import { type ShownVoice, startVoiceServer, UNREADABLE, type VoiceServer } from './voice-server.js';
import { pidsOf } from './workers-of.js';

const text = (words: string) => new Uint8Array(Buffer.from(words));

describe.skipIf(UNREADABLE !== null)(`a server that makes voices${UNREADABLE ?? ''}`, () => {
  let house: VoiceServer;
  beforeAll(async () => {
    house = await startVoiceServer();
  });
  afterEach(() => house.clear());
  afterAll(() => house.close());

  it.each<readonly [string, FormFields, string]>([
    ['no name', { name: '' }, 'invalid_value'],
    ['a name of 81 characters', { name: 'x'.repeat(81) }, 'invalid_value'],
    ['a name that turns text around', { name: 'Anna\u202egpj' }, 'invalid_value'],
    ['a name with a zero byte', { name: 'Anna\u0000' }, 'invalid_value'],
    ['no consent', { consent: '' }, 'consent_missing'],
    ['a consent of a word', { consent: ' yes      ' }, 'consent_missing'],
    ['a consent without end', { consent: 'x'.repeat(5000) }, 'invalid_value'],
    ['an engine that is none', { engine: 'espeak' }, 'invalid_value'],
    ['an engine that is not on', { engine: 'coqui' }, 'cannot_learn'],
  ])('refuses %s', async (_, fields, code) => {
    const before = house.vendors.elevenLabs.requests.length;
    expect((await house.refused(voiceForm(fields))).code).toBe(code);
    expect(house.vendors.elevenLabs.requests.slice(before).filter(({ endpoint }) => endpoint === 'cloning')).toEqual(
      [],
    );
  });

  it.each<readonly [string, Uint8Array<ArrayBuffer>, string]>([
    ['text', text('This is a poem.'), 'bad_recording'],
    ['a playlist', text('#EXTM3U\n#EXTINF:10,\nfile:///etc/passwd\n'), 'bad_recording'],
    ['nothing', new Uint8Array(0), 'bad_recording'],
    ['a beginning', speechFile().slice(0, 30), 'bad_recording'],
    ['too short', speechFile(1, speech.slice(0, 16_000)), 'recording_length'],
    ['too long', wavFile(new Int16Array(8000 * 61), 8000), 'recording_length'],
    ['silence', wavFile(new Int16Array(16_000 * 5), 16_000), 'recording_too_quiet'],
    ['a whisper from afar', speechFile(0.01), 'recording_too_quiet'],
    ['a microphone that is too loud', speechFile(40), 'recording_clipped'],
    ['noise', wavFile(joined(...noise(160, 1000)), HEARING_RATE), 'too_little_speech'],
  ])('refuses a recording that is %s, by name', async (_, bytes, code) => {
    const { status, message, ...error } = await house.refused(voiceForm({}, [['../../anna.wav', bytes]]));
    expect([status, error.code]).toEqual([422, code]);
    expect(error.what_to_do).not.toBe('');
    expect(house.stored()).toEqual([]);
  });

  it('names the recording that is wrong', async () => {
    const form = voiceForm({}, [
      ['one.wav', speechFile()],
      ['two.wav', text('no sound')],
    ]);
    expect((await house.refused(form)).message).toMatch(/^Recording 2: /);
  });

  it('refuses what is no form, a form that breaks off, other files and too much', async () => {
    expect(await house.refused('{}', { headers: { 'content-type': 'application/json' } })).toMatchObject({
      status: 415,
      code: 'unsupported_media',
    });
    const headers = { 'content-type': 'multipart/form-data; boundary=x' };
    const broken = '--x\r\ncontent-disposition: form-data; name="recording"; filename="a.wav"\r\n\r\nRIFF';
    expect((await house.refused(broken, { headers })).code).toMatch(/^(invalid_value|bad_recording)$/);
    expect((await house.refused('', { headers })).code).toBe('invalid_value');
    const other = voiceForm();
    other.append('picture', new Blob(['x']), 'x.png');
    expect((await house.refused(other)).code).toBe('invalid_value');
    const stranger = voiceForm();
    stranger.append('__proto__', 'x');
    expect((await house.refused(stranger)).code).toBe('invalid_value');
    const one = wavFile(new Int16Array(11_000_000), 192_000);
    expect(await house.refused(voiceForm({}, [['a.wav', one]]))).toMatchObject({
      status: 413,
      code: 'upload_too_large',
    });
    const some = wavFile(new Int16Array(5_500_000), 192_000);
    const files = ['a', 'b', 'c'].map((name) => [name, some] as const);
    expect(await house.refused(voiceForm({}, files))).toMatchObject({ status: 413, code: 'upload_too_large' });
  });

  it('makes one at a time, and ends with a sender that goes away', async () => {
    const sending = new AbortController();
    const slow = new ReadableStream({
      start(controller) {
        controller.enqueue(
          text('--x\r\ncontent-disposition: form-data; name="recording"; filename="a.wav"\r\n\r\nRIFF'),
        );
      },
    });
    const first = house.post(
      slow as unknown as string,
      {
        headers: { 'content-type': 'multipart/form-data; boundary=x' },
        signal: sending.signal,
        duplex: 'half',
      } as RequestInit,
    );
    first.catch(() => {});
    // Whoever comes now comes second.
    await vi.waitUntil(() => decoders(house.running().process.pid!) === 1, { timeout: 60_000 });
    expect((await house.refused(voiceForm())).code).toBe('at_capacity');
    sending.abort();
    await expect(first).rejects.toThrow();
    let answer = await house.post(voiceForm());
    while (answer.status === 503) answer = await house.post(voiceForm());
    expect(answer.status).toBe(201);
    await house.drop(((await answer.json()) as ShownVoice).id);
  });

  it('admits no page of another origin, and nobody through a proxy without a token', async () => {
    const origin = { headers: { origin: 'https://elsewhere.example' } };
    expect(await house.refused(voiceForm(), origin)).toMatchObject({ status: 403, code: 'origin_refused' });
    const proxied = { headers: { 'x-forwarded-for': '203.0.113.7' } };
    expect(await house.refused(voiceForm(), proxied)).toMatchObject({ status: 403, code: 'making_refused' });
    const answer = await fetch(`${house.running().url}/v1/voices/ada`, { method: 'DELETE', ...proxied });
    expect(answer.status).toBe(403);
  });

  it('outlives a decoder that is killed while it reads, and reads the next form', async () => {
    const before = pidsOf(house.running(), 'recordings').length;
    const { port } = new URL(house.running().url);
    const socket = connectTcp(Number(port), '127.0.0.1');
    socket.write(
      `POST /v1/voices HTTP/1.1\r\nhost: 127.0.0.1:${port}\r\nconnection: close\r\ncontent-length: 900000\r\n` +
        'content-type: multipart/form-data; boundary=x\r\n\r\n' +
        '--x\r\ncontent-disposition: form-data; name="recording"; filename="a.wav"\r\n\r\nRIFF',
    );
    const pid = await eventually(() => {
      const pids = pidsOf(house.running(), 'recordings').slice(before);
      expect(pids).toHaveLength(1);
      return pids[0]!;
    });
    process.kill(pid, 'SIGKILL');
    const [answer] = (await once(socket.setEncoding('utf8'), 'data')) as [string];
    expect(answer).toMatch(/^HTTP\/1.1 422 /);
    expect(answer).toContain('"bad_recording"');
    socket.destroy();
    const { id } = await house.make();
    expect(house.stored()).toEqual([id]);
    expect(house.running().process.exitCode).toBeNull();
  });

  it('leaves no decoder behind a sender that breaks off in the middle', async () => {
    const { port } = new URL(house.running().url);
    const socket = connectTcp(Number(port), '127.0.0.1');
    socket.write(
      `POST /v1/voices HTTP/1.1\r\nhost: 127.0.0.1:${port}\r\ncontent-length: 900000\r\n` +
        'content-type: multipart/form-data; boundary=x\r\n\r\n' +
        '--x\r\ncontent-disposition: form-data; name="recording"; filename="a.wav"\r\n\r\nRIFF',
    );
    await eventually(() => expect(decoders(house.running().process.pid!)).toBe(1));
    socket.destroy();
    await eventually(() => expect(decoders(house.running().process.pid!)).toBe(0));
  });
});
/** Python processes that the server has started: its voices are none. */
function decoders(parent: number): number {
  const children = readFileSync(`/proc/${parent}/task/${parent}/children`, 'utf8').trim().split(' ').filter(Boolean);
  return children.filter((pid) => {
    try {
      return readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('parley_workers');
    } catch {
      return false;
    }
  }).length;
}
