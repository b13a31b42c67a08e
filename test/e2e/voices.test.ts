/** Voices made of recordings over HTTP, by a vendor that is simulated. With the voice that runs here: test/coqui/. */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from '../fixtures/eventually.js';
import { CONSENT, speechFile, voiceForm } from '../fixtures/voice-form.js';
import { connect } from './client.js';
import { type ShownVoice, startVoiceServer, UNREADABLE, type VoiceServer } from './voice-server.js';

const withVoice = (voice: string) => ({
  type: 'session.update',
  session: { type: 'realtime', audio: { output: { voice } } },
});

describe.skipIf(UNREADABLE !== null)(`voices of one's own${UNREADABLE ?? ''}`, () => {
  let house: VoiceServer;
  beforeAll(async () => {
    house = await startVoiceServer();
  });
  afterEach(() => house.clear());
  afterAll(() => house.close());

  const open = () => connect(house.running().realtime, ['realtime']);

  it('makes one that is listed, speaks in a session, and can be deleted', async () => {
    const [early, undecided] = await Promise.all([open(), open()]);
    const answer = await house.post(voiceForm());
    const voice = (await answer.json()) as ShownVoice;
    expect(voice).toMatchObject({ name: 'Anna', engine: 'elevenlabs', kind: 'learnt', language: null });
    expect([answer.status, answer.headers.get('location')]).toEqual([201, `/v1/voices/${voice.id}`]);
    expect(voice.id).toMatch(/^voice_[0-9a-f]{16}$/);
    expect(voice.seconds).toBeGreaterThan(4);
    const about = JSON.parse(readFileSync(join(house.data, 'voices', voice.id, 'about.json'), 'utf8'));
    expect(about).toMatchObject({ id: voice.id, name: 'Anna', consent: { statement: CONSENT } });
    const all = await house.listed();
    const { created } = about;
    expect(all).toContainEqual({
      ...{ id: voice.id, name: 'Anna', language: null, engine: 'elevenlabs', kind: 'learnt', created },
    });
    expect(all).toContainEqual(expect.objectContaining({ name: 'Rachel', kind: 'built_in', engine: 'elevenlabs' }));

    const { body } = house.vendors.elevenLabs.requests.findLast(({ endpoint }) => endpoint === 'cloning')!;
    expect(body).toMatchObject({ name: 'Anna', description: CONSENT, files: [{ name: 'recording-1.wav' }] });

    const client = await open();
    client.send(withVoice(voice.id));
    await client.next('session.updated');
    // One that was open before the voice was made may choose it, too.
    early.send(withVoice(voice.id));
    await early.next('session.updated');
    client.ask('What is Parley?');
    expect((await client.next('response.done')).response.status).toBe('completed');
    const voicesAsked = () =>
      house.vendors.elevenLabs.requests
        .filter(({ endpoint }) => endpoint === 'socket' || endpoint === 'speech')
        .map((one) => (one.body as { voice?: string } | null)?.voice);
    expect(voicesAsked()).toContain(about.vendor_id);

    expect((await house.drop(voice.id)).status).toBe(204);
    expect([await house.learnt(), house.stored()]).toEqual([[], []]);
    // A session that has begun with it is still answered, by the presenter's voice.
    client.ask('What is Parley?');
    expect((await client.next('response.done')).response.status).toBe('completed');
    expect(voicesAsked().at(-1)).not.toBe(about.vendor_id);
    await client.close();
    undecided.send(withVoice(voice.id));
    expect((await undecided.next('error')).error.code).toBe('unknown_voice');
    await Promise.all([early.close(), undecided.close()]);
    const other = await open();
    other.send(withVoice(voice.id));
    expect((await other.next('error')).error.code).toBe('unknown_voice');
    await other.close();
    expect((await house.drop(voice.id)).status).toBe(404);
  });

  it('keeps voices over a restart, and leaves out what is damaged', async () => {
    const { id } = await house.make({ name: 'Berta' });
    mkdirSync(join(house.data, 'voices/voice_0123456789abcdef'));
    writeFileSync(join(house.data, 'voices/voice_0123456789abcdef/about.json'), '{"id": "voice_0123456789abcdef"');
    await house.restart();
    expect((await house.learnt()).map((voice) => [voice.id, voice.name])).toEqual([[id, 'Berta']]);
    expect(house.running().output().log).toContain('voice_0123456789abcdef is left out');
    expect((await house.drop(id)).status).toBe(204);
    rmSync(join(house.data, 'voices/voice_0123456789abcdef'), { recursive: true });
  });

  it.each([
    ['../../etc/passwd', '../../etc/passwd'],
    ['a path of another kind', '..\\..\\C:\\x'],
    ['CON', 'CON'],
    ['markup', '<img src=x onerror=alert(1)>'],
    ['another script', 'Ἄννα 安娜'],
  ])('takes a name as words: %s', async (_, name) => {
    const voice = await house.make({ name });
    expect(voice.name).toBe(name);
    expect(house.stored()).toEqual([voice.id]);
    expect((await house.drop(voice.id)).status).toBe(204);
  });

  it('takes several recordings as one voice, and no more than eight', async () => {
    const many = (count: number) =>
      voiceForm(
        {},
        Array.from({ length: count }, () => ['a.wav', speechFile()] as const),
      );
    const answer = await house.post(many(3));
    const { id, seconds } = (await answer.json()) as { id: string; seconds: number };
    expect(seconds).toBeGreaterThan(12);
    await house.drop(id);
    expect((await house.refused(many(9))).code).toBe('invalid_value');
  });

  it('deletes none that came with an engine, and none that there is not', async () => {
    const failure = async (id: string) => {
      const answer = await house.drop(id);
      return [answer.status, ((await answer.json()) as { error: { code: string } }).error.code];
    };
    expect(await failure('ada')).toEqual([409, 'voice_stays']);
    expect(await failure('voice_ffffffffffffffff')).toEqual([404, 'not_found']);
    expect(await failure('../voices')).toEqual([404, 'not_found']);
  });

  it('keeps nothing when the vendor refuses, and says whose fault it is', async () => {
    house.vendors.elevenLabs.faults.set('cloning', { kind: 'status', status: 400, reason: 'voice_limit_reached' });
    expect(await house.refused(voiceForm())).toMatchObject({ status: 501, code: 'cannot_learn' });
    house.vendors.elevenLabs.faults.set('cloning', { kind: 'status', status: 500 });
    expect(await house.refused(voiceForm())).toMatchObject({ status: 502, code: 'vendor_down' });
    expect(house.stored()).toEqual([]);
  });

  it('has the vendor forget a voice for which there is no place here', async () => {
    const folder = join(house.data, 'voices');
    rmSync(folder, { recursive: true, force: true });
    writeFileSync(folder, 'no folder');
    const before = house.vendors.elevenLabs.requests.length;
    expect(await house.refused(voiceForm())).toMatchObject({ status: 500, code: 'internal' });
    const asked = house.vendors.elevenLabs.requests.slice(before).filter(({ endpoint }) => endpoint === 'cloning');
    expect(asked).toMatchObject([
      { body: { name: 'Anna' }, state: 'done' },
      { body: null, state: 'done' },
    ]);
    rmSync(folder);
  });

  it('goes on with what it has begun to say in a voice that is deleted meanwhile', async () => {
    const { id } = await house.make();
    // It plays by the clock: most of a story is not sent yet when its first second sounds.
    const client = await connect(house.running().realtime);
    client.send(withVoice(id));
    await client.next('session.updated');
    const frames = () => client.media.filter(({ kind }) => kind === 'audio').length;
    client.ask('Tell me a story.');
    await eventually(() => expect(frames()).toBeGreaterThan(0));
    expect((await house.drop(id)).status).toBe(204);
    const { length } = client.events;
    const before = frames();
    // A second more of it than was on its way.
    await eventually(() => expect(frames()).toBeGreaterThan(before + 35));
    expect(client.events.slice(length).filter(({ type }) => type === 'error')).toEqual([]);
    client.send({ type: 'response.cancel' });
    expect((await client.next('response.done')).response.status).toBe('cancelled');
    expect([await house.learnt(), house.stored()]).toEqual([[], []]);
    await client.close();
  });

  it('keeps a voice that the vendor would not delete', async () => {
    const { id } = await house.make();
    house.vendors.elevenLabs.faults.set('cloning', { kind: 'status', status: 500 });
    expect((await house.drop(id)).status).toBe(502);
    expect((await house.learnt()).map((voice) => voice.id)).toEqual([id]);
    expect((await house.drop(id)).status).toBe(204);
  });
});
