import { MPEGDecoder } from 'mpg123-decoder';
import { expect, it, onTestFinished, vi } from 'vitest';
import { MS_PER_CHARACTER, steadyTts } from '../fixtures/engines.js';
import {
  audioOf,
  haltingTts,
  RACHEL,
  SOCKET,
  samplesIn,
  socketStates,
  talk,
  vendor,
} from './vendor-elevenlabs-fixture.js';

const LONG = 'A text of more than a second, so that it halts in its midst. And on it goes.';

const isFinal = (context: string) => (message: { isFinal?: boolean; contextId?: string }) =>
  message.isFinal === true && message.contextId === context;

it.each(['true', 'false'])(
  'speaks a context: pieces with the times of their characters (sync %s), then the end',
  async (sync_alignment) => {
    const { engine, options } = steadyTts();
    const started = await vendor({ speak: engine });
    const client = await talk(started, { ...SOCKET, sync_alignment });
    client.say({ text: ' ', context_id: 'a', voice_settings: { speed: 0.9 }, generation_config: {} });
    const text = 'Unquestionably, one and two. 🙂 ';
    client.say({ text, context_id: 'a', flush: true });
    client.say({ context_id: 'a', close_context: true });
    await client.hear(isFinal('a'));
    expect(client.heard.at(-1)).toEqual({ isFinal: true, contextId: 'a' });
    const pieces = audioOf(client.heard, 'a');
    const characters: string[] = [];
    let pieceMs = 0;
    let end = 0;
    for (const { audio, alignment } of pieces) {
      alignment?.chars.forEach((character, n) => {
        const start = pieceMs + alignment.charStartTimesMs[n]!;
        expect(Math.abs(start - end)).toBeLessThanOrEqual(1);
        end = start + alignment.charDurationsMs[n]!;
        characters.push(character);
      });
      const ms = Buffer.from(audio!, 'base64').length / 48;
      expect(ms).toBeLessThanOrEqual(250);
      pieceMs += ms;
    }
    expect(characters.join('')).toBe(text);
    expect(pieceMs).toBe(text.length * MS_PER_CHARACTER);
    expect(Math.abs(end - pieceMs)).toBeLessThanOrEqual(2);
    // The first word is longer than a piece: with sync_alignment it comes bit by bit, without it at once.
    expect(pieces[0]!.alignment!.chars.join('')).toBe(sync_alignment === 'true' ? 'Unquesti' : 'Unquestionably,');
    expect(options).toEqual([{ voice: 'ada', speed: 0.9 }]);
    expect(started.requests).toMatchObject([
      { endpoint: 'socket', body: { kind: 'socket', voice: RACHEL }, state: 'open' },
      { endpoint: 'socket', body: { kind: 'context', context: 'a', text: ` ${text}` }, state: 'done' },
    ]);
    expect(started.open()).toBe(1);
  },
);

it('speaks MP3 as well', async () => {
  const client = await talk(await vendor(), { ...SOCKET, output_format: 'mp3_44100_128' });
  for (const text of ['One, two, three. ', 'And four. ']) client.say({ text, context_id: 'a', flush: true });
  client.say({ close_socket: true });
  await client.closed;
  const bytes = Buffer.concat(client.heard.map(({ audio }) => Buffer.from(audio ?? '', 'base64')));
  const decoder = new MPEGDecoder();
  await decoder.ready;
  const ms = decoder.decode(bytes).samplesDecoded / 44.1;
  decoder.free();
  expect(ms).toBeGreaterThanOrEqual(27 * MS_PER_CHARACTER);
  expect(ms).toBeLessThan(27 * MS_PER_CHARACTER + 200);
});

it('speaks to several contexts at the same time, each in its order', async () => {
  const { engine, goOn } = haltingTts();
  const client = await talk(await vendor({ speak: engine }));
  for (const context_id of ['a', 'b']) client.say({ text: `${context_id} ${LONG} `, context_id });
  for (const context_id of ['a', 'b']) client.say({ text: 'Behind it. ', context_id, flush: true });
  // Both are in the midst of their first text.
  await client.hear(({ contextId }) => contextId === 'a');
  await client.hear(({ contextId }) => contextId === 'b');
  expect(client.heard.some(({ isFinal }) => isFinal)).toBe(false);
  goOn();
  for (const context_id of ['a', 'b']) client.say({ context_id, close_context: true });
  for (const id of ['a', 'b']) {
    await client.hear(isFinal(id));
    const pieces = audioOf(client.heard, id);
    expect(pieces.flatMap(({ alignment }) => alignment?.chars ?? []).join('')).toBe(`${id} ${LONG} Behind it. `);
    expect(samplesIn(pieces)).toHaveLength(`${id} ${LONG} Behind it. `.length * MS_PER_CHARACTER * 24);
  }
});

