/** Whoever connects meets those who are there now. */
import { expect, it, vi } from 'vitest';
import { seekAvatar } from '../../src/gateway/address.js';

function avatars(newcomer: string | null) {
  const known = new Set(['ada']);
  const look = vi.fn(async () => void (newcomer !== null && known.add(newcomer)));
  return { has: (id: string) => known.has(id), keys: () => known.keys(), look };
}

it.each(['/v1/realtime', '/v1/realtime?avatar=ada'])('%s sees what has changed, too', async (address) => {
  const house = avatars(null);
  await seekAvatar(address, house);
  expect(house.look).toHaveBeenCalledTimes(1);
});

it('does not wait long for a disk, for one who is known', async () => {
  const house = { ...avatars(null), look: () => new Promise<void>(() => {}) };
  await seekAvatar('/v1/realtime?avatar=ada', house);
});

it('refuses one who has gone', async () => {
  const known = new Set(['ada', 'anna']);
  const look = async () => void known.delete('anna');
  const asked = seekAvatar('/v1/realtime?avatar=anna', { has: (id) => known.has(id), keys: () => known.keys(), look });
  await expect(asked).rejects.toMatchObject({ code: 'unknown_avatar' });
});

it('finds one who has come since', async () => {
  const house = avatars('anna');
  await seekAvatar('/v1/realtime?avatar=anna', house);
  expect(house.look).toHaveBeenCalledTimes(1);
});

it('refuses one who has not, and names those who are there by then', async () => {
  await expect(seekAvatar('/v1/realtime?avatar=emil', avatars('anna'))).rejects.toMatchObject({
    code: 'unknown_avatar',
    message: 'avatar=emil is not one of: ada, anna.',
  });
});
