/** Avatars that come, change and go while their folder is in use. */
import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, truncateSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Catalogue, loadCatalogue } from '../../src/avatars/catalogue.js';
import { writeAvatar } from '../fixtures/film-studio.js';
import { renameAvatar } from './avatar-fixture.js';

let folder: string;
let catalogue: Catalogue;
/** What was told, in its order. */
let told: string[];
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'parley-catalogue-'));
  writeAvatar(at('berta'), 'berta');
  catalogue = await loadCatalogue(folder);
  told = [];
  catalogue.heed({
    come: ({ avatar }) => void told.push(`come ${avatar.id}`),
    gone: (id) => void told.push(`gone ${id}`),
    damaged: ({ message }) => void told.push(message),
  });
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const at = (...names: string[]) => join(folder, ...names);
const ids = () => catalogue.list().map(({ avatar }) => avatar.id);
/** As if written at another time: two writes may be nearer than what a disk tells apart. */
const touch = (file: string, seconds: number) => utimesSync(file, seconds, seconds);

/** Another person under the same name. */
function replace(id: string, name: string): void {
  rmSync(at(id), { recursive: true, force: true });
  writeAvatar(at(id), id);
  renameAvatar(at(id), name);
  for (const file of ['pack.bin', 'face.safetensors']) touch(at(id, file), 2);
}

describe('a look', () => {
  it('takes up who has come, and tells of them once', async () => {
    writeAvatar(at('anna'), 'anna');
    expect(ids()).toEqual(['berta']);
    await catalogue.look();
    await catalogue.look();
    expect(ids()).toEqual(['anna', 'berta']);
    expect(catalogue.get('anna')?.avatar.film).not.toBeNull();
    expect(told).toEqual(['come anna']);
  });

  it('reads nobody again who has not changed', async () => {
    const before = catalogue.get('berta');
    await catalogue.look();
    expect(catalogue.get('berta')).toBe(before);
    touch(at('berta', 'face.safetensors'), 1);
    await catalogue.look();
    expect(catalogue.get('berta')).not.toBe(before);
    // The same pack as before is no former one.
    expect(catalogue.former()).toEqual([]);
  });

  it('sees who was replaced, and keeps the pack that was there', async () => {
    const before = catalogue.get('berta')!;
    replace('berta', 'Otto');
    await catalogue.look();
    expect(catalogue.get('berta')?.avatar.name).toBe('Otto');
    expect(catalogue.former()).toEqual([
      { avatar: { id: 'berta', name: before.avatar.name, hash: before.avatar.hash }, pack: before.pack },
    ]);
    expect(told).toEqual(['come berta']);
  });

  it('sees who has gone; of the last eight the packs are kept', async () => {
    const names = Array.from({ length: 9 }, (_, index) => `guest-${index}`);
    for (const name of names) writeAvatar(at(name), name);
    await catalogue.look();
    for (const name of names) rmSync(at(name), { recursive: true });
    await catalogue.look();
    expect(ids()).toEqual(['berta']);
    expect(catalogue.get('guest-0')).toBeUndefined();
    expect(told.slice(9)).toEqual(names.map((name) => `gone ${name}`));
    expect(catalogue.former().map(({ avatar }) => avatar.id)).toEqual(names.slice(1));
  });

  it('leaves out one that is damaged, says so once, and takes it up when it is mended', async () => {
    writeAvatar(at('anna'), 'anna');
    truncateSync(at('anna', 'pack.bin'), 30);
    writeAvatar(at('carla'), 'carla');
    await catalogue.look();
    await catalogue.look();
    expect(ids()).toEqual(['berta', 'carla']);
    expect(told).toEqual([expect.stringContaining(at('anna', 'pack.bin')), 'come carla']);
    touch(at('anna', 'pack.bin'), 1);
    await catalogue.look();
    expect(told.slice(2)).toEqual([expect.stringContaining(at('anna', 'pack.bin'))]);
    replace('anna', 'Otto');
    await catalogue.look();
    expect(told.slice(3)).toEqual(['come anna']);
    expect(ids()).toEqual(['anna', 'berta', 'carla']);
  });

  it.skipIf(process.platform === 'win32')('does not wait for a pipe, and reads nothing that is too large', async () => {
    mkdirSync(at('piet'));
    execFileSync('mkfifo', [at('piet', 'pack.bin')]);
    writeAvatar(at('otto'), 'otto');
    truncateSync(at('otto', 'pack.bin'), 2 ** 33);
    writeAvatar(at('vera'), 'vera');
    truncateSync(at('vera', 'face.safetensors'), 2 ** 33);
    await catalogue.look();
    expect(ids()).toEqual(['berta']);
    const [otto, piet, vera] = told;
    expect(otto).toContain(`${at('otto', 'pack.bin')}: 8589934592 bytes; at most 8388608.`);
    expect(piet).toContain(`${at('piet', 'pack.bin')}: it is no ordinary file.`);
    expect(vera).toContain(`${at('vera', 'face.safetensors')}: 8589934592 bytes; at most 100663296.`);
  });

  it.skipIf(process.platform === 'win32')('says once what the system refuses, and tries it again', async () => {
    mkdirSync(at('loop'));
    symlinkSync('pack.bin', at('loop', 'pack.bin'));
    await catalogue.look();
    await catalogue.look();
    expect(told).toEqual([expect.stringContaining('ELOOP')]);
  });

  it('leaves one as it was whose files have been damaged', async () => {
    const before = catalogue.get('berta');
    truncateSync(at('berta', 'pack.bin'), 30);
    await catalogue.look();
    expect(catalogue.get('berta')).toBe(before);
    expect(told).toEqual([expect.stringContaining(at('berta', 'pack.bin'))]);
  });

  it('takes nobody for an avatar who is half-made', async () => {
    writeAvatar(at('.making-anna'), 'anna');
    mkdirSync(at('carla'));
    writeFileSync(at('carla', 'face.safetensors'), '');
    await catalogue.look();
    expect([ids(), told]).toEqual([['berta'], []]);
  });

  it('at a folder that cannot be read changes nothing, and says so once', async () => {
    const elsewhere = `${folder}-elsewhere`;
    cpSync(folder, elsewhere, { recursive: true });
    rmSync(folder, { recursive: true });
    writeFileSync(folder, 'no folder');
    await catalogue.look();
    await catalogue.look();
    expect(ids()).toEqual(['berta']);
    expect(told).toEqual([`${folder} cannot be read as a folder of avatars`]);
    rmSync(folder);
    cpSync(elsewhere, folder, { recursive: true });
    rmSync(elsewhere, { recursive: true });
    writeAvatar(at('anna'), 'anna');
    await catalogue.look();
    expect(ids()).toEqual(['anna', 'berta']);
  });
});

