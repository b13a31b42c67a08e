/** One avatar out of its folder, with everything in it checked, so that no caller meets a damaged file. */
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import type { Avatar, FilmedFace, MouthBank } from '../engines/contract.js';
import { ParleyError } from '../errors.js';
import { decodePack, MAX_PACK_BYTES, type Pack, type PackInfo } from '../protocol/pack.js';
import { decodeBank } from './bank.js';
import { readBounded } from './bounded.js';
import { readFilm } from './film.js';
import { BANK, FACE, PACK } from './folder.js';
import { jpegSize } from './jpeg.js';

/** Those that are drawn here have some 50 MB. */
const MAX_BANK_BYTES = 256 * 1024 * 1024;

export interface AvatarEntry {
  readonly avatar: Avatar;
  /** The pack file as callers fetch it. */
  readonly pack: Uint8Array;
  readonly info: PackInfo;
}

/** Rejects with bad_pack, which names the file and says what to do about it. */
export async function readAvatar(folder: string, id: string): Promise<AvatarEntry> {
  const packFile = join(folder, PACK);
  const pack = await read(packFile, MAX_PACK_BYTES, folder);
  const { info, pictures } = named(packFile, folder, () => checkedPack(pack, id));
  const hash = createHash('sha256').update(pack).digest('hex');
  const film = await loadFilm(folder, packFile, id, hash);
  const bank = film === null ? await loadBank(folder, info, hash) : null;
  const { name, width, height } = info;
  return { avatar: { id, name, hash, width, height, frames: pictures.length, bank, film }, pack, info };
}

async function loadFilm(folder: string, packFile: string, id: string, pack: string): Promise<FilmedFace | null> {
  const faceFile = join(folder, FACE);
  try {
    return await readFilm({ id, pack, packFile, faceFile });
  } catch (error) {
    throw broken(faceFile, `Prepare the avatar again, or move the folder ${folder} away.`, error);
  }
}

async function loadBank(folder: string, info: PackInfo, pack: string): Promise<MouthBank> {
  const file = join(folder, BANK);
  const bytes = await read(file, MAX_BANK_BYTES, folder);
  return named(file, folder, () => {
    const decoded = decodeBank(bytes, info.width, info.height);
    if (decoded.info.id !== info.id || decoded.info.pack !== pack) {
      throw new ParleyError('bad_pack', 'it was made for another pack than the one beside it');
    }
    if (decoded.info.places.length !== info.pictures.length) {
      throw new ParleyError('bad_pack', 'it has another number of base pictures than the pack');
    }
    return decoded.bank;
  });
}

function checkedPack(bytes: Uint8Array, id: string): Pack {
  const pack = decodePack(bytes);
  const { width, height } = pack.info;
  if (pack.info.id !== id) throw new ParleyError('bad_pack', `it says that it is "${pack.info.id}"`);
  pack.pictures.forEach((picture, index) => {
    const size = jpegSize(picture);
    if (size?.width !== width || size.height !== height) {
      throw new ParleyError('bad_pack', `picture ${index} is not a JPEG of ${width}x${height}`);
    }
  });
  return pack;
}

async function read(file: string, mostBytes: number, folder: string): Promise<Uint8Array> {
  try {
    return await readBounded(file, mostBytes);
  } catch (error) {
    throw broken(file, drawnAnew(folder), error);
  }
}

function named<T>(file: string, folder: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw broken(file, drawnAnew(folder), error);
  }
}

const drawnAnew = (folder: string): string => `Delete the folder ${folder} and start again; it is drawn anew.`;

function broken(file: string, mend: string, error: unknown): ParleyError {
  const why = error instanceof Error ? error.message : String(error);
  return new ParleyError('bad_pack', `${file}: ${why}. ${mend}`, { cause: error });
}