it('falls silent at once when a context is closed that was not flushed', async () => {
  const { engine, stopped } = haltingTts();
  const started = await vendor({ speak: engine });
  const client = await talk(started);
  client.say({ text: `${LONG} `, context_id: 'a' });
  client.say({ text: 'This is never said. ', context_id: 'a' });
  await client.hear(({ audio }) => audio !== undefined);
  client.say({ context_id: 'a', close_context: true });
  await client.hear(isFinal('a'));
  await expect.poll(stopped).toBe(1);
  // Its name is free again, and nothing of the old one comes under it.
  client.say({ text: 'New. ', context_id: 'a', flush: true });
  client.say({ context_id: 'a', close_context: true });
  await client.hear((message) => message !== client.heard.find(isFinal('a')) && isFinal('a')(message));
  const after = client.heard.slice(client.heard.findIndex(isFinal('a')) + 1);
  expect(after.flatMap(({ alignment }) => alignment?.chars ?? []).join('')).toBe('New. ');
  expect(socketStates(started)).toEqual(['socket open', 'a left', 'a done']);
});

it('says what was flushed, even if the context is closed behind it, and no more', async () => {
  const { engine, goOn } = haltingTts();
  const started = await vendor({ speak: engine });
  const client = await talk(started);
  client.say({ text: `${LONG} `, context_id: 'a', flush: true });
  client.say({ text: 'This is never said. ', context_id: 'a' });
  client.say({ context_id: 'a', close_context: true });
  await client.hear(({ audio }) => audio !== undefined);
  goOn();
  await client.hear(isFinal('a'));
  expect(samplesIn(client.heard)).toHaveLength(`${LONG} `.length * MS_PER_CHARACTER * 24);
  expect(socketStates(started)).toEqual(['socket open', 'a left']);
});

it('waits for enough text as the schedule has it, or for a flush', async () => {
  const { engine, spoken } = steadyTts();
  const client = await talk(await vendor({ speak: engine }), { ...SOCKET, auto_mode: 'false' });
  client.say({ text: ' ', context_id: 'a', generation_config: { chunk_length_schedule: [50, 100] } });
  const words = 'ten chars '.repeat(20);
  for (const word of words.match(/.{10}/g)!) client.say({ text: word, context_id: 'a' });
  client.say({ context_id: 'a', flush: true });
  client.say({ context_id: 'a', close_context: true });
  await client.hear(isFinal('a'));
  // The space of the first message counts, too.
  expect(spoken.map(({ text }) => text.length)).toEqual([51, 100, 50]);
  expect(spoken.map(({ text }) => text).join('')).toBe(` ${words}`);
});

it('uses a schedule of its own where it is given none', async () => {
  const { engine, spoken } = steadyTts();
  const client = await talk(await vendor({ speak: engine }), { ...SOCKET, auto_mode: 'false' });
  const words = 'ten chars '.repeat(100);
  for (const word of words.match(/.{10}/g)!) client.say({ text: word, context_id: 'a' });
  client.say({ close_socket: true });
  expect(await client.closed).toMatchObject({ code: 1000 });
  expect(spoken.map(({ text }) => text.length)).toEqual([120, 160, 250, 290, 180]);
});

it('ends a socket when it is told to, after all that it was given', async () => {
  const started = await vendor();
  const client = await talk(started, { ...SOCKET, auto_mode: 'false' });
  client.say({ text: 'One. ', context_id: 'a' });
  client.say({ text: 'Two. ', context_id: 'b' });
  client.say({ close_socket: true });
  expect(await client.closed).toMatchObject({ code: 1000 });
  for (const id of ['a', 'b']) expect(samplesIn(audioOf(client.heard, id))).toHaveLength(5 * MS_PER_CHARACTER * 24);
  expect(socketStates(started)).toEqual(['socket done', 'a done', 'b done']);
  expect(started.open()).toBe(0);
  const empty = await talk(started);
  empty.say({ close_socket: true });
  expect(await empty.closed).toMatchObject({ code: 1000 });
});

