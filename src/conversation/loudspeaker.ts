/**
 * What the caller's loudspeaker has been given of the answers, and how far it is: by that an echo of them is known. Keeps
 * what is yet to sound and a few seconds of what has.
 */
import { msToSamples } from '../audio/pcm.js';
import type { Caller } from '../protocol/caller.js';

/** What sounds at a moment. */
export interface Sounds {
  readonly response: number;
  /** Samples of it that have been heard. */
  readonly heard: number;
  /** False: it is held, or has run dry. */
  readonly moves: boolean;
}

export interface Loudspeaker {
  /** The same caller, and what it is sent to hear is kept. */
  overhear(caller: Caller): Caller;
  /** So many samples of a response up to a position; silence where nothing is kept. */
  before(response: number, position: number, length: number): Int16Array;
  /** The response has sounded, and nothing of it is asked for any more. */
  forget(response: number): void;
}

interface Piece {
  readonly response: number;
  readonly from: number;
  readonly samples: Int16Array;
}

/** The longest delay of an echo, a room's tail, and what is looked at together. */
export const BEHIND_MS = 4000;
const BEHIND = msToSamples(BEHIND_MS);

/** `ahead`: so many samples may have been sent and not yet be heard. */
export function createLoudspeaker(ahead: number): Loudspeaker {
  let pieces: Piece[] = [];
  let kept = 0;
  const keep = (piece: Piece) => {
    pieces.push(piece);
    kept += piece.samples.length;
    let gone = 0;
    while (kept > ahead + BEHIND) {
      kept -= pieces[gone]!.samples.length;
      gone += 1;
    }
    if (gone > 0) pieces = pieces.slice(gone);
  };
  return {
    overhear: (caller) => ({
      ...caller,
      openAudio(response, format) {
        const way = caller.openAudio(response, format);
        return {
          end: way.end,
          send(address, position, samples) {
            keep({ response, from: position, samples });
            way.send(address, position, samples);
          },
        };
      },
    }),
    before(response, position, length) {
      const found = new Int16Array(length);
      const start = position - length;
      // From the end: what sounds is seldom far behind what was sent.
      for (let index = pieces.length - 1; index >= 0; index -= 1) {
        const piece = pieces[index]!;
        if (piece.response !== response) continue;
        if (piece.from + piece.samples.length <= start) break;
        const [low, high] = [Math.max(start, piece.from), Math.min(position, piece.from + piece.samples.length)];
        if (low < high) found.set(piece.samples.subarray(low - piece.from, high - piece.from), low - start);
      }
      return found;
    },
    forget(response) {
      pieces = pieces.filter((piece) => piece.response !== response);
      kept = pieces.reduce((sum, { samples }) => sum + samples.length, 0);
    },
  };
}
