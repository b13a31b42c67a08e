/** A film goes in, and a face that speaks comes out: the real preparation and the real worker, with tiny models on the CPU. */
import { execFileSync } from 'node:child_process';
import { cpSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { decodePack } from '../../src/protocol/pack.js';
import { connect } from '../e2e/client.js';
import { type RunningServer, startServer } from '../e2e/server.js';
import { eventually } from '../fixtures/eventually.js';
import { openStudio, type Studio } from './studio.js';

let studio: Studio;
let server: RunningServer;
beforeAll(async () => {
  studio = openStudio();
  execFileSync(studio.python, ['test/torch/filming.py', studio.folder], { stdio: ['ignore', 'inherit', 'inherit'] });
  cpSync('var/avatars/ada', join(studio.folder, 'avatars/ada'), { recursive: true });
  // Nothing finds a drawn face: its landmarks are given, which a request cannot do.
  const python = join(studio.folder, 'python');
  const landmarks = join(studio.folder, 'landmarks.json');
  const script = `#!/bin/sh\n[ "$3" = prepare ] && set -- "$@" '--landmarks=${landmarks}' --device=cpu --size=256\nexec '${studio.python}' "$@"\n`;
  writeFileSync(python, script, { mode: 0o755 });
  const settings = { ...studio.settings, MUSETALK_PYTHON: python };
  server = await startServer({ ...settings, FACE: 'musetalk,drawn', AVATAR: 'ada' });
});
afterAll(async () => {
  expect(await server.stop()).toBe(0);
  studio.remove();
});

it('a film becomes an avatar that answers, without a restart', async () => {
  const query = new URLSearchParams({ name: 'otto', title: 'Otto', consent: 'Otto is drawn.', seconds: '2' });
  const posted = await fetch(`${server.url}/v1/avatars?${query}`, {
    method: 'POST',
    headers: { 'content-type': 'video/mp4' },
    body: readFileSync(join(studio.folder, 'film.mp4')),
  });
  expect(posted.status).toBe(202);
  const job = `${server.url}${posted.headers.get('location')}`;
  const ended = await eventually(async () => {
    const found = (await (await fetch(job)).json()) as { state: string };
    expect(found.state).toMatch(/done|failed/);
    return found;
  });
  expect(ended).toMatchObject({ state: 'done', done: 1, error: null });
  expect(readdirSync(join(studio.folder, 'uploads'))).toEqual([]);

  await eventually(async () => {
    const { services } = (await (await fetch(`${server.url}/readyz`)).json()) as {
      services: { engine: string; state: string }[];
    };
    expect(services.find(({ engine }) => engine === 'musetalk')?.state).toBe('up');
  });
  const client = await connect(`${server.realtime}?avatar=otto`);
  const { avatar } = await client.next('avatar.announced');
  expect(avatar).toMatchObject({ id: 'otto', name: 'Otto', width: 256, height: 256 });
  const pack = decodePack(new Uint8Array(await (await fetch(server.url + avatar.pack.url)).arrayBuffer()));
  expect(pack.info.consent?.statement).toBe('Otto is drawn.');
  // Where nothing but a processor draws, the patches of a whole answer may come too late.
  while (client.media.filter((frame) => frame.kind === 'patch' && frame.jpeg.length > 0).length <= 10) {
    client.ask('Count to five');
    expect((await client.next('response.done')).response.status).toBe('completed');
  }
  await client.close();
});
