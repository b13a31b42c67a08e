import { once } from 'node:events';
import type { ClientRequest, IncomingMessage } from 'node:http';
import { json } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import WebSocket from 'ws';
import { jpegSize } from '../../src/avatars/jpeg.js';
import { decodePack } from '../../src/protocol/pack.js';
import { connect } from './client.js';
import { type RunningServer, startServer } from './server.js';

let server: RunningServer;
beforeAll(async () => {
  server = await startServer();
});
afterAll(async () => {
  expect(await server.stop()).toBe(0);
});

type Client = Awaited<ReturnType<typeof connect>>;

interface Shown {
  readonly response: number;
  readonly position: number;
  readonly base: number;
  readonly jpeg: Uint8Array;
}

/** The pictures that came so far, in either form. */
function pictures(client: Client): Shown[] {
  const framed = client.media.flatMap((frame) => (frame.kind === 'picture' ? [frame] : []));
  const told = client.events.flatMap((event) =>
    event.type === 'avatar.picture' ? [{ ...event, jpeg: Buffer.from(event.jpeg, 'base64') }] : [],
  );
  return [...framed, ...told];
}

const messages = async (client: Client, until: () => boolean) => {
  while (!until()) await new Promise((resolve) => client.socket.once('message', resolve));
};

async function packOf(client: Client) {
  const { avatar } = await client.next('avatar.announced');
  const answer = await fetch(server.url + avatar.pack.url);
  return { avatar, bases: decodePack(new Uint8Array(await answer.arrayBuffer())).pictures };
}

const isSame = (one: Uint8Array, other: Uint8Array) => Buffer.compare(one, other) === 0;

/** Base pictures may be held, but neither leap nor go back. */
function expectOneLoop(shown: readonly Shown[], frames: number) {
  const steps = shown.slice(1).map(({ base }, at) => (base - shown[at]!.base + frames) % frames);
  expect(steps.filter((step) => step > 1)).toEqual([]);
}

describe.each([
  ['a client of parley.media.v1', ['parley.media.v1']],
  ['a stock client', []],
])('%s that asked for whole pictures', (_name, protocols) => {
  const call = () => connect(`${server.realtime}?video=frames`, protocols);

  it('sees the idle loop, as the pack has it', async () => {
    const client = await call();
    const { bases } = await packOf(client);
    await messages(client, () => pictures(client).length >= 20);
    const idle = pictures(client);
    expect(idle[0]).toMatchObject({ response: 0, position: 0, base: 0 });
    expect(idle.every(({ response, base, jpeg }) => response === 0 && isSame(jpeg, bases[base]!))).toBe(true);
    expect(idle.map(({ base }) => base)).toEqual(idle.map((_, index) => index));
    const steps = idle.slice(1).map(({ position }, at) => position - idle[at]!.position);
    expect(steps.every((step) => step >= 960 && step % 960 === 0)).toBe(true);
    await client.close();
  });

  it('sees an answer beside its sound, and then the loop again', async () => {
    const client = await call();
    const { avatar, bases } = await packOf(client);
    client.ask('Thank you');
    const { position: end } = await client.next('avatar.end');
    const last = pictures(client).length;
    await messages(client, () => pictures(client).slice(last).length >= 25);
    const all = pictures(client);
    const answer = all.filter(({ response }) => response === 1);
    // One for each frame of sound; a busy machine may leave some out, and never puts one in the wrong place.
    expect(
      answer.every(({ position }, at) => position % 960 === 0 && position > (answer[at - 1]?.position ?? -1)),
    ).toBe(true);
    expect(answer.at(-1)!.position).toBeLessThan(end);
    expect(answer.length).toBeGreaterThan(end / 960 / 2);
    for (const { jpeg } of answer) expect(jpegSize(jpeg)).toEqual({ width: avatar.width, height: avatar.height });
    const open = answer.filter(({ base, jpeg }) => !isSame(jpeg, bases[base]!));
    expect(open.length / answer.length).toBeGreaterThan(0.4);
    // A client that reports sees the loop until it plays, so that some of it may arrive among the answer's first.
    const before = all.slice(0, all.indexOf(answer[0]!));
    const after = all.slice(all.indexOf(answer.at(-1)!) + 1);
    expectOneLoop([...before, ...answer, ...after], bases.length);
    expect(client.media.filter(({ kind }) => kind === 'patch')).toEqual([]);
    await client.close();
  });

  it('sees nothing more of an answer that was cut off, and the loop goes on with the mouth shut', async () => {
    const client = await call();
    const { bases } = await packOf(client);
    client.ask('Tell me a story');
    await client.next('avatar.response');
    await messages(client, () => pictures(client).filter(({ response }) => response === 1).length >= 25);
    client.send({ type: 'response.cancel' });
    await client.next('avatar.flush');
    const before = pictures(client).length;
    await messages(client, () => pictures(client).length >= before + 20);
    const after = pictures(client).slice(before);
    expect(after.every(({ response, base, jpeg }) => response === 0 && isSame(jpeg, bases[base]!))).toBe(true);
    expectOneLoop(after, bases.length);
    await client.close();
  });
});

async function refusal(video: string, protocols: string[]): Promise<[status: number | undefined, code: string]> {
  const socket = new WebSocket(`${server.realtime}?video=${video}`, protocols);
  const [, response] = (await once(socket, 'unexpected-response')) as [ClientRequest, IncomingMessage];
  const { error } = (await json(response)) as { error: { code: string } };
  return [response.statusCode, error.code];
}

describe('?video=', () => {
  it('none costs a client of parley.media.v1 its pictures and nothing else', async () => {
    const client = await connect(`${server.realtime}?video=none`);
    client.ask('Thank you');
    await client.next('response.done');
    expect(new Set(client.media.map(({ kind }) => kind))).toEqual(new Set(['audio']));
    await client.close();
  });

  it('with anything else is refused before there is a socket', async () => {
    expect(await refusal('webm', ['parley.media.v1'])).toEqual([400, 'invalid_value']);
    expect(await refusal('patches', [])).toEqual([400, 'invalid_value']);
  });

  it('frames of a server without a face is a conversation without pictures, and says so', async () => {
    const faceless = await startServer({ FACE: 'none' });
    const client = await connect(`${faceless.realtime}?video=frames`, []);
    const { error } = await client.next('error');
    expect(error.code).toBe('cannot_show');
    client.ask('Thank you');
    const { response } = await client.next('response.done');
    expect(response.status).toBe('completed');
    await client.close();
    await faceless.stop();
  });
});
