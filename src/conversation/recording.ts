/**
 * What a caller's microphone has sent, at HEARING_RATE: kept as long as it may still belong to a turn. Positions count
 * samples since the session began; what was forgotten keeps its positions.
 */

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

export function startRecording(): Recording {
  let pieces: { readonly at: number; readonly samples: Int16Array }[] = [];
  let end = 0;
  let start = 0;
  return {
    get end() {
      return end;
    },
    get start() {
      return start;
    },
    add(samples) {
      pieces.push({ at: end, samples });
      end += samples.length;
    },
    slice(from, to) {
      const first = Math.max(from, start);
      const cut = new Int16Array(Math.max(0, Math.min(to, end) - first));
      // From the end: nearly always the newest piece is wanted.
      for (let index = pieces.length - 1; index >= 0; index -= 1) {
        const { at, samples } = pieces[index]!;
        if (at + samples.length <= first) break;
        const [low, high] = [Math.max(first, at), Math.min(to, at + samples.length)];
        if (low < high) cut.set(samples.subarray(low - at, high - at), low - first);
      }
      return cut;
    },
    forgetBefore(position) {
      start = Math.max(start, Math.min(position, end));
      const kept = pieces.findIndex(({ at, samples }) => at + samples.length > start);
      if (kept !== 0) pieces = kept < 0 ? [] : pieces.slice(kept);
    },
  };
}
