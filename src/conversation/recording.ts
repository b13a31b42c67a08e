/**
 * What a caller's microphone has sent, at HEARING_RATE: kept as long as it may still belong to a turn. Positions count
 * samples since the session began; what was forgotten keeps its positions.
 *
 * It lies in blocks that are used again. A buffer for each frame would live for seconds and then be found dead only by a mark
 * of the whole heap: with a hundred microphones that was the most of what called for one.
 */
import { HEARING_RATE } from '../audio/pcm.js';

export interface Recording {
  /** The position after the last sample. */
  readonly end: number;
  /** The first position that is still there. */
  readonly start: number;
  add(samples: Int16Array): void;
  /** What is there between the two positions. */
  slice(from: number, to: number): Int16Array;
  forgetBefore(position: number): void;
}

/** A second. */
const BLOCK = HEARING_RATE;
/** While audio comes, one is let go as one is begun. What more a long turn took is given back. */
const MOST_SPARE = 1;

export function startRecording(): Recording {
  /** Those that hold something from `start` on; block number n of the session begins at position n * BLOCK. */
  const blocks: Int16Array[] = [];
  let firstBlock = 0;
  const spare: Int16Array[] = [];
  let end = 0;
  let start = 0;

  /** Where this position is, or will be. */
  const placeOf = (position: number) => {
    const number = Math.floor(position / BLOCK) - firstBlock;
    return { number, at: position % BLOCK };
  };
  return {
    get end() {
      return end;
    },
    get start() {
      return start;
    },
    add(samples) {
      for (let taken = 0; taken < samples.length; ) {
        const { number, at } = placeOf(end);
        blocks[number] ??= spare.pop() ?? new Int16Array(BLOCK);
        const piece = samples.subarray(taken, taken + BLOCK - at);
        blocks[number].set(piece, at);
        taken += piece.length;
        end += piece.length;
      }
    },
    slice(from, to) {
      const first = Math.max(from, start);
      const cut = new Int16Array(Math.max(0, Math.min(to, end) - first));
      for (let filled = 0; filled < cut.length; ) {
        const { number, at } = placeOf(first + filled);
        const piece = blocks[number]!.subarray(at, Math.min(BLOCK, at + cut.length - filled));
        cut.set(piece, filled);
        filled += piece.length;
      }
      return cut;
    },
    forgetBefore(position) {
      start = Math.max(start, Math.min(position, end));
      const { number } = placeOf(start);
      if (number === 0) return;
      const unneeded = blocks.splice(0, number);
      firstBlock += number;
      spare.push(...unneeded.slice(0, MOST_SPARE - spare.length));
    },
  };
}
