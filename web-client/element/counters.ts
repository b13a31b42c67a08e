/** What is counted, for tests and for tools that watch a running page. */
import type { PlayState } from './playout.js';

export interface FaceCounters {
  /** Pictures of replies that were drawn with the right mouth. */
  readonly shown: number;
  /** Patches that arrived or were decoded after their picture was past. */
  readonly late: number;
  /** Pictures that were due and were not seen: they had no patch, or nothing was drawn in their time. */
  readonly missing: number;
  /** Milliseconds from the first sample of a picture to its drawing: the last one, and of the last 500 pictures. */
  readonly skew: { readonly last: number; readonly p50: number; readonly p99: number };
}

export interface ConversationCounters extends FaceCounters {
  readonly underruns: number;
  readonly play: PlayState;
  /** Samples of the present response that left the loudspeaker. */
  readonly heard: number;
  /** Loudness at the loudspeaker, 0 to 1. */
  readonly level: number;
  readonly base: number;
  /** The picture whose mouth is seen; null is the mouth at rest. */
  readonly mouth: number | null;
}

const KEPT_SKEWS = 500;

export interface FaceTally {
  showed(skewMs: number): void;
  cameLate(): void;
  missed(pictures: number): void;
  readonly counters: FaceCounters;
}

export function faceTally(): FaceTally {
  const skews: number[] = [];
  let shown = 0;
  let late = 0;
  let missing = 0;
  return {
    showed(skewMs) {
      shown += 1;
      skews.push(skewMs);
      if (skews.length > KEPT_SKEWS) skews.shift();
    },
    cameLate() {
      late += 1;
    },
    missed(pictures) {
      missing += pictures;
    },
    get counters() {
      const sorted = [...skews].sort((a, b) => a - b);
      const rank = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0;
      return { shown, late, missing, skew: { last: skews.at(-1) ?? 0, p50: rank(0.5), p99: rank(0.99) } };
    },
  };
}
