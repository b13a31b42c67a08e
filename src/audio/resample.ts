/**
 * Changes the rate of mono samples as they stream by: a windowed-sinc low pass, evaluated only at the output's times
 * (polyphase). Output sample k belongs to the time of input sample k * from / to, so that nothing shifts against the
 * sample clock, and the ratio is a fraction of whole numbers, so that nothing drifts however long the stream is.
 */
import { joinedSamples } from './pcm.js';
import { type Filter, filterFor, PIECE } from './resample-filter.js';

export interface Resampler {
  /** What can be told so far; the last 1-3 ms of the input wait for what comes after them. */
  push(samples: Int16Array): Int16Array;
  /** The rest, as if silence followed. Afterwards the resampler is as new. */
  flush(): Int16Array;
}

/** Throws unsupported_rate. */
export function resampler(from: number, to: number): Resampler {
  if (from === to) return { push: (samples) => samples, flush: () => new Int16Array(0) };
  return fromFilter(filterFor(from, to));
}

function fromFilter({ up, down, reach, run }: Filter): Resampler {
  /** The input that is still needed; before the first sample lies silence. */
  const kept = new Int16Array(2 * reach);
  let held = reach;
  /** The next output lies at kept[base] + phase / up. */
  let base = reach;
  let phase = 0;

  /** Keeps the last `count` samples of what is kept and the piece behind it. */
  const keep = (piece: Int16Array, count: number) => {
    const ofKept = Math.max(0, count - piece.length);
    kept.copyWithin(0, held - ofKept, held);
    kept.set(piece.subarray(piece.length - (count - ofKept)), ofKept);
    held = count;
  };
  const pushPiece = (piece: Int16Array): Int16Array => {
    const length = held + piece.length;
    const end = length - reach;
    const count = base < end ? Math.ceil(((end - base) * up - phase) / down) : 0;
    const output = run(kept.subarray(0, held), piece, base, phase, count);
    const steps = phase + count * down;
    base += Math.floor(steps / up);
    phase = steps % up;
    const unneeded = Math.min(base - reach, length);
    keep(piece, length - unneeded);
    base -= unneeded;
    return output;
  };
  const push = (samples: Int16Array): Int16Array => {
    if (samples.length <= PIECE) return pushPiece(samples);
    const outputs: Int16Array[] = [];
    for (let at = 0; at < samples.length; at += PIECE) outputs.push(pushPiece(samples.subarray(at, at + PIECE)));
    return joinedSamples(outputs);
  };

  return {
    push,
    flush() {
      const output = push(new Int16Array(reach));
      kept.fill(0);
      held = reach;
      base = reach;
      phase = 0;
      return output;
    },
  };
}
