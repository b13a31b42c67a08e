/**
 * Samples of one response, kept by their position. Pieces come in order; what is missing between two of them is read
 * as silence, so that a lost piece never shifts the sound against the pictures.
 */

/** 30 s: the server runs 400 ms ahead, and nothing that it may do should fill a kiosk's memory. */
const MAX_SAMPLES = 30 * 24_000;

interface Piece {
  readonly start: number;
  readonly samples: Int16Array;
}

export class SampleQueue {
  #pieces: Piece[] = [];
  #head = 0;
  #end = 0;

  /** The position after the last sample. */
  get end(): number {
    return this.#end;
  }

  /** The first position that can still be read. */
  get head(): number {
    return this.#head;
  }

  /** False if the piece lies beyond the bound and was dropped. What overlaps with earlier pieces is left out. */
  put(position: number, samples: Int16Array): boolean {
    if (position + samples.length - this.#head > MAX_SAMPLES) return false;
    const known = Math.max(0, this.#end - position);
    if (known >= samples.length) return true;
    const start = position + known;
    this.#pieces.push({ start, samples: samples.subarray(known) });
    this.#end = position + samples.length;
    return true;
  }

  /** Writes samples from `position` on to the first `count` places of `out`, as floats. */
  read(position: number, out: Float32Array, count: number): void {
    out.fill(0, 0, count);
    for (const { start, samples } of this.#pieces) {
      if (start >= position + count) return;
      const from = Math.max(position, start);
      const to = Math.min(position + count, start + samples.length);
      for (let at = from; at < to; at += 1) out[at - position] = (samples[at - start] as number) / 32_768;
    }
  }

  /** Forgets whole pieces before `position`. */
  forget(position: number): void {
    let first = this.#pieces[0];
    while (first !== undefined && first.start + first.samples.length <= position) {
      this.#pieces.shift();
      this.#head = first.start + first.samples.length;
      first = this.#pieces[0];
    }
  }
}
