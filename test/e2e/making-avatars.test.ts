/** Avatars that come to and leave a server that is running, over HTTP and by the command line; a program stands in Python's place. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, existsSync, mkdirSync, readdirSync, truncateSync, utimesSync, writeFileSync } from 'node:fs';
import type { ClientRequest, IncomingMessage } from 'node:http';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterEach, describe, expect, it } from 'vitest';
import WebSocket from 'ws';
import { variables } from '../../src/config.js';
import { eventually } from '../fixtures/eventually.js';
import { openFilmStudio, writeAvatar } from '../fixtures/film-studio.js';
import { renameAvatar } from '../unit/avatar-fixture.js';
import { connect } from './client.js';
import { startServer } from './server.js';

const CONSENT = 'Anna agreed on 3 May 2026';
const closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

function open() {
  const studio = openFilmStudio();
  closing.push(() => studio.remove());
  const settings = {
    DATA_DIR: studio.folder,
    MUSETALK_PYTHON: studio.python,
    MUSETALK_MODELS_DIR: studio.models,
    FACE: 'drawn',
  };
  return { studio, settings, avatars: join(studio.folder, 'avatars') };
}

interface Listed {
  readonly id: string;
  readonly name: string;
  readonly pack: { readonly url: string; readonly bytes: number };
}

function run(settings: Record<string, string>, ...args: string[]): ChildProcess {
  const own = Object.fromEntries(Object.entries(process.env).filter(([name]) => !variables.includes(name)));
  return spawn(process.execPath, ['dist/avatar-command.js', ...args], {
    env: { ...own, PARLEY_ENV_FILE: 'none', ...settings },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

async function ended(child: ChildProcess) {
  const [out, err, [code]] = await Promise.all([text(child.stdout!), text(child.stderr!), once(child, 'exit')]);
  return { out, err, code: code as number | null };
}

/** With which HTTP status a socket is refused. */
async function refused(url: string): Promise<number | undefined> {
  const [, response] = (await once(new WebSocket(url), 'unexpected-response')) as [ClientRequest, IncomingMessage];
  return response.statusCode;
}

async function openServer(more: Record<string, string> = {}) {
  const { studio, settings: some, avatars } = open();
  const settings = { ...some, ...more };
  cpSync('var/avatars/ada', join(avatars, 'ada'), { recursive: true });
  if (more.AVATAR !== undefined) writeAvatar(join(avatars, more.AVATAR), more.AVATAR);
  const server = await startServer(settings);
  closing.push(() => server.stop());
  const make = async (name: string) => {
    const query = new URLSearchParams({ name, consent: CONSENT });
    const headers = { 'content-type': 'video/mp4' };
    const answer = await fetch(`${server.url}/v1/avatars?${query}`, { method: 'POST', headers, body: 'a film' });
    expect(answer.status).toBe(202);
    return `${server.url}${answer.headers.get('location')}`;
  };
  const until = (job: string, found: Record<string, unknown>) =>
    eventually(async () => expect(await (await fetch(job)).json()).toMatchObject(found));
  const listed = async () => {
    const { avatars } = (await (await fetch(`${server.url}/v1/avatars`)).json()) as { avatars: Listed[] };
    return avatars;
  };
  const ids = async () => (await listed()).map(({ id }) => id);
  return { studio, settings, folder: avatars, server, make, until, listed, ids };
}

