/** What is counted, for tests and for tools that watch a running page. */
import type { PlayState } from './playout.js';

export interface FaceCounters {
  /** Pictures of replies that were drawn with the right mouth. */
  readonly shown: number;
  /** Patches that arrived or were decoded after their picture was past. */
  readonly late: number;
  /** Pictures that were due and were not seen: they had no patch, or nothing was drawn in their time. */
  readonly missing: number;
  /**
   * Milliseconds by which pictures came to the screen behind their first sample, less than 0 before it: the last one, and
   * of the last 500 pictures.
   */
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

/** Of the pictures since the last report, in milliseconds: all in the middle, and the one that was farthest off. */
export interface SkewSince {
  readonly mean: number;
  readonly worst: number;
}

const KEPT_SKEWS = 500;

export interface FaceTally {
  showed(skewMs: number): void;
  cameLate(): void;
  missed(pictures: number): void;
  /** Of what was shown since it was last asked; null: nothing was. */
  takeSkew(): SkewSince | null;
  readonly counters: FaceCounters;
}

export function faceTally(): FaceTally {
  const skews: number[] = [];
  let since: number[] = [];
  let shown = 0;
  let late = 0;
  let missing = 0;
  return {
    showed(skewMs) {
      shown += 1;
      if (!Number.isFinite(skewMs)) return;
      skews.push(skewMs);
      if (skews.length > KEPT_SKEWS) skews.shift();
      since.push(skewMs);
      // A tab that nobody reports for keeps no more than the others.
      if (since.length > KEPT_SKEWS) since.shift();
    },
    cameLate() {
      late += 1;
    },
    missed(pictures) {
      missing += pictures;
    },
    takeSkew() {
      if (since.length === 0) return null;
      const mean = since.reduce((sum, skew) => sum + skew, 0) / since.length;
      const worst = since.reduce((worst, skew) => (Math.abs(skew) > Math.abs(worst) ? skew : worst));
      since = [];
      return { mean: tenths(mean), worst: tenths(worst) };
    },
    get counters() {
      const sorted = [...skews].sort((a, b) => a - b);
      const rank = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0;
      return { shown, late, missing, skew: { last: skews.at(-1) ?? 0, p50: rank(0.5), p99: rank(0.99) } };
    },
  };
}

/** The protocol takes no more: clocks leap when a computer wakes up. */
const MOST_MS = 10_000;

const tenths = (ms: number): number => Math.round(Math.max(-MOST_MS, Math.min(MOST_MS, ms)) * 10) / 10;
