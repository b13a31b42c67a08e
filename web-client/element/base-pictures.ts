/** The idle loop's pictures: kept as JPEG, decoded a little ahead of need, at most twelve at a time. */
import type { Pack } from '../../src/protocol/pack.js';

/** 12 pictures of 512 x 512 are 12 MB; a whole loop decoded would be 200. */
const MAX_DECODED = 12;
const MAX_DECODING = 8;

export interface BasePictures {
  /** The picture, or nothing while it is being decoded. */
  get(base: number): ImageBitmap | undefined;
  /** Decodes `ahead` pictures from `base` on. */
  want(base: number, ahead: number): void;
  close(): void;
}

export function decodeBasePictures(pack: Pack): BasePictures {
  const count = pack.pictures.length;
  /** In the order of their last use, the oldest first. */
  const decoded = new Map<number, ImageBitmap>();
  const decoding = new Set<number>();
  let isClosed = false;

  const keep = (base: number, bitmap: ImageBitmap) => {
    if (isClosed) return bitmap.close();
    decoded.set(base, bitmap);
    for (const [oldest, old] of decoded) {
      if (decoded.size <= MAX_DECODED) return;
      old.close();
      decoded.delete(oldest);
    }
  };

  const decode = async (base: number) => {
    decoding.add(base);
    try {
      const jpeg = pack.pictures[base] as Uint8Array<ArrayBuffer>;
      keep(base, await createImageBitmap(new Blob([jpeg], { type: 'image/jpeg' })));
    } finally {
      decoding.delete(base);
    }
  };

  return {
    get(base) {
      const bitmap = decoded.get(base);
      if (bitmap === undefined) return undefined;
      decoded.delete(base);
      decoded.set(base, bitmap);
      return bitmap;
    },
    want(base, ahead) {
      for (let step = 0; step < Math.min(ahead, count); step += 1) {
        const next = (base + step) % count;
        // A picture that will not decode is left out; the one before it stays up.
        if (!decoded.has(next) && !decoding.has(next) && decoding.size < MAX_DECODING) decode(next).catch(() => {});
      }
    },
    close() {
      isClosed = true;
      for (const bitmap of decoded.values()) bitmap.close();
      decoded.clear();
    },
  };
}
