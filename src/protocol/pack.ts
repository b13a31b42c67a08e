/**
 * An avatar pack: the idle loop that a client fetches once and plays for free while nobody speaks. One file:
 *
 *     "PARLEYPK" | u32 version | u32 length of the JSON | JSON (packSchema) | the JPEGs, one after another
 *
 * Numbers are little endian. Runs in browsers: no Buffer, no imports of ours.
 */
import { z } from 'zod';

export const PACK_VERSION = 1;
/** A kiosk's browser holds the whole file in memory, and a caller waits for it. */
export const MAX_PACK_BYTES = 8 * 1024 * 1024;
/** Base pictures and patches meet on this grid: the size of a JPEG block with 4:2:0 colour. */
export const GRID = 16;

const MAGIC = 'PARLEYPK';
const PREFIX = MAGIC.length + 8;
const MAX_JSON_BYTES = 256 * 1024;

const pixels = z.int().min(GRID).max(2048).multipleOf(GRID);

export const packSchema = z.strictObject({
  id: z.string().regex(/^[a-z0-9][a-z0-9-]{0,62}$/),
  name: z.string().min(1).max(80),
  /** Who drew it or who was filmed, and under what terms. */
  credit: z.string().max(400),
  fps: z.literal(25),
  width: pixels,
  height: pixels,
  /** Byte lengths of the pictures, in the order of the loop; the last one leads back to the first. */
  pictures: z.array(z.int().min(1).max(MAX_PACK_BYTES)).min(1).max(1500),
  /** Colour behind the head, for the page around the picture. */
  background: z.string().regex(/^#[0-9a-f]{6}$/),
  /** The loop is the file's pictures forwards and then backwards, without showing either end twice. */
  swings: z.boolean().optional(),
  /** Of an avatar that was filmed: what the person agreed to, and when that was recorded. */
  consent: z.strictObject({ statement: z.string().min(1).max(400), recorded: z.iso.date() }).optional(),
});

export type PackInfo = z.infer<typeof packSchema>;

export interface Pack {
  readonly info: PackInfo;
  /** Views of the file's bytes: the JPEG files of the idle loop, in its order. */
  readonly pictures: readonly Uint8Array[];
}

export class PackFormatError extends Error {
  override name = 'PackFormatError';
}

export function encodePack(info: Omit<PackInfo, 'pictures'>, pictures: readonly Uint8Array[]): Uint8Array {
  const json = new TextEncoder().encode(
    JSON.stringify(packSchema.parse({ ...info, pictures: pictures.map((picture) => picture.byteLength) })),
  );
  const total = pictures.reduce((sum, picture) => sum + picture.byteLength, PREFIX + json.byteLength);
  if (total > MAX_PACK_BYTES) throw new PackFormatError(`${total} bytes; a pack has at most ${MAX_PACK_BYTES}`);
  const bytes = new Uint8Array(total);
  const view = new DataView(bytes.buffer);
  bytes.set(new TextEncoder().encode(MAGIC));
  view.setUint32(MAGIC.length, PACK_VERSION, true);
  view.setUint32(MAGIC.length + 4, json.byteLength, true);
  bytes.set(json, PREFIX);
  let offset = PREFIX + json.byteLength;
  for (const picture of pictures) {
    bytes.set(picture, offset);
    offset += picture.byteLength;
  }
  return bytes;
}

/** Reads a pack as untrusted input. Throws PackFormatError, with the reason. */
export function decodePack(bytes: Uint8Array): Pack {
  if (bytes.byteLength > MAX_PACK_BYTES)
    throw new PackFormatError(`${bytes.byteLength} bytes; at most ${MAX_PACK_BYTES}`);
  if (bytes.byteLength < PREFIX || new TextDecoder().decode(bytes.subarray(0, MAGIC.length)) !== MAGIC) {
    throw new PackFormatError('the file does not start like a pack');
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const version = view.getUint32(MAGIC.length, true);
  if (version !== PACK_VERSION) throw new PackFormatError(`version ${version}; this program reads ${PACK_VERSION}`);
  const jsonBytes = view.getUint32(MAGIC.length + 4, true);
  if (jsonBytes > MAX_JSON_BYTES || PREFIX + jsonBytes > bytes.byteLength) {
    throw new PackFormatError(`a description of ${jsonBytes} bytes does not fit`);
  }
  const info = parseInfo(bytes.subarray(PREFIX, PREFIX + jsonBytes));
  const pictures: Uint8Array[] = [];
  let offset = PREFIX + jsonBytes;
  for (const length of info.pictures) {
    if (offset + length > bytes.byteLength) throw new PackFormatError(`picture ${pictures.length} is cut off`);
    pictures.push(bytes.subarray(offset, offset + length));
    offset += length;
  }
  if (offset !== bytes.byteLength)
    throw new PackFormatError(`${bytes.byteLength - offset} bytes after the last picture`);
  return { info, pictures: info.swings ? swung(pictures) : pictures };
}

function swung<T>(there: readonly T[]): T[] {
  return [...there, ...there.slice(1, -1).reverse()];
}

function parseInfo(json: Uint8Array): PackInfo {
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(json));
  } catch (error) {
    throw new PackFormatError(`the description is not JSON: ${error instanceof Error ? error.message : error}`);
  }
  const parsed = packSchema.safeParse(value);
  if (!parsed.success) throw new PackFormatError(z.prettifyError(parsed.error));
  return parsed.data;
}