describe('those who ask at once', () => {
  it('share one look', async () => {
    writeAvatar(at('anna'), 'anna');
    const looks = Array.from({ length: 10 }, () => catalogue.look());
    expect(new Set(looks).size).toBe(1);
    await Promise.all(looks);
    expect(told).toEqual(['come anna']);
  });

  it('see what changed after a look before theirs had begun', async () => {
    const first = catalogue.look();
    await Promise.resolve();
    writeAvatar(at('anna'), 'anna');
    const second = catalogue.look();
    expect(second).not.toBe(first);
    await second;
    expect(ids()).toEqual(['anna', 'berta']);
  });

  it('and whoever has made it take up a newcomer once', async () => {
    writeAvatar(at('anna'), 'anna');
    const [, added] = await Promise.all([catalogue.look(), catalogue.add('anna'), catalogue.look()]);
    expect(added).toBe(catalogue.get('anna'));
    expect(told).toEqual(['come anna']);
  });
});

it('whoever has made a damaged one is told, and the next one is looked at all the same', async () => {
  writeAvatar(at('anna'), 'anna');
  truncateSync(at('anna', 'pack.bin'), 30);
  await expect(catalogue.add('anna')).rejects.toMatchObject({ code: 'bad_pack' });
  writeAvatar(at('carla'), 'carla');
  await catalogue.look();
  expect(ids()).toEqual(['berta', 'carla']);
});

it('one that is held stays when its folder goes, and is taken up again when it has come back', async () => {
  catalogue.hold('berta');
  rmSync(at('berta'), { recursive: true });
  await catalogue.look();
  expect([ids(), told]).toEqual([['berta'], []]);
  replace('berta', 'Otto');
  await catalogue.look();
  expect(catalogue.get('berta')?.avatar.name).toBe('Otto');
});

it('of one that is to be forgotten no pack is kept', async () => {
  rmSync(at('berta'), { recursive: true });
  await catalogue.look();
  expect(catalogue.former()).toHaveLength(1);
  catalogue.forget('berta');
  expect(catalogue.former()).toEqual([]);
});

it('one that goes and comes back unchanged is kept once', async () => {
  for (const _ of [1, 2]) {
    rmSync(at('berta'), { recursive: true });
    await catalogue.look();
    writeAvatar(at('berta'), 'berta');
    await catalogue.look();
  }
  expect(catalogue.former()).toHaveLength(1);
});

it('the face of one that has gone cannot be read any more', async () => {
  const { film } = catalogue.get('berta')!.avatar;
  rmSync(at('berta'), { recursive: true });
  await expect(film!.read()).rejects.toThrow('ENOENT');
});
