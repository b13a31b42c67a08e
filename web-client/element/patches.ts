/** The mouth patches of one response: decoded as they arrive, closed when they are past. */
import type { ServerMedia } from '../../src/protocol/media.js';
import type { PatchState } from './mouth.js';
import { SAMPLES_PER_PICTURE } from './phase.js';

export type PatchMedia = Extract<ServerMedia, { kind: 'patch' }>;

export interface Patch {
  readonly base: number;
  readonly place: PatchMedia['place'];
  /** Nothing where the base picture is shown as it is. */
  readonly bitmap: ImageBitmap | undefined;
}

/** 3 s; the server runs at most 400 ms ahead. */
const MAX_PATCHES = 75;

export interface Patches {
  /** Resolves to false if the patch was of no use: too late, damaged, or one too many. */
  add(media: PatchMedia): Promise<boolean>;
  stateOf(picture: number): PatchState;
  get(picture: number): Patch | undefined;
  /** Those before picture `past` are no longer needed. */
  forget(past: number): void;
  close(): void;
}

export function collectPatches(): Patches {
  const patches = new Map<number, Patch>();
  let oldest = 0;
  let decoding = 0;
  let isClosed = false;

  const forget = (past: number) => {
    oldest = Math.max(oldest, past);
    for (const [picture, patch] of patches) {
      if (picture >= oldest) continue;
      patch.bitmap?.close();
      patches.delete(picture);
    }
  };

  const keep = (picture: number, patch: Patch): boolean => {
    const isLate = isClosed || picture < oldest;
    if (isLate) {
      patch.bitmap?.close();
    } else {
      patches.get(picture)?.bitmap?.close();
      patches.set(picture, patch);
    }
    return !isLate;
  };

  return {
    async add({ position, base, place, jpeg }) {
      const picture = Math.floor(position / SAMPLES_PER_PICTURE);
      if (picture < oldest || isClosed || patches.size + decoding >= MAX_PATCHES) return false;
      if (jpeg.byteLength === 0) return keep(picture, { base, place, bitmap: undefined });
      decoding += 1;
      try {
        const blob = new Blob([jpeg as Uint8Array<ArrayBuffer>], { type: 'image/jpeg' });
        return keep(picture, { base, place, bitmap: await createImageBitmap(blob) });
      } catch {
        // A damaged picture counts as one that never came.
        return false;
      } finally {
        decoding -= 1;
      }
    },
    stateOf(picture) {
      const patch = patches.get(picture);
      if (patch === undefined) return 'missing';
      return patch.bitmap === undefined ? 'bare' : 'ready';
    },
    get: (picture) => patches.get(picture),
    forget,
    close() {
      isClosed = true;
      forget(Number.POSITIVE_INFINITY);
    },
  };
}
