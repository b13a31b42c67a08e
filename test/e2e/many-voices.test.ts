/** As many voices as are kept: the server starts with them, lists them, and makes no more until one has gone. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CONSENT, voiceForm } from '../fixtures/voice-form.js';
import { connect } from './client.js';
import { type ShownVoice, startVoiceServer, UNREADABLE, type VoiceServer } from './voice-server.js';

const MOST = 1000;
const idOf = (at: number) => `voice_${at.toString(16).padStart(16, '0')}`;

/** One that a vendor has. */
function put(folder: string, at: number): void {
  const id = idOf(at);
  const created = new Date(Date.UTC(2026, 4, 3) + at * 1000).toISOString();
  const consent = { statement: CONSENT, given: created };
  const about = { id, name: `Anna ${at}`, engine: 'elevenlabs', created, seconds: 8, consent, vendor_id: `made${at}` };
  mkdirSync(join(folder, id), { recursive: true });
  writeFileSync(join(folder, id, 'about.json'), JSON.stringify(about));
}

describe.skipIf(UNREADABLE !== null)(`a thousand voices${UNREADABLE ?? ''}`, () => {
  let house: VoiceServer;
  beforeAll(async () => {
    house = await startVoiceServer((data) => {
      for (let at = 0; at < MOST; at += 1) put(join(data, 'voices'), at);
    });
  });
  afterAll(() => house.close());

  it('are all listed, and can be chosen', async () => {
    const all = await house.learnt();
    expect(all.map(({ id }) => id)).toEqual(Array.from({ length: MOST }, (_, at) => idOf(at)));
    const client = await connect(house.running().realtime, ['realtime']);
    client.send({
      type: 'session.update',
      session: { type: 'realtime', audio: { output: { voice: idOf(MOST - 1) } } },
    });
    await client.next('session.updated');
    await client.close();
  });

  it('are as many as there may be, until one is deleted', async () => {
    const asked = () => house.vendors.elevenLabs.requests.filter(({ endpoint }) => endpoint === 'cloning').length;
    const before = asked();
    const refused = await house.post(voiceForm());
    expect([refused.status, await refused.json()]).toMatchObject([409, { error: { code: 'too_many_voices' } }]);
    expect([asked(), house.stored().length]).toEqual([before, MOST]);
    expect((await house.drop(idOf(0))).status).toBe(204);
    const answer = await house.post(voiceForm());
    const { id } = (await answer.json()) as ShownVoice;
    expect([answer.status, house.stored().length]).toEqual([201, MOST]);
    expect((await house.drop(id)).status).toBe(204);
  });
});
