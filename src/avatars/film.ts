/**
 * The face file of a filmed avatar (docs/avatars.md): what a lip-sync model needs besides the pack. Only its description
 * is looked at here, as untrusted input; the arrays are checked by the worker that uses them.
 */
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import type { FilmedFace } from '../engines/contract.js';
import { ParleyError } from '../errors.js';
import { readBounded } from './bounded.js';
import { isMissing } from './folder.js';

/** As python/parley_workers/musetalk/face_file.py has them. */
const MAX_FILE_BYTES = 96 * 1024 * 1024;
const MAX_HEADER_BYTES = 64 * 1024;

const headerSchema = z.object({ __metadata__: z.object({ parley: z.string() }) });
const aboutSchema = z.object({ version: z.literal(1), id: z.string(), pack: z.string() });

export interface FilmPlace {
  readonly id: string;
  /** SHA-256 of the pack beside it. */
  readonly pack: string;
  readonly packFile: string;
  readonly faceFile: string;
}

/** Null: there is no such file, so the avatar was not filmed. */
export async function readFilm({ id, pack, packFile, faceFile }: FilmPlace): Promise<FilmedFace | null> {
  const bytes = await readIfThere(faceFile);
  if (bytes === null) return null;
  const about = described(bytes);
  if (about.id !== id || about.pack !== pack) throw wrong('it was made for another pack than the one beside it');
  const hash = createHash('sha256').update(bytes).digest('hex');
  return {
    hash,
    async read() {
      // Not kept: workers ask for it once in their lives, and it has tens of megabytes.
      const [face, itsPack] = await Promise.all([readFile(faceFile), readFile(packFile)]);
      return { face, pack: itsPack };
    },
  };
}

async function readIfThere(file: string): Promise<Uint8Array | null> {
  try {
    return await readBounded(file, MAX_FILE_BYTES);
  } catch (error) {
    if (isMissing(error)) return null;
    throw error;
  }
}

/** safetensors begins with the length of a JSON header. */
function described(bytes: Uint8Array): z.infer<typeof aboutSchema> {
  try {
    const length = Number(new DataView(bytes.buffer, bytes.byteOffset, 8).getBigUint64(0, true));
    if (length > MAX_HEADER_BYTES || 8 + length > bytes.byteLength) throw new Error('its header does not fit');
    const header = headerSchema.parse(JSON.parse(new TextDecoder().decode(bytes.subarray(8, 8 + length))));
    return aboutSchema.parse(JSON.parse(header.__metadata__.parley));
  } catch (error) {
    throw wrong(`it does not describe a face: ${error instanceof z.ZodError ? z.prettifyError(error) : error}`);
  }
}

const wrong = (detail: string): ParleyError => new ParleyError('bad_pack', detail);