it('takes five contexts, counts those that are closed and still speak, and ends the socket at the sixth', async () => {
  const { engine } = haltingTts();
  const started = await vendor({ speak: engine });
  const client = await talk(started);
  for (const context_id of ['a', 'b', 'c', 'd', 'e']) client.say({ text: `${LONG} `, context_id, flush: true });
  client.say({ context_id: 'a', close_context: true });
  for (const id of ['a', 'b', 'c', 'd', 'e']) await client.hear(({ contextId }) => contextId === id);
  client.say({ text: 'One too many. ', context_id: 'f' });
  expect(await client.closed).toMatchObject({ code: 1008 });
  expect(client.heard.at(-1)).toMatchObject({ error: 'max_active_conversations', code: 1008 });
  expect(socketStates(started)).toEqual(['socket refused', ...['a', 'b', 'c', 'd', 'e'].map((id) => `${id} left`)]);
});

it('makes a context for a flush that names none, but not for a keep-alive or a close', async () => {
  const started = await vendor();
  const client = await talk(started);
  client.say({ text: '', context_id: 'a' });
  client.say({ context_id: 'b', close_context: true });
  client.say({ context_id: 'c', flush: true });
  client.say({ text: 'Hello. ' });
  expect(await client.hear(({ audio }) => audio !== undefined)).toMatchObject({ contextId: 'default' });
  expect(socketStates(started)).toEqual(['socket open', 'c open', 'default open']);
});

function fakeTimers() {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  onTestFinished(() => void vi.useRealTimers());
}

it('closes a context that is told nothing, and the socket when it is told nothing at all', async () => {
  fakeTimers();
  const started = await vendor();
  const client = await talk(started, { ...SOCKET, inactivity_timeout: '30' });
  // By turns of the event loop: what polls by a clock would turn the fake one.
  const arrived = async (context: string) => {
    while (!socketStates(started).includes(`${context} open`)) await new Promise(setImmediate);
  };
  client.say({ text: ' ', context_id: 'a' });
  await arrived('a');
  vi.advanceTimersByTime(20_000);
  client.say({ text: ' ', context_id: 'b' });
  await arrived('b');
  vi.advanceTimersByTime(9_999);
  expect(socketStates(started)).toContain('a open');
  vi.advanceTimersByTime(1);
  expect(socketStates(started)).toEqual(['socket open', 'a done', 'b open']);
  // A keep-alive counts, and only for its own context.
  client.say({ text: '', context_id: 'b' });
  client.say({ text: ' ', context_id: 'c' });
  await arrived('c');
  vi.advanceTimersByTime(29_999);
  expect(socketStates(started)).toEqual(['socket open', 'a done', 'b open', 'c open']);
  vi.advanceTimersByTime(1);
  vi.useRealTimers();
  expect(await client.closed).toMatchObject({ code: 1008, reason: expect.stringContaining('30 seconds') });
  expect(client.heard).toEqual([
    ...['a', 'b', 'c'].map((contextId) => ({ isFinal: true, contextId })),
    expect.objectContaining({ error: 'input_timeout_exceeded', code: 1008 }),
  ]);
});

it('closes a socket on which nothing was ever said after 20 seconds', async () => {
  fakeTimers();
  const started = await vendor();
  const client = await talk(started);
  vi.advanceTimersByTime(19_999);
  expect(started.open()).toBe(1);
  vi.advanceTimersByTime(1);
  vi.useRealTimers();
  expect(await client.closed).toMatchObject({ code: 1008, reason: expect.stringContaining('20 seconds') });
});

it('speaks as many texts at once as it may, over all sockets', async () => {
  const { engine } = haltingTts();
  const started = await vendor({ speak: engine, concurrency: 1 });
  const [first, second] = [await talk(started), await talk(started)];
  first.say({ text: `${LONG} `, context_id: 'a' });
  await first.hear(({ audio }) => audio !== undefined);
  second.say({ text: 'Hello. ', context_id: 'a' });
  expect(await second.closed).toMatchObject({ code: 1008 });
  expect(second.heard).toMatchObject([{ error: 'too_many_concurrent_requests' }]);
});

it('ends its work when the client goes away, and when the vendor does', async () => {
  const { engine, stopped } = haltingTts();
  const started = await vendor({ speak: engine });
  for (const leave of ['client', 'vendor']) {
    const client = await talk(started);
    client.say({ text: `${LONG} `, context_id: 'a' });
    await client.hear(({ audio }) => audio !== undefined);
    const before = stopped();
    if (leave === 'client') client.socket.terminate();
    else await started.close();
    await expect.poll(() => started.open()).toBe(0);
    await expect.poll(stopped).toBe(before + 1);
  }
  expect(socketStates(started)).toEqual(['socket left', 'a left', 'socket left', 'a left']);
});
