/** A folder of avatars as its listing shows it, without a look into the files. */
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { ParleyError } from '../errors.js';

/** What callers fetch; a folder without it is no avatar. */
export const PACK = 'pack.bin';
/** What faces use: one of them is there. */
export const BANK = 'mouths.bin';
export const FACE = 'face.safetensors';

/** The ids of those who are there, in their order. What begins with a dot is half-made, or half-gone. */
export async function foldersIn(folder: string): Promise<string[]> {
  try {
    const found = await readdir(folder, { withFileTypes: true });
    return found
      .filter((entry) => entry.isDirectory() && !entry.name.startsWith('.'))
      .map((entry) => entry.name)
      .sort();
  } catch (error) {
    if (isMissing(error)) return [];
    throw new ParleyError('bad_pack', `${folder} cannot be read as a folder of avatars`, { cause: error });
  }
}

/** Other words when one of the avatar's files has changed; null: there is no avatar in this folder. */
export async function stateOf(avatar: string): Promise<string | null> {
  const [pack, ...others] = await Promise.all([PACK, BANK, FACE].map((file) => fileState(join(avatar, file))));
  return pack === ABSENT ? null : [pack, ...others].join(' ');
}

const ABSENT = '-';

/** A file that cannot be looked at is in a state, too: it is tried again when it is in another. */
async function fileState(file: string): Promise<string> {
  try {
    const { size, mtimeMs } = await stat(file);
    return `${size}@${mtimeMs}`;
  } catch (error) {
    return isMissing(error) ? ABSENT : String(error);
  }
}

export const isMissing = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && error.code === 'ENOENT';