describe('a server', () => {
  it('lets callers ask for whom it has just made', async () => {
    const { server, make, until, listed } = await openServer();
    await until(await make('anna'), { state: 'done' });
    const avatars = await listed();
    expect(avatars.map(({ id }) => id)).toEqual(['ada', 'anna']);
    const pack = await fetch(server.url + avatars[1]!.pack.url);
    expect((await pack.arrayBuffer()).byteLength).toBe(avatars[1]!.pack.bytes);
    const client = await connect(`${server.realtime}?avatar=anna`);
    expect((await client.next('avatar.announced')).avatar).toMatchObject({ id: 'anna', frames: 1 });
    await client.close();
  });

  it('forgets whom it is told to remove, and lets conversations with them go on', async () => {
    const { server, make, until, listed, ids, folder } = await openServer();
    await until(await make('anna'), { state: 'done' });
    const { pack } = (await listed())[1]!;
    const client = await connect(`${server.realtime}?avatar=anna`);
    await client.next('avatar.announced');
    expect((await fetch(`${server.url}/v1/avatars/anna`, { method: 'DELETE' })).status).toBe(204);
    expect([await ids(), readdirSync(folder)]).toEqual([['ada'], ['ada']]);
    expect(await refused(`${server.realtime}?avatar=anna`)).toBe(404);
    expect((await fetch(server.url + pack.url)).status).toBe(404);
    client.ask('Who are you?');
    expect((await client.next('response.done')).response.status).toBe('completed');
    await client.close();
    expect((await fetch(`${server.url}/v1/avatars/anna`, { method: 'DELETE' })).status).toBe(404);
  });

  it('keeps those without whom it would be another at its next start', async () => {
    const { server, settings, ids } = await openServer({ AVATAR: 'berta' });
    const about = async () => (await (await fetch(`${server.url}/v1/about`)).json()) as { avatar: string };
    for (const id of ['ada', 'berta']) {
      const answer = await fetch(`${server.url}/v1/avatars/${id}`, { method: 'DELETE' });
      expect([answer.status, await answer.json()]).toMatchObject([409, { error: { code: 'avatar_stays' } }]);
    }
    // Whoever has the disk may; who calls this server still meets somebody.
    expect((await ended(run(settings, 'remove', 'berta'))).code).toBe(0);
    expect([await ids(), (await about()).avatar]).toEqual([['ada', 'berta'], 'berta']);
    const client = await connect(server.realtime);
    expect((await client.next('avatar.announced')).avatar.id).toBe('berta');
    await client.close();
  });

  it('takes up whom the command line makes, without a restart, and forgets whom it removes', async () => {
    const { studio, server, settings, ids } = await openServer();
    writeFileSync(join(studio.folder, 'film.mp4'), 'a film');
    expect(await refused(`${server.realtime}?avatar=anna`)).toBe(404);
    const here = { ...settings, INIT_CWD: studio.folder };
    expect((await ended(run(here, 'create', 'anna', 'film.mp4', '--consent', CONSENT))).code).toBe(0);
    const client = await connect(`${server.realtime}?avatar=anna`);
    expect((await client.next('avatar.announced')).avatar.id).toBe('anna');
    await client.close();
    expect(await ids()).toEqual(['ada', 'anna']);
    const removed = await ended(run(settings, 'remove', 'anna'));
    expect(removed.out).toBe(
      'anna is gone. A server that is running offers it no more; conversations that have begun with it go on.\n',
    );
    expect(await refused(`${server.realtime}?avatar=anna`)).toBe(404);
    expect(await ids()).toEqual(['ada']);
  });

  it('shows who was replaced, serves both packs, and leaves out who is damaged', async () => {
    const { server, folder, listed, ids } = await openServer();
    writeAvatar(join(folder, 'anna'), 'anna');
    const [, before] = await listed();
    renameAvatar(join(folder, 'anna'), 'Otto');
    // Two writes may be nearer than what a disk tells apart.
    utimesSync(join(folder, 'anna/pack.bin'), 1, 1);
    const [, after] = await listed();
    expect([before!.name, after!.name]).toEqual(['Anna', 'Otto']);
    for (const { pack } of [before!, after!]) expect((await fetch(server.url + pack.url)).status).toBe(200);
    writeAvatar(join(folder, 'carla'), 'carla');
    truncateSync(join(folder, 'carla/pack.bin'), 30);
    for (let times = 0; times < 2; times++) expect(await ids()).toEqual(['ada', 'anna']);
    await eventually(() => expect(server.output().log.match(/carla\/pack\.bin/g)).toHaveLength(1));
    expect(await refused(`${server.realtime}?avatar=carla`)).toBe(404);
  });

  it('takes what it is making with it', async () => {
    const { studio, server, make, until } = await openServer();
    await until(await make('slow'), { state: 'running', step: 'survey' });
    expect(studio.leftovers().length).toBe(2);
    expect(await server.stop()).toBe(0);
    expect(studio.leftovers()).toEqual([]);
  });
});

describe('the command line', () => {
  it('makes an avatar of a file where the person is, lists it and removes it', async () => {
    const { studio, settings, avatars } = open();
    writeFileSync(join(studio.folder, 'film.mp4'), 'a film');
    const here = { ...settings, INIT_CWD: studio.folder };
    const made = await ended(run(here, 'create', 'anna', 'film.mp4', '--consent', CONSENT, '--size=256'));
    expect(made.code).toBe(0);
    expect(JSON.parse(made.err)).toEqual([
      '--consent',
      CONSENT,
      '--size=256',
      '--device=auto',
      `--into=${avatars}`,
      `--models=${studio.models}`,
    ]);
    const listed = await ended(run(settings, 'list'));
    expect([listed.code, listed.out]).toEqual([
      0,
      expect.stringMatching(/^anna +filmed +Anna +2026-05-03: Anna agreed/),
    ]);
    expect((await ended(run(settings, 'remove', 'anna'))).code).toBe(0);
    expect(readdirSync(avatars)).toEqual([]);
    expect((await ended(run(settings, 'list'))).out).toMatch(/^There are no avatars in /);
  });

  it('is stopped by Ctrl-C, and leaves nothing half-made', async () => {
    const { studio, settings } = open();
    writeFileSync(join(studio.folder, 'film.mp4'), 'a film');
    const child = run({ ...settings, INIT_CWD: studio.folder }, 'create', 'slow', 'film.mp4', '--consent', CONSENT);
    await eventually(() => expect(studio.leftovers()).toEqual(['.making-slow']));
    child.kill('SIGTERM');
    expect((await ended(child)).code).toBe(130);
    expect(studio.leftovers()).toEqual([]);
  });

  it('says what is missing, and how it is used', async () => {
    const { studio, settings } = open();
    const create = ['create', 'anna', 'film.mp4', '--consent', CONSENT];
    const bare = await ended(run({ ...settings, MUSETALK_MODELS_DIR: join(studio.folder, 'nowhere') }, ...create));
    expect([bare.code, bare.err]).toEqual([
      1,
      expect.stringMatching(/^.*unet\.safetensors is not there.*node setup\.mjs musetalk fetch.*\n$/),
    ]);
    const unused = await ended(run(settings));
    expect([unused.code, unused.err]).toEqual([
      2,
      expect.stringMatching(/^npm run avatar -- create NAME FILE --consent/),
    ]);
  });

  it('removes nobody who is drawn, and nothing that is no avatar', async () => {
    const { settings, avatars } = open();
    mkdirSync(join(avatars, 'ada'));
    writeFileSync(join(avatars, 'ada/mouths.bin'), '');
    for (const name of ['ada', 'nobody', '..', '../models']) {
      expect((await ended(run(settings, 'remove', name))).code, name).toBe(1);
    }
    expect(existsSync(join(avatars, 'ada/mouths.bin'))).toBe(true);
  });
});
