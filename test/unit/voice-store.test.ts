import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { expect, it, onTestFinished } from 'vitest';
import { type Draft, openVoiceStore, type StoreOptions, type WriteFile } from '../../src/voices/store.js';

const NOW = new Date('2026-05-03T10:00:00.000Z');
const BODY = new Uint8Array([1, 2, 3, 4]);
const DRAFT: Draft = {
  name: 'Anna',
  engine: 'coqui',
  seconds: 4.567,
  consent: 'Anna agreed on 3 May 2026',
  made: { kind: 'here', body: BODY },
};

function place() {
  const folder = join(mkdtempSync(join(tmpdir(), 'parley-store-')), 'voices');
  onTestFinished(() => rmSync(join(folder, '..'), { recursive: true, force: true }));
  const lines: string[] = [];
  const log = pino({ level: 'warn' }, { write: (line: string) => void lines.push(JSON.parse(line).msg) });
  return { folder, lines, open: (options: StoreOptions = {}) => openVoiceStore(folder, log, () => NOW, options) };
}

it('keeps a voice whole, with who agreed to it, and finds it again', async () => {
  const { folder, open } = place();
  const store = await open();
  expect(existsSync(folder)).toBe(false);
  const voice = await store.add(DRAFT);
  expect(voice).toMatchObject({ name: 'Anna', engine: 'coqui', created: NOW.toISOString(), seconds: 4.57 });
  expect(JSON.parse(readFileSync(join(folder, voice.id, 'about.json'), 'utf8'))).toEqual({
    id: voice.id,
    name: 'Anna',
    engine: 'coqui',
    created: NOW.toISOString(),
    seconds: 4.57,
    consent: { statement: DRAFT.consent, given: NOW.toISOString() },
    sha256: '9f64a747e1b97f131fabb6b447296c9b6f0201e79fb3c5356e6c77e89b6a806a',
  });
  const again = await open();
  for (const one of [store, again]) {
    expect(one.of('coqui')).toEqual([voice]);
    expect(one.of('elevenlabs')).toEqual([]);
    expect([...(await one.read(voice.id))]).toEqual([...BODY]);
  }
});

it('keeps no bytes of a voice that a vendor has, but its id', async () => {
  const { folder, open } = place();
  const store = await open();
  const { id } = await store.add({ ...DRAFT, engine: 'elevenlabs', made: { kind: 'vendor', id: 'abcDEF123' } });
  expect(readdirSync(join(folder, id))).toEqual(['about.json']);
  expect((await open()).get(id)?.kept).toEqual({ kind: 'vendor', id: 'abcDEF123' });
  await expect(store.read(id)).rejects.toMatchObject({ code: 'internal' });
});

it('forgets whom it is told to remove, and leaves nothing of them', async () => {
  const { folder, open } = place();
  const store = await open();
  const { id } = await store.add(DRAFT);
  await store.remove(id);
  expect([store.get(id), store.of('coqui'), readdirSync(folder)]).toEqual([undefined, [], []]);
  await expect(store.read(id)).rejects.toMatchObject({ code: 'unknown_voice' });
  // Of two who remove it at once, the second finds it done.
  await store.remove(id);
});

it('removes a voice whose folder somebody has taken away', async () => {
  const { folder, open } = place();
  const store = await open();
  const { id } = await store.add(DRAFT);
  rmSync(join(folder, id), { recursive: true });
  await store.remove(id);
  expect(store.get(id)).toBeUndefined();
});

it.each<readonly [string, (path: string) => void]>([
  ['has no about.json', (path) => rmSync(join(path, 'about.json'))],
  ['has half of one', (path) => writeFileSync(join(path, 'about.json'), '{"id":')],
  ['has one of another voice', (path) => change(path, { id: 'voice_0000000000000000' })],
  ['has a field too many', (path) => change(path, { admin: true })],
  ['has nobody who agreed', (path) => change(path, { consent: undefined })],
  ['has a name with a line break', (path) => change(path, { name: 'A\nB' })],
  ['has a vendor, too', (path) => change(path, { vendor_id: 'abc' })],
  ['is kept nowhere', (path) => change(path, { sha256: undefined })],
  ['has a vendor id that is a path', (path) => change(path, { sha256: undefined, vendor_id: '../user' })],
  ['lost its sound', (path) => rmSync(join(path, 'voice.safetensors'))],
  ['has other bytes', (path) => writeFileSync(join(path, 'voice.safetensors'), 'something else')],
  ['is far too large', (path) => writeFileSync(join(path, 'voice.safetensors'), Buffer.alloc(600_000))],
  [
    'has a link in its place',
    (path) => {
      rmSync(join(path, 'voice.safetensors'));
      writeFileSync(join(path, 'elsewhere'), BODY);
      symlinkSync(join(path, 'elsewhere'), join(path, 'voice.safetensors'));
    },
  ],
])('leaves out, and alone, a voice that %s', async (_, damage) => {
  const { folder, lines, open } = place();
  const store = await open();
  const bad = await store.add(DRAFT);
  const good = await store.add({ ...DRAFT, name: 'Berta' });
  damage(join(folder, bad.id));
  expect((await open()).of('coqui')).toEqual([good]);
  expect(lines).toEqual([expect.stringContaining(`${bad.id} is left out`)]);
  expect(existsSync(join(folder, bad.id))).toBe(true);
});

