/**
 * Audio and its pictures, released together. The voice never waits long for the face: a reply starts with 150 ms of
 * patience, waiting spends it and pictures that come in time earn it back; when it is spent the voice goes alone, and
 * a late picture follows with a later frame, for the caller hears everything a little after it is sent. Those of the last
 * frames follow by themselves.
 */
import { FRAME_MS } from '../audio/pcm.js';
import type { Picture } from '../engines/contract.js';
import { Bell } from '../flow.js';
import type { TimedWord } from './spoken.js';

const PATIENCE_MS = 150;
/** What a picture in time earns back: a face a tenth too slow is waited for again every 15 pictures. */
const EARNED_MS = FRAME_MS / 4;

export interface HeardFrame {
  readonly samples: Int16Array;
  /** Words that begin to sound with this frame or soon after. */
  readonly words: readonly TimedWord[];
}

export interface PairedFrame extends HeardFrame {
  readonly index: number;
  /** Pictures up to this frame that have not been released before: its own, and any that were late. */
  readonly pictures: readonly Picture[];
}

/** What leaves: frames, and pictures that became ready when no frame was left to go with. */
export type Released =
  | ({ readonly kind: 'frame' } & PairedFrame)
  | { readonly kind: 'late'; readonly pictures: readonly Picture[] };

/**
 * How long the last pictures are waited for when all has been said: the caller still hears the 400 ms that are under way,
 * and 100 of them are left for what comes behind the last frame.
 */
const LATE_MS = 300;

/**
 * Pictures that may be ready before they are due: they cost a GPU, and a caller who cuts in has no use for them. With the
 * 400 ms that may be under way to the caller it makes one second.
 */
const MOST_READY = 15;
/** Of a wait that ends when a frame is released; a paused answer may take its time. */
const LOOK_AGAIN_MS = 60_000;

/** Where pictures lie until their audio is released. */
export class PictureShelf {
  readonly #pictures: Picture[] = [];
  readonly #bell = new Bell();
  readonly #room = new Bell();
  #closed = false;
  #released = 0;
  #nextPicture = 0;

  /** How many frames have been released, with their pictures or without. */
  get released(): number {
    return this.#released;
  }

  /** The index of the first picture that has not been taken. */
  get nextPicture(): number {
    return this.#nextPicture;
  }

  /** Waits while enough of them are there. */
  async put(picture: Picture, signal: AbortSignal): Promise<void> {
    while (this.#pictures.length >= MOST_READY) await this.#room.rung(LOOK_AGAIN_MS, signal);
    this.#pictures.push(picture);
    this.#bell.ring();
  }

  /** No more pictures will come; nobody waits for them any longer. */
  close(): void {
    this.#closed = true;
    this.#bell.ring();
  }

  /** True when the picture of this frame, or no more picture at all, is to be expected; false after `ms`. */
  async ready(index: number, ms: number, signal: AbortSignal): Promise<boolean> {
    const until = performance.now() + ms;
    while (!this.#closed && (this.#pictures.at(-1)?.index ?? -1) < index) {
      const left = until - performance.now();
      if (left <= 0 || !(await this.#bell.rung(left, signal))) return false;
    }
    return true;
  }

  takeUpTo(index: number): Picture[] {
    this.#released = index + 1;
    let count = 0;
    while (count < this.#pictures.length && this.#pictures[count]!.index <= index) count += 1;
    if (count > 0) this.#room.ring();
    const taken = this.#pictures.splice(0, count);
    this.#nextPicture = (taken.at(-1)?.index ?? this.#nextPicture - 1) + 1;
    return taken;
  }
}

/** `due` is waited for before a frame is paired: by then its picture has had all the time there was. */
export async function* pair(
  heard: AsyncIterable<HeardFrame>,
  shelf: PictureShelf,
  due: (index: number) => Promise<void>,
  signal: AbortSignal,
): AsyncGenerator<Released, void, undefined> {
  let index = 0;
  let patience = PATIENCE_MS;
  for await (const frame of heard) {
    await due(index);
    const asked = performance.now();
    const inTime = await shelf.ready(index, patience, signal);
    const waited = performance.now() - asked;
    patience = Math.min(PATIENCE_MS, Math.max(0, patience - waited) + (inTime ? EARNED_MS : 0));
    yield { kind: 'frame', ...frame, index, pictures: shelf.takeUpTo(index) };
    index += 1;
  }
  yield* lastPictures(shelf, index, signal);
}

/** Of an answer of so many frames. */
async function* lastPictures(
  shelf: PictureShelf,
  frames: number,
  signal: AbortSignal,
): AsyncGenerator<Released, void, undefined> {
  const until = performance.now() + LATE_MS;
  while (shelf.nextPicture < frames && (await shelf.ready(shelf.nextPicture, until - performance.now(), signal))) {
    const pictures = shelf.takeUpTo(frames - 1);
    // The face has ended without them.
    if (pictures.length === 0) return;
    yield { kind: 'late', pictures };
  }
}
