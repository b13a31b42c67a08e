/**
 * Who is heard when. A round takes one frame of every stream that has one waiting: a network step on fifty frames costs
 * far less than fifty steps, and a stream that has much to catch up on delays nobody, because it too gets one frame a
 * round. Streams that do not fit into a round are the first of the next.
 */
import type { Queue } from '../../flow.js';
import { VAD_FRAME_SAMPLES } from '../contract.js';

/** About 5 ms of work: so long a live frame may have to wait for the round before it. */
export const MOST_IN_ROUND = 64;

/** One run of the detector, as the server's thread sees it. */
export interface Ear {
  readonly id: number;
  /** Frames that no round has taken yet. */
  readonly waiting: Int16Array[];
  /** Frames whose probability has not come back yet, waiting or in a round. */
  unheard: number;
  /** No more frames will come. */
  complete: boolean;
  readonly heard: Queue<number>;
  /** When its last frame came, by performance.now(). */
  lastAt: number;
}

/** What goes to the detector's thread. The samples' buffer moves there and is not copied. */
export interface Round {
  readonly streams: readonly number[];
  readonly samples: Int16Array<ArrayBuffer>;
  /** Streams to be forgotten before this round is heard. */
  readonly ended: readonly number[];
}

export interface NextRound {
  readonly round: Round;
  /** Whose frames are in it. */
  readonly ears: readonly Ear[];
  /** Frames are waiting that had no place in it: somebody is behind. */
  readonly more: boolean;
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

/** How many of them send audio at the moment. */
export function present(ears: Iterable<Ear>, now: number): number {
  let count = 0;
  for (const { lastAt } of ears) if (now - lastAt <= PRESENT_MS) count += 1;
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
      queue = queue.filter((other) => other !== ear);
      ended.push(ear.id);
    },
    get isEmpty() {
      return queue.length === 0 && ended.length === 0;
    },
    next() {
      if (queue.length === 0 && ended.length === 0) return null;
      const ears = queue.splice(0, MOST_IN_ROUND);
      const samples = new Int16Array(ears.length * VAD_FRAME_SAMPLES);
      for (const [n, ear] of ears.entries()) {
        samples.set(ear.waiting.shift()!, n * VAD_FRAME_SAMPLES);
        if (ear.waiting.length > 0) queue.push(ear);
      }
      const round = { streams: ears.map(({ id }) => id), samples, ended };
      ended = [];
      return { round, ears, more: queue.length > 0 };
    },
  };
}