it('takes no notice of folders that it has not made, and clears what it left unfinished long ago', async () => {
  const { folder, lines, open } = place();
  for (const name of ['anna', '.making-voice_1', '.removed-voice_2', 'voice_123']) {
    mkdirSync(join(folder, name), { recursive: true });
  }
  const longAgo = (NOW.getTime() - 7_200_000) / 1000;
  utimesSync(join(folder, '.removed-voice_2'), longAgo, longAgo);
  expect((await open()).of('coqui')).toEqual([]);
  expect(readdirSync(folder).sort()).toEqual(['.making-voice_1', 'anna', 'voice_123']);
  expect(lines).toEqual([]);
});

it.each(['voice.safetensors', 'about.json'])(
  'leaves nothing of a voice when the disk is full at its %s',
  async (name) => {
    const { folder, open } = place();
    const store = await open({ writeFile: failingAt(name, fullDisk) });
    await expect(store.add(DRAFT)).rejects.toMatchObject({ code: 'disk_full' });
    expect([store.of('coqui'), readdirSync(folder)]).toEqual([[], []]);
    expect((await open()).of('coqui')).toEqual([]);
  },
);

it.each(['EROFS', 'EACCES', 'EIO'])('leaves nothing of a voice that cannot be written: %s', async (code) => {
  const { folder, open } = place();
  const store = await open({ writeFile: failingAt('about.json', async () => Promise.reject(failure(code))) });
  await expect(store.add(DRAFT)).rejects.toMatchObject({ code });
  expect([store.of('coqui'), readdirSync(folder)]).toEqual([[], []]);
});

it('keeps nothing where no folder can be made, and goes on once it can', async () => {
  const { folder, open } = place();
  const store = await open();
  // Permissions would not hold everybody back who runs this.
  writeFileSync(folder, 'no folder');
  await expect(open()).rejects.toMatchObject({ code: 'bad_settings', message: expect.stringContaining('DATA_DIR') });
  await expect(store.add(DRAFT)).rejects.toMatchObject({ code: expect.stringMatching(/^(ENOTDIR|EEXIST)$/) });
  expect(store.of('coqui')).toEqual([]);
  rmSync(folder);
  expect((await store.add(DRAFT)).name).toBe('Anna');
});

it('has a bound, also for those who come at once, and room again when one has gone', async () => {
  const { folder, lines, open } = place();
  const store = await open({ most: 3 });
  const first = await store.add(DRAFT);
  const adding = await Promise.allSettled([store.add(DRAFT), store.add(DRAFT), store.add(DRAFT)]);
  expect(adding.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'rejected']);
  expect(adding[2]).toMatchObject({ reason: { code: 'too_many_voices' } });
  expect(() => store.checkRoom()).toThrow(expect.objectContaining({ code: 'too_many_voices' }));
  expect(readdirSync(folder)).toHaveLength(3);
  await store.remove(first.id);
  store.checkRoom();
  await store.add(DRAFT);
  expect([store.of('coqui').length, lines]).toEqual([3, []]);
});

it('has its place back of a voice that could not be written', async () => {
  const { open } = place();
  let isFull = true;
  const writeFile = async (path: string, bytes: Uint8Array) => (isFull ? fullDisk() : writeFileSync(path, bytes));
  const store = await open({ most: 1, writeFile });
  await expect(store.add(DRAFT)).rejects.toMatchObject({ code: 'disk_full' });
  isFull = false;
  expect((await store.add(DRAFT)).name).toBe('Anna');
});

it('takes the oldest of more voices than it keeps, and says so', async () => {
  const { folder, lines, open } = place();
  const store = await open();
  const [old] = [await store.add(DRAFT), await store.add(DRAFT)];
  const file = join(folder, old.id, 'about.json');
  writeFileSync(file, readFileSync(file, 'utf8').replaceAll('2026-05-03', '2026-05-02'));
  expect((await open({ most: 1 })).of('coqui').map(({ id }) => id)).toEqual([old.id]);
  expect(lines).toEqual([expect.stringContaining('the oldest 1 are taken')]);
  expect(readdirSync(folder)).toHaveLength(2);
});

/** What a system says when a disk is full: Linux has a device that always is. */
async function fullDisk(): Promise<never> {
  if (existsSync('/dev/full')) writeFileSync('/dev/full', BODY);
  throw failure('ENOSPC');
}

const failure = (code: string) => Object.assign(new Error(`${code}: as a disk says it`), { code });

/** Half of that file is there when it fails. */
const failingAt =
  (name: string, fail: () => Promise<never>): WriteFile =>
  async (path, bytes) => {
    if (!path.endsWith(name)) return writeFileSync(path, bytes);
    writeFileSync(path, bytes.subarray(0, bytes.length / 2));
    await fail();
  };

function change(path: string, changes: object): void {
  const file = join(path, 'about.json');
  writeFileSync(file, JSON.stringify({ ...JSON.parse(readFileSync(file, 'utf8')), ...changes }));
}
