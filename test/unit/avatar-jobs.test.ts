/** Avatars made over HTTP: real sockets, real processes, and a program in Python's place. */
import { once } from 'node:events';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { json } from 'node:stream/consumers';
import { pino } from 'pino';
import { afterEach, describe, expect, it } from 'vitest';
import { type Catalogue, loadCatalogue } from '../../src/avatars/catalogue.js';
import { readConfig } from '../../src/config.js';
import { ParleyError } from '../../src/errors.js';
import { type Making, openMaking } from '../../src/open-making.js';
import { buildServer, type ServerParts } from '../../src/server.js';
import { eventually } from '../fixtures/eventually.js';
import { type FilmStudio, openFilmStudio, writeAvatar } from '../fixtures/film-studio.js';

const MB = 1_000_000;
const closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

interface Job {
  readonly id: string;
  readonly name: string;
  readonly state: string;
  readonly step: string | null;
  readonly done: number;
  readonly warnings: string[];
  readonly error: { code: string; param: string | null; message: string } | null;
}

interface Opened {
  readonly studio: FilmStudio;
  readonly making: Making;
  readonly catalogue: Catalogue;
  readonly port: number;
  readonly welcomed: string[];
  readonly log: string[];
  post(query: string, body?: string | Uint8Array<ArrayBuffer>, headers?: Record<string, string>): Promise<Answer>;
  ask(method: string, path: string, headers?: Record<string, string>): Promise<Answer>;
  until(id: string, state: string): Promise<Job>;
}

interface Answer {
  readonly status: number;
  readonly body: Job & { jobs: Job[]; error: { code: string; param: string | null; message: string } };
}

async function open(settings: Record<string, string> = {}, token: string | null = null): Promise<Opened> {
  const studio = openFilmStudio();
  closing.push(() => studio.remove());
  writeAvatar(join(studio.folder, 'avatars/berta'), 'berta');
  const config = readConfig({
    DATA_DIR: studio.folder,
    MUSETALK_PYTHON: studio.python,
    MUSETALK_MODELS_DIR: studio.models,
    ...settings,
  });
  const lines: string[] = [];
  const log = pino({ level: 'info' }, { write: (line: string) => void lines.push(line) });
  const catalogue = await loadCatalogue(join(studio.folder, 'avatars'));
  const welcomed: string[] = [];
  catalogue.heed({
    come: ({ avatar }) => void welcomed.push(avatar.id),
    gone: (id) => void welcomed.splice(welcomed.indexOf(id), 1),
    damaged: (error) => log.warn(error.message),
  });
  const making = await openMaking({ config, root: process.cwd(), catalogue, own: 'berta', log });
  const app = await buildServer(partsOf(making, token, log));
  closing.push(async () => void (await Promise.all([app.close(), making.close()])));
  await app.listen({ host: '127.0.0.1', port: 0 });
  const { port } = app.server.address() as AddressInfo;
  const url = `http://127.0.0.1:${port}`;
  const ask = async (
    method: string,
    path: string,
    headers = {},
    body: string | Uint8Array<ArrayBuffer> | null = null,
  ) => {
    const answer = await fetch(`${url}${path}`, { method, headers, body });
    return { status: answer.status, body: answer.status === 204 ? null : await answer.json() } as Answer;
  };
  return {
    ...{ studio, making, catalogue, port, welcomed, log: lines },
    post: (query, body = 'a film', headers = {}) =>
      ask('POST', `/v1/avatars?${query}`, { 'content-type': 'video/mp4', ...headers }, body),
    ask,
    until: (id, state) =>
      eventually(async () => {
        const { body } = await ask('GET', `/v1/avatars/jobs/${id}`);
        expect(body.state).toBe(state);
        return body;
      }),
  };
}

