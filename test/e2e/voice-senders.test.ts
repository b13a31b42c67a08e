/** Senders of forms who send too much, fall silent, come at once or vanish: nothing of theirs is kept, and nobody waits for them. */
import { once } from 'node:events';
import { connect as connectTcp } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { wavFile } from '../../src/audio/wav.js';
import { eventually } from '../fixtures/eventually.js';
import { CONSENT, speechFile, voiceForm } from '../fixtures/voice-form.js';
import { endOfForm, fieldPart, openVoiceHouse, recordingPart, type Stage, type VoiceHouse } from './voice-house.js';
import { UNREADABLE } from './voice-server.js';
import { workersOf } from './workers-of.js';

const NOTHING = { here: [], atVendor: 0 };
const fields = fieldPart('name', 'Anna') + fieldPart('consent', CONSENT);
const begun = fields + recordingPart();
const decoders = () => workersOf(process.pid).filter(({ command }) => command.includes('parley_workers'));

describe.skipIf(UNREADABLE !== null)(`senders of voices${UNREADABLE ?? ''}`, () => {
  let house: VoiceHouse;
  beforeAll(async () => {
    house = await openVoiceHouse();
  });
  afterEach(async () => {
    house.gate.open();
    house.vendor.faults.clear();
    vi.restoreAllMocks();
    for (const id of (await house.kept()).here) await house.drop(id);
  });
  afterAll(() => house.close());

  /** The next one finds the place free, and can use it. */
  async function expectFreePlace() {
    const id = await house.make();
    expect(await house.kept()).toEqual({ here: [id], atVendor: 1 });
    await eventually(() => expect(decoders()).toEqual([]));
  }

  it('lets one who declares no length, sends too much, and reads only then, still read why', async () => {
    const minute = wavFile(new Int16Array(24_000 * 60), 24_000);
    const part = Buffer.concat([Buffer.from(recordingPart()), minute, Buffer.from('\r\n')]);
    const form = Buffer.concat([Buffer.from(fields), part, part, part, Buffer.from(endOfForm())]);
    const socket = connectTcp(house.port, '127.0.0.1').pause();
    socket.write(
      'POST /v1/voices HTTP/1.1\r\nhost: 127.0.0.1\r\nconnection: close\r\ntransfer-encoding: chunked\r\n' +
        'content-type: multipart/form-data; boundary=x\r\n\r\n',
    );
    for (let at = 0; at < form.length; at += 100_000) {
      const chunk = form.subarray(at, at + 100_000);
      socket.write(`${chunk.length.toString(16)}\r\n`);
      socket.write(chunk);
      if (!socket.write('\r\n')) await once(socket, 'drain');
    }
    socket.write('0\r\n\r\n');
    const answer = await text(socket.resume());
    expect(answer).toMatch(/^HTTP\/1.1 413 /);
    expect(answer).toContain('"upload_too_large"');
    expect(answer).toContain('More than 5 MB were sent in the form.');
    expect([await house.kept(), house.stored()]).toEqual([NOTHING, []]);
    await expectFreePlace();
  });

  it.each([
    ['before the first part', ''],
    ['in the middle of a field', fieldPart('name', 'Anna').slice(0, -3)],
    ['between two parts', fields],
    ['in the middle of a recording', `${begun}RIFF`],
    ['before the last line', `${begun}RIFF\r\n`],
  ])('gives up one who falls silent %s, and tells it', async (_, sent) => {
    const { socket, refusal } = house.sender('hasty');
    if (sent === '') socket.flushHeaders();
    else socket.write(sent);
    expect(await refusal).toEqual({ status: 499, code: 'client_gone' });
    expect([await house.kept(), house.stored()]).toEqual([NOTHING, []]);
    await expectFreePlace();
  });

  it('gives up one who always sends a little, and never all', async () => {
    const late = new AbortController();
    const { timeout } = AbortSignal;
    vi.spyOn(AbortSignal, 'timeout').mockImplementation((ms) => (ms === 600_000 ? late.signal : timeout(ms)));
    const { socket, refusal } = house.sender('hasty');
    socket.write(begun);
    const dripping = setInterval(() => socket.write('x'), 5);
    await eventually(() => expect(decoders()).toHaveLength(1));
    late.abort(new DOMException('The operation was aborted due to timeout', 'TimeoutError'));
    expect(await refusal).toEqual({ status: 504, code: 'deadline' });
    // It has read why, and is not listened to for ever.
    await eventually(() => expect(socket.destroyed).toBe(true));
    clearInterval(dripping);
    vi.restoreAllMocks();
    await expectFreePlace();
  });

  it('makes one of two that come at once, and tells the other', async () => {
    house.gate.hold('before the vendor is asked');
    const first = house.post();
    await eventually(() => expect(house.gate.arrivals).toHaveLength(1));
    const large = voiceForm({}, [['a.wav', wavFile(new Int16Array(2_400_000), 48_000)]]);
    const second = await house.post(large);
    expect([second.status, await second.json()]).toEqual([
      503,
      { error: expect.objectContaining({ code: 'at_capacity' }) },
    ]);
    house.gate.open();
    expect((await first).status).toBe(201);
    expect((await house.kept()).here).toHaveLength(1);
    expect((await house.post(large)).status).not.toBe(503);
  });

  it('keeps nothing of one who vanishes in the middle of a recording', async () => {
    const { socket } = house.sender('patient');
    socket.write(`${begun}RIFF`);
    await eventually(() => expect(decoders()).toHaveLength(1));
    socket.destroy();
    await eventually(() => expect(decoders()).toEqual([]));
    expect([await house.kept(), house.stored()]).toEqual([NOTHING, []]);
    await expectFreePlace();
  });

  it.each<Stage>(['before the vendor is asked', 'when the vendor has made it'])(
    'keeps nothing of one who vanishes %s, here and there',
    async (stage) => {
      house.gate.hold(stage);
      const { socket } = house.sender('patient');
      socket.end(Buffer.concat([Buffer.from(begun), speechFile(), Buffer.from(endOfForm())]));
      await eventually(() => expect(house.gate.arrivals).toHaveLength(1));
      expect((await house.kept()).atVendor).toBe(stage === 'when the vendor has made it' ? 1 : 0);
      const [{ signal }] = house.gate.arrivals as [(typeof house.gate.arrivals)[0]];
      socket.destroy();
      await eventually(() => expect(signal.aborted).toBe(true));
      house.gate.open();
      await eventually(async () => expect([await house.kept(), house.stored()]).toEqual([NOTHING, []]));
      await expectFreePlace();
    },
  );

  it('ends with the server, and has the vendor forget what it has just made', async () => {
    const other = await openVoiceHouse();
    other.gate.hold('when the vendor has made it');
    const { socket } = other.sender('patient');
    socket.end(Buffer.concat([Buffer.from(begun), speechFile(), Buffer.from(endOfForm())]));
    await eventually(() => expect(other.gate.arrivals).toHaveLength(1));
    expect((await other.kept()).atVendor).toBe(1);
    const stopping = other.stop();
    const [{ signal }] = other.gate.arrivals as [(typeof other.gate.arrivals)[0]];
    await eventually(() => expect(signal.aborted).toBe(true));
    other.gate.open();
    await stopping;
    expect([await other.kept(), other.stored(), decoders()]).toEqual([NOTHING, [], []]);
    await other.close();
  });

  it('deletes a voice for two who ask for it at once', async () => {
    const id = await house.make();
    house.gate.hold('before the vendor forgets it');
    const both = [house.drop(id), house.drop(id)];
    await eventually(() => expect(house.gate.arrivals).toHaveLength(2));
    house.gate.open();
    expect((await Promise.all(both)).map(({ status }) => status)).toEqual([204, 204]);
    expect([await house.kept(), house.stored()]).toEqual([NOTHING, []]);
  });

  it('deletes a voice to the end, whoever has asked for it and gone', async () => {
    const id = await house.make();
    house.gate.hold('before the vendor forgets it');
    const leaving = new AbortController();
    const asking = house.drop(id, { signal: leaving.signal });
    await eventually(() => expect(house.gate.arrivals).toHaveLength(1));
    // The vendor has deleted it, and takes its time to say so.
    house.vendor.faults.set('cloning', { kind: 'drip', everyMs: 300 });
    house.gate.open();
    await eventually(async () => expect((await house.kept()).atVendor).toBe(0));
    leaving.abort();
    await expect(asking).rejects.toThrow();
    await eventually(async () => expect([await house.kept(), house.stored()]).toEqual([NOTHING, []]));
  });
});
