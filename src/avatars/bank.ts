/**
 * The mouth bank of a drawn avatar: for every base picture, a ready-made JPEG patch for every mouth. One file:
 *
 *     "PARLEYMB" | u32 version | u32 length of the JSON | JSON (bankSchema) | the JPEGs, one after another
 *
 * Numbers are little endian. The patches are in the order of the base pictures and, within one, of the mouths; the first
 * mouth is the mouth at rest and has no patch. Read as untrusted input.
 */
import { z } from 'zod';
import type { MouthBank, Place } from '../engines/contract.js';
import { ParleyError } from '../errors.js';
import { GRID } from '../protocol/pack.js';
import { jpegSize } from './jpeg.js';

export const BANK_VERSION = 1;
const MAGIC = 'PARLEYMB';
const PREFIX = MAGIC.length + 8;
/** 1500 base pictures of 80 mouths, five digits each. */
const MAX_JSON_BYTES = 1024 * 1024;
const MAX_BANK_BYTES = 256 * 1024 * 1024;

const share = z.number().min(0).max(1);
const onGrid = z.int().min(0).max(2048).multipleOf(GRID);

const bankSchema = z.strictObject({
  id: z.string().min(1).max(63),
  /** SHA-256 of the pack that these patches fit, and of the drawing code and design that made both. */
  pack: z.string().regex(/^[0-9a-f]{64}$/),
  drawing: z.string().regex(/^[0-9a-f]{64}$/),
  mouths: z
    .array(z.strictObject({ open: share, wide: share, teeth: share, bite: share, tongue: share, press: share }))
    .min(1)
    .max(256),
  /** One for each base picture: x, y, width, height. */
  places: z
    .array(z.tuple([onGrid, onGrid, onGrid.min(GRID), onGrid.min(GRID)]))
    .min(1)
    .max(1500),
  /** Byte lengths of the patches: for each base picture, one for each mouth but the first. */
  lengths: z.array(z.array(z.int().min(1).max(1_000_000))).max(1500),
});

export type BankInfo = z.infer<typeof bankSchema>;

export function encodeBank(info: Omit<BankInfo, 'lengths'>, patches: readonly (readonly Uint8Array[])[]): Uint8Array[] {
  const lengths = patches.map((row) => row.map((patch) => patch.byteLength));
  const json = new TextEncoder().encode(JSON.stringify(bankSchema.parse({ ...info, lengths })));
  const prefix = new Uint8Array(PREFIX);
  prefix.set(new TextEncoder().encode(MAGIC));
  const view = new DataView(prefix.buffer);
  view.setUint32(MAGIC.length, BANK_VERSION, true);
  view.setUint32(MAGIC.length + 4, json.byteLength, true);
  return [prefix, json, ...patches.flat()];
}

/** Reads only the description at the start of a bank; says also how long the whole file has to be. */
export function decodeBankInfo(bytes: Uint8Array): { info: BankInfo; blobsAt: number; total: number } {
  if (bytes.byteLength < PREFIX || new TextDecoder().decode(bytes.subarray(0, MAGIC.length)) !== MAGIC) {
    throw wrong('the file does not start like a mouth bank');
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const version = view.getUint32(MAGIC.length, true);
  if (version !== BANK_VERSION) throw wrong(`version ${version}; this program reads ${BANK_VERSION}`);
  const jsonBytes = view.getUint32(MAGIC.length + 4, true);
  const blobsAt = PREFIX + jsonBytes;
  if (jsonBytes > MAX_JSON_BYTES || blobsAt > bytes.byteLength) {
    throw wrong(`a description of ${jsonBytes} bytes does not fit`);
  }
  const info = parseInfo(bytes.subarray(PREFIX, blobsAt));
  if (info.lengths.length !== info.places.length) {
    throw wrong(`places for ${info.places.length} base pictures, but patches for ${info.lengths.length}`);
  }
  const uneven = info.lengths.findIndex((row) => row.length !== info.mouths.length - 1);
  if (uneven >= 0)
    throw wrong(`base picture ${uneven} has ${info.lengths[uneven]!.length} patches, not one for each mouth`);
  const total = info.lengths.flat().reduce((sum, length) => sum + length, blobsAt);
  return { info, blobsAt, total };
}

/** The whole bank over the file's bytes, which it keeps. `width` and `height` are those of the base pictures. */
export function decodeBank(bytes: Uint8Array, width: number, height: number): { info: BankInfo; bank: MouthBank } {
  if (bytes.byteLength > MAX_BANK_BYTES) throw wrong(`${bytes.byteLength} bytes; at most ${MAX_BANK_BYTES}`);
  const { info, blobsAt, total } = decodeBankInfo(bytes);
  if (total !== bytes.byteLength) throw wrong(`${bytes.byteLength} bytes, but its description says ${total}`);
  const places = info.places.map(([x, y, w, h]): Place => ({ x, y, width: w, height: h }));
  const outside = places.findIndex((place) => place.x + place.width > width || place.y + place.height > height);
  if (outside >= 0) throw wrong(`the mouth of base picture ${outside} lies outside the picture`);
  const perBase = info.mouths.length - 1;
  const starts = startsOf(info, blobsAt);
  const view = (base: number, mouth: number): Uint8Array => {
    const at = base * perBase + mouth - 1;
    return bytes.subarray(starts[at], starts[at + 1]);
  };
  const patch = (base: number, mouth: number): Uint8Array => {
    if (!(mouth >= 1 && mouth <= perBase && base >= 0 && base < places.length)) {
      throw new ParleyError('internal', `there is no patch for mouth ${mouth} on base picture ${base}`);
    }
    return view(base, mouth);
  };
  checkPatches(places, perBase, view);
  return { info, bank: { mouths: info.mouths, place: (base) => placeOf(places, base), patch } };
}

function placeOf(places: readonly Place[], base: number): Place {
  const place = places[base];
  if (place === undefined) throw new ParleyError('internal', `there is no base picture ${base}`);
  return place;
}

/** Where each patch starts, and at the end where the last one stops. */
function startsOf(info: BankInfo, blobsAt: number): Uint32Array {
  const lengths = info.lengths.flat();
  const starts = new Uint32Array(lengths.length + 1);
  starts[0] = blobsAt;
  lengths.forEach((length, index) => {
    starts[index + 1] = starts[index]! + length;
  });
  return starts;
}

/** A patch of the wrong size would be drawn in the wrong place, so every one is looked at: 10,000 take some 10 ms. */
function checkPatches(
  places: readonly Place[],
  perBase: number,
  patch: (base: number, mouth: number) => Uint8Array,
): void {
  places.forEach((place, base) => {
    for (let mouth = 1; mouth <= perBase; mouth++) {
      const size = jpegSize(patch(base, mouth));
      if (size?.width !== place.width || size.height !== place.height) {
        throw wrong(
          `the patch of mouth ${mouth} on base picture ${base} is not a JPEG of ${place.width}x${place.height}`,
        );
      }
    }
  });
}

function parseInfo(json: Uint8Array): BankInfo {
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(json));
  } catch (error) {
    throw wrong(`the description is not JSON: ${error instanceof Error ? error.message : error}`);
  }
  const parsed = bankSchema.safeParse(value);
  if (!parsed.success) throw wrong(z.prettifyError(parsed.error));
  return parsed.data;
}

const wrong = (detail: string): ParleyError => new ParleyError('bad_pack', detail);
