/** What the face counts, for tests and for tools that watch a running page. */

export interface FaceCounters {
  /** Pictures of replies that were drawn with the right mouth. */
  readonly shown: number;
  /** Patches that arrived or were decoded after their picture was past. */
  readonly late: number;
  /** Pictures that were due and had no patch. */
  readonly missing: number;
  /** Milliseconds from the first sample of a picture to its drawing: the last one, and of the last 500 pictures. */
  readonly skew: { readonly last: number; readonly p50: number; readonly p99: number };
}

const KEPT_SKEWS = 500;

export class FaceTally {
  #shown = 0;
  #late = 0;
  #missing = 0;
  readonly #skews: number[] = [];

  showed(skewMs: number): void {
    this.#shown += 1;
    this.#skews.push(skewMs);
    if (this.#skews.length > KEPT_SKEWS) this.#skews.shift();
  }

  cameLate(): void {
    this.#late += 1;
  }

  missed(): void {
    this.#missing += 1;
  }

  get counters(): FaceCounters {
    const sorted = [...this.#skews].sort((a, b) => a - b);
    const rank = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0;
    return {
      shown: this.#shown,
      late: this.#late,
      missing: this.#missing,
      skew: { last: this.#skews.at(-1) ?? 0, p50: rank(0.5), p99: rank(0.99) },
    };
  }
}
