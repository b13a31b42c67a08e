/** Taking a filmed avatar out of a folder of avatars, whether or not a server is showing it. */
import { existsSync } from 'node:fs';
import { mkdtemp, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { ParleyError } from '../errors.js';
import { packSchema } from '../protocol/pack.js';
import { BANK, isMissing } from './folder.js';

const ASIDE = '.removed-';

type Warn = (words: string, error: unknown) => void;

/** What a removal has left that was itself cut short: the pictures of somebody who is not to be there any more. */
export async function clearRemoved(folder: string, warn: Warn): Promise<void> {
  const left = (await readdir(folder).catch(() => [])).filter((name) => name.startsWith(ASIDE));
  const clear = async (name: string) => {
    try {
      await rm(join(folder, name), { recursive: true, force: true });
    } catch (error) {
      warn(`${join(folder, name)} is what is left of an avatar, and cannot be removed`, error);
    }
  };
  await Promise.all(left.map(clear));
}

/**
 * Does not read the avatar: a damaged one is most worth removing. Throws unknown_avatar or avatar_stays; what cannot be
 * deleted is out of sight all the same, and tried again at the next start.
 */
export async function removeAvatar(folder: string, id: string, warn: Warn): Promise<void> {
  const avatar = join(folder, id);
  // The id comes from elsewhere and becomes a path.
  if (!packSchema.shape.id.safeParse(id).success || !existsSync(avatar)) throw unknown(id);
  if (existsSync(join(avatar, BANK))) {
    throw new ParleyError('avatar_stays', `"${id}" is drawn, and would be drawn again at the next start.`);
  }
  // Out of sight in one step: half an avatar would keep a server from starting.
  const aside = await mkdtemp(join(folder, ASIDE));
  try {
    await rename(avatar, join(aside, id));
  } catch (error) {
    // Somebody else was faster.
    throw isMissing(error) ? unknown(id) : error;
  } finally {
    await rm(aside, { recursive: true, force: true }).catch((error: unknown) =>
      warn(`${aside} cannot be removed: delete it by hand`, error),
    );
  }
}

const unknown = (id: string) => new ParleyError('unknown_avatar', `There is no avatar "${id.slice(0, 80)}".`);