function partsOf(making: Making, token: string | null, log: ServerParts['log']): ServerParts {
  const unasked = () => {
    throw new ParleyError('not_found');
  };
  return {
    log,
    access: { allowedOrigins: [], allowedHosts: () => [] },
    token,
    tls: null,
    realtime: {
      openSession: unasked,
      admission: { maxSessions: 1, overload: () => null, onRefused: () => {} },
      avatars: new Set(),
      log,
      now: () => 0,
      stopping: new AbortController().signal,
    },
    previewSession: unasked,
    routes: {
      about: unasked,
      avatars: () => [],
      troubles: () => [],
      services: () => [],
      metrics: { contentType: 'text/plain', text: unasked },
    },
    making,
    page: null,
  };
}

const CONSENT = `consent=${encodeURIComponent('--Anna agreed on 3 May 2026')}`;

/** A request whose body is written by hand. */
function upload({ port }: Opened, query: string, headers: Record<string, string> = {}) {
  const sending = request(`http://127.0.0.1:${port}/v1/avatars?${query}`, {
    method: 'POST',
    headers: { 'content-type': 'video/mp4', ...headers },
  });
  sending.on('error', () => {});
  return sending;
}

describe('a film', () => {
  it('becomes an avatar that is there without a restart', async () => {
    const { post, until, ask, catalogue, welcomed, studio } = await open();
    const { status, body } = await post(`name=anna&title=Anna%20S&start=1.5&seconds=4&${CONSENT}`);
    expect(status).toBe(202);
    expect(body).toMatchObject({ name: 'anna', error: null });
    expect(await until(body.id, 'done')).toEqual({
      ...{ id: body.id, name: 'anna', state: 'done', step: 'survey', done: 1, error: null },
      warnings: ['The face is small.'],
    });
    expect((await ask('GET', '/v1/avatars/jobs')).body.jobs.map(({ id }) => id)).toEqual([body.id]);
    expect(welcomed).toEqual(['anna']);
    expect(catalogue.list().map(({ avatar }) => avatar.id)).toEqual(['anna', 'berta']);
    expect(catalogue.get('anna')?.avatar.film).not.toBeNull();
    expect(studio.leftovers()).toEqual([]);
  });

  it.each([
    ['faceless', 'preparation_failed', 'no_face', /no face in picture 12/],
    ['letter', 'preparation_failed', 'not_a_video', /^The film is no video and no photo\.$/],
    ['full', 'disk_full', null, /disk is full/],
    ['blind', 'cannot_prepare', 'no_detector', /nothing that finds faces/],
    ['crash', 'worker_broken', null, /broke off/],
    ['silent', 'worker_broken', null, /broke off/],
    ['chatty', 'worker_broken', null, /broke off/],
    ['endless', 'worker_broken', null, /broke off/],
    ['boastful', 'worker_broken', null, /broke off/],
  ])('%s fails as %s', async (name, code, param, sentence) => {
    const { post, until, studio, log } = await open();
    const { error } = await until((await post(`name=${name}&${CONSENT}`)).body.id, 'failed');
    expect(error).toEqual({ code, param, message: expect.stringMatching(sentence) });
    expect(studio.leftovers()).toEqual([]);
    if (name !== 'crash') return;
    expect(JSON.stringify(error)).not.toContain('secret');
    expect(log.join()).toContain('Segmentation fault in /home/secret');
  });

  it.each([
    ['without consent', 'name=anna', 400, 'invalid_value', 'consent'],
    ['with an empty consent', 'name=anna&consent=%20', 400, 'invalid_value', 'consent'],
    ['without a name', CONSENT, 400, 'invalid_value', 'name'],
    ['with a path for a name', `name=..%2Fanna&${CONSENT}`, 400, 'invalid_value', 'name'],
    ['with two names', `name=anna&name=otto&${CONSENT}`, 400, 'invalid_value', 'name'],
    ['with the name of the jobs', `name=jobs&${CONSENT}`, 400, 'invalid_value', 'name'],
    ['with a time that is none', `name=anna&start=soon&${CONSENT}`, 400, 'invalid_value', 'start'],
    ['with what is no parameter', `name=anna&landmarks=/etc/passwd&${CONSENT}`, 400, 'invalid_value', ''],
    ['with a name that is taken', `name=berta&${CONSENT}`, 409, 'avatar_exists', 'name'],
  ])('%s is refused before it is read', async (_how, query, status, code, param) => {
    const { post, making, studio } = await open();
    const answer = await post(query);
    expect([answer.status, answer.body.error.code, answer.body.error.param]).toEqual([status, code, param]);
    expect([making.list(), studio.leftovers()]).toEqual([[], []]);
  });

  it.each([
    ['JSON', 'application/json', '{}'],
    ['a form', 'multipart/form-data; boundary=x', '--x--'],
    ['nothing', 'video/mp4', ''],
  ])('that is %s is none', async (_what, type, body) => {
    const { post, studio } = await open();
    const answer = await post(`name=anna&${CONSENT}`, body, { 'content-type': type });
    expect([answer.status, answer.body.error.code]).toEqual([415, 'unsupported_media']);
    expect(studio.leftovers()).toEqual([]);
  });

  it('that is too large is refused by what it says of itself', async () => {
    const { post, studio } = await open({ MAX_UPLOAD: '1' });
    const answer = await post(`name=anna&${CONSENT}`, new Uint8Array(MB + 1));
    expect([answer.status, answer.body.error.code]).toEqual([413, 'upload_too_large']);
    expect((await post(`name=anna&${CONSENT}`, new Uint8Array(MB))).status).toBe(202);
    await eventually(() => expect(studio.leftovers()).toEqual([]));
  });

  it('that turns out to be too large is refused while it comes, and its sender reads why', async () => {
    const opened = await open({ MAX_UPLOAD: '1' });
    const sending = upload(opened, `name=anna&${CONSENT}`);
    for (let sent = 0; sent < 3 * MB; sent += MB / 4) sending.write(new Uint8Array(MB / 4));
    const [answer] = await once(sending, 'response');
    expect(answer.statusCode).toBe(413);
    expect(await json(answer)).toMatchObject({ error: { code: 'upload_too_large' } });
    sending.end();
    expect(opened.studio.leftovers()).toEqual([]);
  });

  it('whose sender goes away leaves nothing, and its name is free again', async () => {
    const opened = await open();
    const sending = upload(opened, `name=anna&${CONSENT}`);
    sending.write('half a film');
    await eventually(() => expect(opened.studio.leftovers().length).toBe(1));
    expect((await opened.post(`name=anna&${CONSENT}`)).body.error.code).toBe('avatar_exists');
    sending.destroy();
    await eventually(() => expect(opened.studio.leftovers()).toEqual([]));
    expect(opened.making.list()).toEqual([]);
    expect((await opened.post(`name=anna&${CONSENT}`)).status).toBe(202);
  });
});

