/** One run of the voice detector over a caller's audio: frames in as they come, verdicts out with their places. */
import { type Engine, type EngineContext, VAD_FRAME_SAMPLES, type Vad } from '../engines/contract.js';
import { asParleyError, ParleyError } from '../errors.js';
import { Queue } from '../flow.js';

export interface Detector {
  hear(frame: Int16Array): void;
  /** Frames before this position have been judged. */
  readonly position: number;
  stop(): void;
}

interface Verdicts {
  /** Somebody speaks, with this probability, in the frame that ends at `end`. */
  judged(end: number, speech: number): void;
  /** It broke off; no verdict comes any more. */
  failed(error: ParleyError): void;
}

/** `start`: the position of the first frame. Whoever feeds it bounds what waits. */
export function startDetector(vad: Engine<Vad>, start: number, outer: EngineContext, verdicts: Verdicts): Detector {
  const stopped = new AbortController();
  const signal = AbortSignal.any([outer.signal, stopped.signal]);
  const frames = new Queue<Int16Array>(Number.POSITIVE_INFINITY);
  let position = start;
  signal.addEventListener('abort', () => frames.fail(signal.reason), { once: true });
  const run = async () => {
    for await (const speech of vad.run(frames, { ...outer, signal })) {
      position += VAD_FRAME_SAMPLES;
      verdicts.judged(position, speech);
    }
  };
  run().catch((thrown) => {
    if (signal.aborted) return;
    // What hangs on the signal is let go with it.
    stopped.abort(thrown);
    verdicts.failed(asParleyError(thrown, 'engine_failed'));
  });
  return {
    hear: (frame) => void frames.offer(frame),
    get position() {
      return position;
    },
    stop: () => stopped.abort(new ParleyError('turn_cancelled')),
  };
}
