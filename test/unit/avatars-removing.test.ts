/** Removing an avatar from its folder: all of it, or nothing. */
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { clearRemoved, removeAvatar } from '../../src/avatars/removing.js';
import { writeAvatar } from '../fixtures/film-studio.js';

let folder: string;
const warn = () => {};
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'parley-removing-'));
  writeAvatar(join(folder, 'anna'), 'anna');
});
afterEach(() => rmSync(folder, { recursive: true }));

it('leaves nothing, not even out of sight', async () => {
  await removeAvatar(folder, 'anna', warn);
  expect(readdirSync(folder)).toEqual([]);
});

it('is finished by the next start if it was cut short', async () => {
  mkdirSync(join(folder, '.removed-x1/anna'), { recursive: true });
  writeFileSync(join(folder, '.removed-x1/anna/pack.bin'), 'pictures');
  await clearRemoved(folder, warn);
  expect(readdirSync(folder)).toEqual(['anna']);
  await clearRemoved(join(folder, 'nowhere'), warn);
});

it('does not need to understand the avatar', async () => {
  writeFileSync(join(folder, 'anna/pack.bin'), 'damaged');
  await removeAvatar(folder, 'anna', warn);
  expect(readdirSync(folder)).toEqual([]);
});

it('is done by one of two who do it at once; the other is told that there is none', async () => {
  const ends = await Promise.allSettled([removeAvatar(folder, 'anna', warn), removeAvatar(folder, 'anna', warn)]);
  expect(ends.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
  const refused = ends.find((end) => end.status === 'rejected');
  expect(refused?.reason).toMatchObject({ code: 'unknown_avatar' });
  expect(readdirSync(folder)).toEqual([]);
});

it.each(['nobody', '', '.', '..', '../models', 'anna/../anna', '.making-carla'])('knows no avatar "%s"', async (id) => {
  mkdirSync(join(folder, '.making-carla'));
  await expect(removeAvatar(folder, id, warn)).rejects.toMatchObject({ code: 'unknown_avatar' });
  expect(readdirSync(folder)).toEqual(['.making-carla', 'anna']);
});

it('leaves those who are drawn', async () => {
  writeFileSync(join(folder, 'anna/mouths.bin'), '');
  await expect(removeAvatar(folder, 'anna', warn)).rejects.toMatchObject({
    code: 'avatar_stays',
    message: '"anna" is drawn, and would be drawn again at the next start.',
  });
  expect(existsSync(join(folder, 'anna/pack.bin'))).toBe(true);
});
