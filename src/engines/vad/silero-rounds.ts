/**
 * Who is heard when. A step of the network takes one frame of every stream that has one waiting: fifty frames at once
 * cost far less than fifty steps. A round has as many steps as there is to catch up on, within a bound: the server's
 * thread, which may be what is late, is not asked again between them. A stream that is far behind delays nobody, because
 * it too gets one frame a step, and streams that do not fit into a step are the first of the next.
 */
import { joinedSamples } from '../../audio/pcm.js';
import type { Queue } from '../../flow.js';

/** About 5 ms of work. */
export const MOST_IN_STEP = 64;
/** 20 ms of work: so long a live frame may wait for the round before it, and for its own, when others are behind. */
export const MOST_STEPS = 4;

/** One run of the detector, as the server's thread sees it. */
export interface Ear {
  readonly id: number;
  /** Frames that no round has taken yet. */
  readonly waiting: Int16Array[];
  /** Frames whose probability has not come back yet, waiting or in a round. */
  unheard: number;
  readonly rest: (frame: Int16Array) => 'shown' | 'silence';
  /** Behind all of these: silence, and what came after it. */
  readonly later: (Int16Array | 'silence')[];
  /** Silent frames since the last one that was shown. */
  skipped: number;
  /** No more frames will come. */
  complete: boolean;
  readonly heard: Queue<number>;
  /** When a frame came last that is shown, by performance.now(). */
  shownAt: number;
}

/** What goes to the detector's thread. The samples' buffer moves there and is not copied. */
export interface Round {
  /** The streams of which each step has a frame. */
  readonly steps: readonly (readonly number[])[];
  /** The frames, one behind the other, step after step. */
  readonly samples: Int16Array<ArrayBuffer>;
  /** Streams to be forgotten before this round is heard. */
  readonly ended: readonly number[];
  /** Streams of which so many frames before this round were silent, and were not shown. */
  readonly rested: readonly Rested[];
}

export interface Rested {
  readonly stream: number;
  readonly frames: number;
}

export interface NextRound {
  readonly round: Round;
  /** Whose frames are in it, one for each frame. */
  readonly ears: readonly Ear[];
  /** Frames are waiting that had no place in it. */
  readonly isBehind: boolean;
}

export interface Rounds {
  add(ear: Ear, frame: Int16Array): void;
  /** Drops what waits, and has the thread forget the stream. */
  end(ear: Ear): void;
  /** There is nothing to do. */
  readonly isEmpty: boolean;
  /** Null when there is nothing to do. */
  next(): NextRound | null;
}

/** Audio comes every 20 to 100 ms: from whom nothing has come for longer, nothing is expected now. */
const PRESENT_MS = 128;

/** How many of them send audio at the moment that is shown. */
export function present(ears: Iterable<Ear>, now: number): number {
  let count = 0;
  for (const { shownAt } of ears) if (now - shownAt <= PRESENT_MS) count += 1;
  return count;
}

export function openRounds(): Rounds {
  /** Everyone with a frame waiting, once each, the longest unserved first. */
  let queue: Ear[] = [];
  let ended: number[] = [];
  return {
    add(ear, frame) {
      ear.unheard += 1;
      if (ear.waiting.push(frame) === 1) queue.push(ear);
    },
    end(ear) {
      ear.waiting.length = 0;
      ear.later.length = 0;
      queue = queue.filter((other) => other !== ear);
      ended.push(ear.id);
    },
    get isEmpty() {
      return queue.length === 0 && ended.length === 0;
    },
    next() {
      if (queue.length === 0 && ended.length === 0) return null;
      const steps: Ear[][] = [];
      const frames: Int16Array[] = [];
      const rested = queue
        .filter(({ skipped }) => skipped > 0)
        .map(({ id, skipped }) => ({ stream: id, frames: skipped }));
      for (const ear of queue) ear.skipped = 0;
      while (queue.length > 0 && steps.length < MOST_STEPS) {
        const step = queue.splice(0, MOST_IN_STEP);
        for (const ear of step) {
          frames.push(ear.waiting.shift()!);
          if (ear.waiting.length > 0) queue.push(ear);
        }
        steps.push(step);
      }
      const streams = steps.map((step) => step.map(({ id }) => id));
      const round = { steps: streams, samples: joinedSamples(frames), ended, rested };
      ended = [];
      return { round, ears: steps.flat(), isBehind: queue.length > 0 };
    },
  };
}
