/**
 * The numbered places that streams live in. Parley takes them and the worker follows, so both ends keep the same table.
 * A slot is used again as soon as it is free; its generation counts the lives, so that whatever arrives for an earlier
 * life is known as late.
 */
import { WireError } from './frames.js';

export interface Place {
  readonly stream: number;
  readonly generation: number;
}

interface Slot<T> {
  readonly generation: number;
  holder: T | undefined;
}

export class Slots<T> {
  readonly #slots: Slot<T>[] = [];
  /** They are used again before a new one is added: there are as many as were ever needed at once. */
  readonly #free = new Set<number>();
  readonly #most: number;

  constructor(most: number) {
    this.#most = most;
  }

  /** How many were ever in use at once. */
  get count(): number {
    return this.#slots.length;
  }

  /** The opening end: the next life of a free slot, or undefined if every slot is taken. */
  next(): Place | undefined {
    const [stream = this.#slots.length] = this.#free;
    if (stream >= this.#most) return undefined;
    return { stream, generation: (this.#slots[stream]?.generation ?? 0) + 1 };
  }

  /** Throws WireError for a life that is not younger than the last one; a slot is only added behind the others. */
  begin({ stream, generation }: Place, holder: T): void {
    const slot = this.#slots[stream];
    if (stream > this.#slots.length || stream >= this.#most || generation <= (slot?.generation ?? 0)) {
      throw new WireError(`stream ${stream} cannot begin generation ${generation}`);
    }
    this.#slots[stream] = { generation, holder };
    this.#free.delete(stream);
  }

  /** Ends this life of the slot. False if it had ended before. */
  release({ stream, generation }: Place): boolean {
    const slot = this.#slots[stream];
    if (slot?.generation !== generation || slot.holder === undefined) return false;
    slot.holder = undefined;
    this.#free.add(stream);
    return true;
  }

  /** Who lives there; undefined if that life is over. Throws WireError for a life that has never begun. */
  find({ stream, generation }: Place): T | undefined {
    const slot = this.#slots[stream];
    if (slot === undefined || generation > slot.generation) {
      throw new WireError(`stream ${stream} has had no generation ${generation} yet`);
    }
    return generation === slot.generation ? slot.holder : undefined;
  }

  *holders(): Generator<T, void, undefined> {
    for (const { holder } of this.#slots) if (holder !== undefined) yield holder;
  }
}
