/**
 * The avatars that a folder holds: one folder each, with pack.bin (what callers fetch) and what faces use: mouths.bin if
 * it was drawn, face.safetensors if it was filmed. Everything is read and checked at start, so that no caller meets a
 * damaged file.
 */
import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Avatar, FilmedFace, MouthBank } from '../engines/contract.js';
import { ParleyError } from '../errors.js';
import { decodePack, type Pack, type PackInfo } from '../protocol/pack.js';
import { decodeBank } from './bank.js';
import { readFilm } from './film.js';
import { jpegSize } from './jpeg.js';

export interface AvatarEntry {
  readonly avatar: Avatar;
  /** The pack file as callers fetch it. */
  readonly pack: Uint8Array;
  readonly info: PackInfo;
}

export interface Catalogue {
  /** In the order of their ids. */
  list(): AvatarEntry[];
  get(id: string): AvatarEntry | undefined;
  /** Takes up one that has come into the folder since it was loaded. */
  add(id: string): Promise<AvatarEntry>;
}

/** An absent folder is a catalogue without avatars; a damaged file is an error that names it. */
export async function loadCatalogue(folder: string): Promise<Catalogue> {
  const entries = new Map<string, AvatarEntry>();
  for (const id of await foldersIn(folder)) entries.set(id, await loadAvatar(join(folder, id), id));
  return {
    list: () => [...entries.values()].sort((one, other) => (one.avatar.id < other.avatar.id ? -1 : 1)),
    get: (id) => entries.get(id),
    async add(id) {
      const entry = await loadAvatar(join(folder, id), id);
      entries.set(id, entry);
      return entry;
    },
  };
}

async function foldersIn(folder: string): Promise<string[]> {
  try {
    const found = await readdir(folder, { withFileTypes: true });
    return found
      .filter((entry) => entry.isDirectory() && !entry.name.startsWith('.'))
      .map((entry) => entry.name)
      .sort();
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return [];
    throw new ParleyError('bad_pack', `${folder} cannot be read as a folder of avatars`, { cause: error });
  }
}

async function loadAvatar(folder: string, id: string): Promise<AvatarEntry> {
  const packFile = join(folder, 'pack.bin');
  const pack = await read(packFile, folder);
  const { info, pictures } = named(packFile, folder, () => checkedPack(pack, id));
  const hash = createHash('sha256').update(pack).digest('hex');
  const film = await loadFilm(folder, packFile, id, hash);
  const bank = film === null ? await loadBank(folder, info, hash) : null;
  const { name, width, height } = info;
  return { avatar: { id, name, hash, width, height, frames: pictures.length, bank, film }, pack, info };
}

async function loadFilm(folder: string, packFile: string, id: string, pack: string): Promise<FilmedFace | null> {
  const faceFile = join(folder, 'face.safetensors');
  try {
    return await readFilm({ id, pack, packFile, faceFile });
  } catch (error) {
    throw broken(faceFile, `Prepare the avatar again, or move the folder ${folder} away.`, error);
  }
}

async function loadBank(folder: string, info: PackInfo, pack: string): Promise<MouthBank> {
  const file = join(folder, 'mouths.bin');
  const bytes = await read(file, folder);
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

async function read(file: string, folder: string): Promise<Uint8Array> {
  try {
    return await readFile(file);
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
