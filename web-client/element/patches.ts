/** The mouth patches of one response: decoded in the order in which they fall due, closed when they are past. */
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
/** A busy machine that falls behind must not decode what is past before what is due: few at a time. */
const MAX_DECODING = 3;
/** The patch of a mouth that is kept or eased shut is still drawn after its picture is past. */
const KEPT_PATCHES = 8;

export interface Patches {
  add(media: PatchMedia): void;
  stateOf(picture: number): PatchState;
  get(picture: number): Patch | undefined;
  /** Picture `due` is heard now; those before it are of no more use. */
  advance(due: number): void;
  close(): void;
}

const pictureOf = ({ position }: PatchMedia) => Math.floor(position / SAMPLES_PER_PICTURE);

/** `onLate` is told of every patch that came, or was decoded, after its time. */
export function collectPatches(onLate: () => void): Patches {
  const patches = new Map<number, Patch>();
  let waiting: PatchMedia[] = [];
  let due = 0;
  let decoding = 0;
  let isClosed = false;

  function keep(picture: number, patch: Patch): void {
    if (picture < due) onLate();
    if (picture < due - KEPT_PATCHES || isClosed) {
      patch.bitmap?.close();
      return;
    }
    patches.get(picture)?.bitmap?.close();
    patches.set(picture, patch);
  }

  async function decode(media: PatchMedia): Promise<void> {
    const { base, place, jpeg } = media;
    decoding += 1;
    try {
      const blob = new Blob([jpeg as Uint8Array<ArrayBuffer>], { type: 'image/jpeg' });
      keep(pictureOf(media), { base, place, bitmap: await createImageBitmap(blob) });
    } catch {
      // A damaged picture counts as one that never came.
    } finally {
      decoding -= 1;
      decodeNext();
    }
  }

  function decodeNext(): void {
    while (decoding < MAX_DECODING) {
      const media = waiting.shift();
      if (media === undefined) return;
      if (pictureOf(media) < due) onLate();
      else void decode(media);
    }
  }

  return {
    add(media) {
      const { base, place, jpeg } = media;
      if (isClosed || patches.size + waiting.length >= MAX_PATCHES) return;
      if (jpeg.byteLength === 0) return keep(pictureOf(media), { base, place, bitmap: undefined });
      waiting.push(media);
      decodeNext();
    },
    stateOf(picture) {
      const patch = patches.get(picture);
      if (patch === undefined) return 'missing';
      return patch.bitmap === undefined ? 'bare' : 'ready';
    },
    get: (picture) => patches.get(picture),
    advance(picture) {
      due = Math.max(due, picture);
      for (const [known, patch] of patches) {
        if (known >= due - KEPT_PATCHES) continue;
        patch.bitmap?.close();
        patches.delete(known);
      }
    },
    close() {
      isClosed = true;
      waiting = [];
      for (const patch of patches.values()) patch.bitmap?.close();
      patches.clear();
    },
  };
}