describe('a job', () => {
  it('is cancelled while it runs', async () => {
    const { post, ask, until, studio } = await open();
    const { id } = (await post(`name=slow&${CONSENT}`)).body;
    await eventually(async () => expect((await until(id, 'running')).step).toBe('survey'));
    expect((await ask('DELETE', `/v1/avatars/jobs/${id}`)).body).toMatchObject({ state: 'cancelled', error: null });
    expect(studio.leftovers()).toEqual([]);
    expect((await ask('DELETE', `/v1/avatars/jobs/${id}`)).body.state).toBe('cancelled');
  });

  it('that does not stop is ended', async () => {
    const { post, ask, until, studio } = await open();
    const { id } = (await post(`name=deaf&${CONSENT}`)).body;
    await eventually(async () => expect((await until(id, 'running')).step).toBe('survey'));
    expect((await ask('DELETE', `/v1/avatars/jobs/${id}`)).body.state).toBe('cancelled');
    const pid = Number(readFileSync(join(studio.folder, 'avatars/.deaf'), 'utf8'));
    expect(() => process.kill(pid, 0)).toThrow('ESRCH');
  });

  it('waits for its turn; eight may, and each can be cancelled', async () => {
    const { post, ask, until, studio } = await open();
    const answers = await Promise.all(Array.from({ length: 9 }, (_, index) => post(`name=slow-${index}&${CONSENT}`)));
    const refused = await post(`name=slow-9&${CONSENT}`);
    expect([refused.status, refused.body.error.code]).toEqual([503, 'at_capacity']);
    const again = await post(`name=slow-3&${CONSENT}`);
    expect([again.status, again.body.error.code]).toEqual([409, 'avatar_exists']);
    const { jobs } = (await ask('GET', '/v1/avatars/jobs')).body;
    expect(jobs.map(({ state }) => state)).toEqual(['running', ...Array(8).fill('queued')]);
    expect(answers.map(({ status }) => status)).toEqual(Array(9).fill(202));
    await ask('DELETE', `/v1/avatars/jobs/${jobs[1]!.id}`);
    await eventually(async () => expect((await until(jobs[0]!.id, 'running')).step).toBe('survey'));
    await ask('DELETE', `/v1/avatars/jobs/${jobs[0]!.id}`);
    await until(jobs[2]!.id, 'running');
    expect((await post(`name=slow-9&${CONSENT}`)).status).toBe(202);
    await Promise.all(jobs.map(({ id }) => ask('DELETE', `/v1/avatars/jobs/${id}`)));
    expect(studio.leftovers().length).toBeLessThanOrEqual(2);
  });

  it('runs beside as many as the operator allows', async () => {
    const { post, until } = await open({ MAX_CONCURRENT_TASKS: '2' });
    const ids = [];
    for (const name of ['slow-1', 'slow-2']) ids.push((await post(`name=${name}&${CONSENT}`)).body.id);
    await Promise.all(ids.map((id) => until(id, 'running')));
  });

  it('that nobody knows is not found', async () => {
    const { ask } = await open();
    for (const method of ['GET', 'DELETE']) {
      expect((await ask(method, '/v1/avatars/jobs/none')).body.error.code).toBe('not_found');
    }
  });

  it('ends with the server', async () => {
    const { post, until, making, studio } = await open();
    const { id } = (await post(`name=slow&${CONSENT}`)).body;
    await post(`name=slow-2&${CONSENT}`);
    await eventually(async () => expect((await until(id, 'running')).step).toBe('survey'));
    await making.close();
    expect(making.list().map(({ state }) => state)).toEqual(['cancelled', 'cancelled']);
    expect(studio.leftovers()).toEqual([]);
    expect((await post(`name=slow-3&${CONSENT}`)).body.error.code).toBe('shutting_down');
  });
});

