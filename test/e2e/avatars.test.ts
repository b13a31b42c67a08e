/** Who answers is for the caller to choose. */
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import type { ClientRequest, IncomingMessage } from 'node:http';
import { json } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import WebSocket from 'ws';
import { personaSchema } from '../../src/persona-schema.js';
import { decodePack } from '../../src/protocol/pack.js';
import { connect } from './client.js';
import { type RunningServer, startServer } from './server.js';

const persona = personaSchema.parse(JSON.parse(readFileSync('personas/parley.json', 'utf8')));
/** Of a persona's voices, the embedded engine has the first. */
const firstOf = (voice: string | readonly string[] | undefined) => [voice].flat()[0];

/** Everyone who may present it, with the name and the voice that the persona gives them. */
const cast = [
  { id: persona.avatar!, name: persona.name, voice: firstOf(persona.voice ?? 'ada') },
  ...Object.entries(persona.presenters).map(([id, { name, voice }]) => ({ id, name, voice: firstOf(voice) })),
];

let server: RunningServer;
beforeAll(async () => {
  server = await startServer();
});
afterAll(() => server.stop());

const about = async (path: string) => (await fetch(`${server.url}${path}`)).json() as Promise<Record<string, unknown>>;

it('there are two avatars, and everyone whom the persona names is one', async () => {
  const { avatars } = (await about('/v1/avatars')) as { avatars: { id: string }[] };
  expect(avatars.length).toBeGreaterThanOrEqual(2);
  expect(avatars.map(({ id }) => id)).toEqual(expect.arrayContaining(cast.map(({ id }) => id)));
  expect(new Set(cast.map(({ voice }) => voice)).size).toBe(cast.length);
});

it('answers callers who name nobody with the avatar of the server', async () => {
  const client = await connect(server.realtime);
  const { avatar } = await client.next('avatar.announced');
  expect(avatar.id).toBe(persona.avatar);
  expect((await about('/v1/about')).avatar).toBe(persona.avatar);
  await client.close();
});

describe.each(cast)('$id', ({ id, name, voice }) => {
  it('answers with its own face, voice and name', async () => {
    const client = await connect(`${server.realtime}?model=any&avatar=${id}`);
    const { session } = await client.next('session.created');
    const { avatar } = await client.next('avatar.announced');
    expect(avatar.id).toBe(id);
    expect(session.audio.output.voice).toBe(voice);
    expect(session.instructions).toContain(name);
    const pack = decodePack(new Uint8Array(await (await fetch(server.url + avatar.pack.url)).arrayBuffer()));
    expect([pack.info.id, pack.pictures.length]).toEqual([id, avatar.frames]);
    client.ask('Who are you?');
    const { transcript } = await client.next('response.output_audio_transcript.done');
    expect(transcript).toContain(name);
    expect(client.media.some((media) => media.kind === 'patch')).toBe(true);
    await client.close();
  });
});

it('refuses an avatar that there is not before there is a socket, and names those that there are', async () => {
  const socket = new WebSocket(`${server.realtime}?avatar=nobody`);
  const [, response] = (await once(socket, 'unexpected-response')) as [ClientRequest, IncomingMessage];
  const { error } = (await json(response)) as { error: { code: string; message: string; param: string } };
  expect([response.statusCode, error.code, error.param]).toEqual([404, 'unknown_avatar', 'avatar']);
  expect(error.message).toContain(cast.map(({ id }) => id)[0]);
});
