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
import { type Draft, openVoiceStore } from '../../src/voices/store.js';

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
  return { folder, lines, open: (now = NOW) => openVoiceStore(folder, log, () => now) };
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

it('leaves nothing of a voice for which there is no room on the disk', async () => {
  const { folder, open } = place();
  const store = await open();
  // Every write to it fails as on a full disk.
  const full = { ...DRAFT, made: { kind: 'here' as const, body: new FullDisk() } };
  await expect(store.add(full)).rejects.toMatchObject({ code: 'disk_full' });
  expect([store.of('coqui'), readdirSync(folder)]).toEqual([[], []]);
});

/** Bytes that no disk has room for: whoever writes them is told so. */
class FullDisk extends Uint8Array {
  override get byteLength(): number {
    throw Object.assign(new Error('no space left on device'), { code: 'ENOSPC' });
  }
}

function change(path: string, changes: object): void {
  const file = join(path, 'about.json');
  writeFileSync(file, JSON.stringify({ ...JSON.parse(readFileSync(file, 'utf8')), ...changes }));
}