describe('an avatar', () => {
  it('is removed, and its name is free again', async () => {
    const { studio, ask, post, until, catalogue, welcomed } = await open();
    await until((await post(`name=anna&${CONSENT}`)).body.id, 'done');
    expect(await ask('DELETE', '/v1/avatars/anna')).toEqual({ status: 204, body: null });
    expect(readdirSync(join(studio.folder, 'avatars'))).toEqual(['berta']);
    expect([catalogue.list().map(({ avatar }) => avatar.id), welcomed]).toEqual([['berta'], []]);
    await until((await post(`name=anna&${CONSENT}`)).body.id, 'done');
    expect(welcomed).toEqual(['anna']);
  });

  it('that came beside the server is known: its name is taken, and it is removed', async () => {
    const { studio, ask, post, welcomed } = await open();
    writeAvatar(join(studio.folder, 'avatars/anna'), 'anna');
    expect((await post(`name=anna&${CONSENT}`)).body.error.code).toBe('avatar_exists');
    expect(welcomed).toEqual(['anna']);
    expect((await ask('DELETE', '/v1/avatars/anna')).status).toBe(204);
    expect(welcomed).toEqual([]);
  });

  it.each([
    ['that nobody knows', 'nobody', 404, 'unknown_avatar'],
    ['whose name is a path', '..%2Favatars%2Fanna', 404, 'unknown_avatar'],
    ['that has the name of the jobs', 'jobs', 404, 'unknown_avatar'],
    ['that is drawn', 'ada', 409, 'avatar_stays'],
    ['whom callers meet who name nobody', 'berta', 409, 'avatar_stays'],
  ])('%s is not removed', async (_which, id, status, code) => {
    const { studio, ask } = await open();
    for (const name of ['anna', 'ada']) writeAvatar(join(studio.folder, 'avatars', name), name);
    writeFileSync(join(studio.folder, 'avatars/ada/mouths.bin'), '');
    const answer = await ask('DELETE', `/v1/avatars/${id}`);
    expect([answer.status, answer.body.error.code]).toEqual([status, code]);
    expect(readdirSync(join(studio.folder, 'avatars'))).toEqual(['ada', 'anna', 'berta']);
  });
});

