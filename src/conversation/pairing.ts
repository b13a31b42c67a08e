/**
 * Audio and its pictures, released together. The voice never waits long for the face: a reply starts with 150 ms of
 * patience, waiting spends it and pictures that come in time earn it back; when it is spent the voice goes alone, and
 * a late picture follows with a later frame, for the caller hears everything a little after it is sent.
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

/** Where pictures lie until their audio is released. Bounded by whoever feeds it: one picture for each frame heard. */
export class PictureShelf {
  readonly #pictures: Picture[] = [];
  readonly #bell = new Bell();
  #closed = false;

  put(picture: Picture): void {
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
    let count = 0;
    while (count < this.#pictures.length && this.#pictures[count]!.index <= index) count += 1;
    return this.#pictures.splice(0, count);
  }
}

/** `due` is waited for before a frame is paired: by then its picture has had all the time there was. */
export async function* pair(
  heard: AsyncIterable<HeardFrame>,
  shelf: PictureShelf,
  due: (index: number) => Promise<void>,
  signal: AbortSignal,
): AsyncGenerator<PairedFrame, void, undefined> {
  let index = 0;
  let patience = PATIENCE_MS;
  for await (const frame of heard) {
    await due(index);
    const asked = performance.now();
    const inTime = await shelf.ready(index, patience, signal);
    const waited = performance.now() - asked;
    patience = Math.min(PATIENCE_MS, Math.max(0, patience - waited) + (inTime ? EARNED_MS : 0));
    yield { ...frame, index, pictures: shelf.takeUpTo(index) };
    index += 1;
  }
}