describe('a server', () => {
  it('removes what one before it has left, and nothing of one that is there', async () => {
    const { studio, catalogue } = await open();
    mkdirSync(studio.uploads);
    // The parent of this process lives; no process has the largest number there is.
    for (const pid of [process.ppid, process.pid, 2 ** 30]) writeFileSync(join(studio.uploads, `${pid}-film`), '');
    const config = readConfig({ DATA_DIR: studio.folder });
    await openMaking({ config, root: process.cwd(), catalogue, own: null, log: pino({ level: 'silent' }) });
    expect(studio.leftovers()).toEqual([`${process.ppid}-film`]);
  });

  it('on which MuseTalk is not set up says what to run', async () => {
    const { post, studio } = await open();
    const config = { MUSETALK_MODELS_DIR: join(studio.folder, 'nowhere') };
    const answer = await (await open(config)).post(`name=anna&${CONSENT}`);
    expect([answer.status, answer.body.error.code]).toEqual([501, 'cannot_prepare']);
    expect(answer.body.error.message).toContain('node setup.mjs musetalk fetch');
    const missing = await open({ MUSETALK_PYTHON: join(studio.folder, 'no-python') });
    const { id } = (await missing.post(`name=anna&${CONSENT}`)).body;
    expect((await missing.until(id, 'failed')).error?.code).toBe('cannot_prepare');
    expect((await post(`name=anna&${CONSENT}`)).status).toBe(202);
  });

  it('without a token makes and removes none for whoever comes through a proxy', async () => {
    const { post, ask } = await open();
    const headers = { 'x-forwarded-for': '203.0.113.7' };
    for (const answer of [
      await post(`name=anna&${CONSENT}`, 'a film', headers),
      await ask('GET', '/v1/avatars/jobs', headers),
      await ask('DELETE', '/v1/avatars/jobs/x', headers),
      await ask('DELETE', '/v1/avatars/berta', headers),
    ]) {
      expect([answer.status, answer.body.error.code]).toEqual([403, 'making_refused']);
    }
  });

  it('with a token makes and removes them for those who have it', async () => {
    const token = 'correct-horse-battery';
    const { post, ask } = await open({}, token);
    expect((await post(`name=anna&${CONSENT}`)).body.error.code).toBe('unauthorized');
    const headers = { authorization: `Bearer ${token}`, 'x-forwarded-for': '203.0.113.7' };
    expect((await post(`name=anna&${CONSENT}`, 'a film', headers)).status).toBe(202);
    expect((await post(`name=anna&token=${token}&${CONSENT}`)).body.error.code).toBe('avatar_exists');
    expect((await ask('DELETE', '/v1/avatars/anna')).body.error.code).toBe('unauthorized');
    await eventually(async () => expect((await ask('DELETE', '/v1/avatars/anna', headers)).status).toBe(204));
  });

  it('makes none for pages of other origins', async () => {
    const { post } = await open();
    const answer = await post(`name=anna&${CONSENT}`, 'a film', { origin: 'https://evil.example' });
    expect([answer.status, answer.body.error.code]).toEqual([403, 'origin_refused']);
  });
});
